package org.quietstar.data.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.QuietStarException;

class WordProblemsTest {
    private static final Pattern SUM = Pattern.compile("(\\d+)([-+*])(\\d+)=(\\d+)\\.");

    @TempDir
    private Path folder;

    @Test
    void theSumsAreRightAndLeadToTheAnswer() {
        var problems = new WordProblems(3);
        int shown = 0;
        for (int i = 0; i < 5000; i++) {
            WordProblem problem = problems.next();
            assertThat(problem.text()).matches("q: [a-z0-9 .]+\\?( [-0-9+*=. ]+)? a: \\d+\\.");
            assertThat(problem.text().length()).isBetween(60, 200);
            Matcher sum = SUM.matcher(problem.steps());
            int count = 0;
            String result = "";
            while (sum.find()) {
                int a = Integer.parseInt(sum.group(1));
                int b = Integer.parseInt(sum.group(3));
                int right = sum.group(2).equals("+") ? a + b : sum.group(2).equals("-") ? a - b : a * b;
                result = sum.group(4);
                assertThat(Integer.parseInt(result)).isEqualTo(right).isBetween(1, WordProblems.LARGEST);
                count++;
            }
            assertThat(count).isBetween(2, 4);
            assertThat(problem.answer()).isEqualTo(result);
            shown += problem.showsSteps() ? 1 : 0;
        }
        assertThat(shown / 5000.0).isBetween(0.27, 0.33);
    }

    @Test
    void theWordsLeadToTheAnswerToo() {
        var problems = new WordProblems(4);
        for (int i = 0; i < 3000; i++) {
            WordProblem problem = problems.next();
            assertThat(solve(problem.question())).as(problem.question()).isEqualTo(Integer.parseInt(problem.answer()));
        }
    }

    /** Reads the sentences without the generator's help. */
    private static int solve(String question) {
        var owned = new java.util.LinkedHashMap<String, Integer>();
        String owner = "";
        boolean together = false;
        for (String sentence : question.split("[.?] ?", -1)) {
            String[] words = sentence.split(" ", -1);
            if (words[0].equals("how")) {
                break;
            }
            if (words[0].equals("they") && !together) {
                together = true;
                owned.put(
                        "they",
                        owned.values().stream().mapToInt(Integer::intValue).sum());
            }
            if (words[1].equals("has")) {
                owner = words[0];
                owned.put(
                        owner,
                        words[2].equals("twice")
                                ? 2 * owned.get(words[6])
                                : words.length > 4 && words[3].equals("more")
                                        ? owned.get(words[5]) + Integer.parseInt(words[2])
                                        : words.length > 4
                                                ? owned.get(words[5]) - Integer.parseInt(words[2])
                                                : Integer.parseInt(words[2]));
            } else {
                String who = words[0].equals("they") ? "they" : owner;
                int before = owned.get(who);
                owned.put(
                        who,
                        words[1].startsWith("double")
                                ? 2 * before
                                : words[1].matches("finds?|gets")
                                        ? before + Integer.parseInt(words[2])
                                        : before - Integer.parseInt(words[2]));
            }
        }
        if (question.endsWith("in all?")) {
            return together
                    ? owned.get("they")
                    : owned.values().stream().mapToInt(Integer::intValue).sum();
        }
        Matcher asked = Pattern.compile("does (\\w+) have").matcher(question);
        assertThat(asked.find()).isTrue();
        return owned.get(asked.group(1));
    }

    @Test
    void theCommittedFilesAreWhatTheGeneratorWrites() throws IOException {
        new SyntheticDataset(7, 8000, 500).write(folder);
        for (String name :
                new String[] {SyntheticDataset.TRAIN_FILE, SyntheticDataset.VALIDATION_FILE, SyntheticDataset.CARD_FILE
                }) {
            assertThat(Files.mismatch(folder.resolve(name), Path.of("datasets/tiny", name)))
                    .as(name + ": first different byte; run ./quietstar dataset after a change of the generator")
                    .isEqualTo(-1);
        }
        Set<String> train = questions(folder.resolve(SyntheticDataset.TRAIN_FILE));
        Set<String> validation = questions(folder.resolve(SyntheticDataset.VALIDATION_FILE));
        assertThat(train).hasSize(8000).doesNotContainAnyElementsOf(validation);
        assertThat(validation).hasSize(500);
        assertThat(Files.size(folder.resolve(SyntheticDataset.TRAIN_FILE))).isLessThan(1_400_000);
    }

    private static Set<String> questions(Path file) throws IOException {
        var json = new ObjectMapper();
        var questions = new HashSet<String>();
        for (String line : Files.readAllLines(file)) {
            questions.add(json.readTree(line).get("text").asText().replaceFirst("\\?.*", ""));
        }
        return questions;
    }

    @Test
    void impossibleSizesAndFoldersAreNamed() throws IOException {
        assertThatThrownBy(() -> new SyntheticDataset(1, 0, 5))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("train is 0");
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> new SyntheticDataset(1, 1, 1).write(file))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("--out");
    }
}
