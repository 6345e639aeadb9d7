package org.quietstar.data.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.quietstar.QuietStarException;
import org.quietstar.eval.task.AnswerItem;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.tokenizer.HfTokenizer;

class WalksTest {
    private static final Path EMBEDDED = Path.of("datasets/tiny");
    private static final World HOUSE = World.of(World.Family.HOUSE, 7);
    private static final int PROBLEM_WORDS = Walks.TURNS + 2;

    @TempDir
    private Path folder;

    /** The house as the card shows it: room and door to room. */
    private static Map<String, String> mapOfTheCard() throws IOException {
        Map<String, String> map = new HashMap<>();
        for (String line : Files.readAllLines(EMBEDDED.resolve(SyntheticDataset.CARD_FILE))) {
            if (line.startsWith("| **")) {
                String[] cells = line.replace("*", "").split(" *\\| *", -1);
                for (int door = 0; door < HOUSE.steps().size(); door++) {
                    map.put(cells[1] + " " + HOUSE.steps().get(door), cells[2 + door]);
                }
            }
        }
        return map;
    }

    /** Where a walk is after each turn, by the card. */
    private static List<String> places(Map<String, String> map, List<String> question) {
        List<String> places = new ArrayList<>();
        String room = question.get(0);
        for (String turn : question.subList(1, question.size() - 1)) {
            room = turn.equals("wait") ? room : map.get(room + " " + turn);
            places.add(room);
        }
        return places;
    }

    private static List<String> texts(Path file) throws IOException {
        List<String> texts = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            texts.add(new ObjectMapper().readTree(line).get("text").asText());
        }
        return texts;
    }

    @ParameterizedTest
    @EnumSource(World.Family.class)
    void everyStepLeadsFromAllPlacesToAllPlaces(World.Family family) {
        for (long seed : new long[] {1, 7, 99}) {
            World world = World.of(family, seed);
            boolean isDrawn = family == World.Family.HOUSE || family == World.Family.TOWN;
            for (int step = 0; step < world.steps().size(); step++) {
                Set<Integer> reached = new HashSet<>();
                for (int place = 0; place < world.places().size(); place++) {
                    assertThat(isDrawn && world.behind(place, step) == place).isFalse();
                    reached.add(world.behind(place, step));
                }
                assertThat(reached).hasSize(world.places().size());
            }
            assertThat(WordTokenizer.words(world)).doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SUMS, 7, '+5 wait x3 +9', '2 2 6 5'",
        "SUMS, 0, 'x7 x9 +1 x3', '0 0 1 3'",
        "BALL, b, 'ab wait cd ae', 'a a a e'",
        "BALL, e, 'ab de bd cd', 'e d b b'"
    })
    void sumsAndCupsAreWhatTheyAre(World.Family family, String start, String steps, String workings) {
        World world = World.of(family, 1);
        List<Integer> turns = Arrays.stream(steps.split(" "))
                .map(step -> step.equals("wait") ? Walk.WAIT : world.steps().indexOf(step))
                .toList();
        assertThat(turns)
                .isSubsetOf(IntStream.range(-1, world.steps().size()).boxed().toList());
        var walk = new Walk(world.places().indexOf(start), turns);
        assertThat(walk.question(world)).isEqualTo(start + " " + steps + " where");
        assertThat(walk.workings(world)).isEqualTo(workings);
    }

    /** Holds what follows a question, up to the stop, against the card; gives the kind of document. */
    private static String kind(List<String> rest, List<String> places) {
        String end = places.get(places.size() - 1);
        if (rest.size() == 1) {
            assertThat(rest).containsExactly(end);
            return "bare";
        }
        if (rest.get(1).equals("hm")) {
            assertThat(rest).containsExactly("---", "hm", "hm", "hm", "hm", "---", end);
            return "hummed";
        }
        List<String> expected = new ArrayList<>(List.of("---"));
        expected.addAll(places);
        expected.addAll(List.of("---", end));
        assertThat(rest).isEqualTo(expected);
        return "worked out";
    }

    /** Reads every document by the card's own table, counts their kinds, and gives the questions. */
    private static Set<String> check(Path file) throws IOException {
        Map<String, String> map = mapOfTheCard();
        assertThat(map).hasSize(60);
        Set<String> questions = new HashSet<>();
        Map<String, Integer> kinds = new TreeMap<>();
        Map<Long, Integer> steps = new TreeMap<>();
        for (String text : texts(file)) {
            List<String> words = List.of(text.split(" ", -1));
            List<String> question = words.subList(0, PROBLEM_WORDS);
            assertThat(question).last().isEqualTo("where");
            assertThat(words).last().isEqualTo(".");
            String kind = kind(words.subList(PROBLEM_WORDS, words.size() - 1), places(map, question));
            kinds.merge(kind, 1, Integer::sum);
            steps.merge(question.stream().filter(HOUSE.steps()::contains).count(), 1, Integer::sum);
            questions.add(String.join(" ", question));
        }
        double all = kinds.values().stream().mapToInt(Integer::intValue).sum();
        Offset<Double> off = Offset.offset(0.03);
        assertThat(kinds.get("worked out") / all).isCloseTo(Walks.WORKED_OUT, off);
        assertThat(kinds.get("hummed") / all).isCloseTo(Walks.HUMMED, off);
        assertThat(steps.keySet()).containsExactly(1L, 2L, 3L, 4L);
        assertThat(steps.values()).allSatisfy(count -> assertThat(count / all).isCloseTo(0.25, off));
        return questions;
    }

    @Test
    void everyTextIsRightByTheCardAndNoHeldOutQuestionIsTrainedOn() throws IOException {
        Set<String> train = check(EMBEDDED.resolve(SyntheticDataset.TRAIN_FILE));
        Set<String> validation = check(EMBEDDED.resolve(SyntheticDataset.VALIDATION_FILE));
        assertThat(train).doesNotContainAnyElementsOf(validation);
        AnswerTask answers = AnswerTask.read(EMBEDDED.resolve(SyntheticDataset.ANSWERS_TASK));
        List<String> prompts =
                answers.questions().stream().map(AnswerItem::prompt).toList();
        assertThat(prompts).hasSize(1000).doesNotHaveDuplicates();
        assertThat(train).doesNotContainAnyElementsOf(prompts);
        List<String> confirm = AnswerTask.read(EMBEDDED.resolve(SyntheticDataset.CONFIRM_TASK)).questions().stream()
                .map(AnswerItem::prompt)
                .toList();
        assertThat(confirm).hasSizeGreaterThan(940).doesNotHaveDuplicates();
        assertThat(train).doesNotContainAnyElementsOf(confirm);
        assertThat(prompts).doesNotContainAnyElementsOf(confirm);
        AnswerTask questions = AnswerTask.read(EMBEDDED.resolve(SyntheticDataset.QUESTIONS_TASK));
        List<String> asked =
                questions.questions().stream().map(AnswerItem::prompt).toList();
        assertThat(asked).hasSize(2000).doesNotHaveDuplicates();
        assertThat(asked).doesNotContainAnyElementsOf(validation).doesNotContainAnyElementsOf(prompts);
    }

    @Test
    void everyAnswerIsRightByTheCard() throws IOException {
        Map<String, String> map = mapOfTheCard();
        for (String name : List.of(
                SyntheticDataset.ANSWERS_TASK,
                SyntheticDataset.CONFIRM_TASK,
                SyntheticDataset.LONGER_TASK,
                SyntheticDataset.QUESTIONS_TASK)) {
            AnswerTask task = AnswerTask.read(EMBEDDED.resolve(name));
            assertThat(task.groupName()).isEqualTo("steps");
            for (AnswerItem item : task.questions()) {
                List<String> question = List.of(item.prompt().split(" ", -1));
                List<String> places = places(map, question);
                assertThat(item.right()).isEqualTo(places.get(places.size() - 1));
                long steps = question.stream().filter(HOUSE.steps()::contains).count();
                assertThat(item.group()).isEqualTo(Long.toString(steps));
                assertThat(steps > Walks.TURNS).isEqualTo(name.equals(SyntheticDataset.LONGER_TASK));
            }
        }
    }

    @Test
    void theCommittedFilesAreWhatTheGeneratorWrites() throws IOException {
        new SyntheticDataset(World.Family.HOUSE, 7, 32_000, 2000).write(folder);
        for (String name : SyntheticDataset.FILES) {
            assertThat(Files.mismatch(folder.resolve(name), EMBEDDED.resolve(name)))
                    .as(name + ": first different byte; run ./quietstar dataset after a change of the generator")
                    .isEqualTo(-1);
        }
        try (var files = Files.list(EMBEDDED)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(SyntheticDataset.FILES);
        }
        assertThat(Files.size(folder.resolve(SyntheticDataset.TRAIN_FILE))).isLessThan(2_500_000);
    }

    @Test
    void anotherSeedGivesAnotherHouseAndOtherWalks() throws IOException {
        new SyntheticDataset(World.Family.HOUSE, 8, 20, 5).write(folder);
        assertThat(folder.resolve(SyntheticDataset.TRAIN_FILE)).isNotEmptyFile();
        List<String> others =
                texts(EMBEDDED.resolve(SyntheticDataset.TRAIN_FILE)).subList(0, 20);
        assertThat(texts(folder.resolve(SyntheticDataset.TRAIN_FILE)))
                .hasSize(20)
                .doesNotContainAnyElementsOf(others);
        assertThat(Files.readString(folder.resolve(SyntheticDataset.CARD_FILE)))
                .isNotEqualTo(Files.readString(EMBEDDED.resolve(SyntheticDataset.CARD_FILE)));
    }

    @Test
    void everyWordIsOneToken() throws IOException {
        try (var tokenizer = HfTokenizer.open(EMBEDDED.resolve(SyntheticDataset.TOKENIZER_FILE))) {
            List<String> words = WordTokenizer.words(HOUSE);
            assertThat(tokenizer.vocabSize()).isEqualTo(words.size());
            for (int id = 4; id < words.size(); id++) {
                assertThat(tokenizer.encode(words.get(id))).containsExactly(id);
            }
            String text = texts(EMBEDDED.resolve(SyntheticDataset.TRAIN_FILE)).get(0);
            int[] ids = tokenizer.encode(text);
            assertThat(ids).hasSize(text.split(" ", -1).length).doesNotContain(0, 1, 2, 3);
            assertThat(tokenizer.decode(ids)).isEqualTo(text);
        }
    }

    @Test
    void theTasksAreOfTheForm() throws IOException {
        JsonNode item = new ObjectMapper()
                .readTree(Files.readAllLines(EMBEDDED.resolve(SyntheticDataset.ANSWERS_FILE))
                        .get(0));
        assertThat(item.fieldNames()).toIterable().containsExactly("prompt", "answer", "steps");
        assertThat(item.get("steps").isInt()).isTrue();
    }

    @Test
    void impossibleSizesAndFoldersAreNamed() throws IOException {
        assertThatThrownBy(() -> new SyntheticDataset(World.Family.HOUSE, 1, 0, 5))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("train is 0");
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> new SyntheticDataset(World.Family.HOUSE, 1, 1, 1).write(file))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("--out");
    }
}
