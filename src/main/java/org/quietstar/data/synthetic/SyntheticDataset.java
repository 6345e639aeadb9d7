package org.quietstar.data.synthetic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quietstar.QuietStarException;

/**
 * A data set such as the embedded one: text to train on and text held out, problems with their answers, a tokenizer, and a
 * card. The same arguments give the same bytes.
 *
 * @param family of the world that it tells of; the embedded one is of the house
 * @param seed of the generator
 * @param train documents to train on
 * @param validation documents held out; no question in them is asked in training
 */
public record SyntheticDataset(World.Family family, long seed, int train, int validation) {
    /** File names in the folder of the data set. */
    public static final String TRAIN_FILE = "train.jsonl";

    public static final String VALIDATION_FILE = "validation.jsonl";
    public static final String ANSWERS_FILE = "answers.jsonl";
    /** Other held-out problems: for a last look, when everything is decided. */
    public static final String CONFIRM_FILE = "confirm.jsonl";

    /** Problems with more steps than any trained on. */
    public static final String LONGER_FILE = "longer.jsonl";

    /** Problems that may be trained on, to write rationales for. */
    public static final String QUESTIONS_FILE = "questions.jsonl";

    public static final String ANSWERS_TASK = "answers.yaml";
    public static final String CONFIRM_TASK = "confirm.yaml";
    public static final String LONGER_TASK = "longer.yaml";
    public static final String QUESTIONS_TASK = "questions.yaml";
    public static final String TOKENIZER_FILE = "tokenizer.json";
    public static final String CARD_FILE = "README.md";

    /** Every file, in the order in which the card lists them. */
    public static final List<String> FILES = List.of(
            TRAIN_FILE,
            VALIDATION_FILE,
            ANSWERS_FILE,
            ANSWERS_TASK,
            CONFIRM_FILE,
            CONFIRM_TASK,
            LONGER_FILE,
            LONGER_TASK,
            QUESTIONS_FILE,
            QUESTIONS_TASK,
            TOKENIZER_FILE,
            CARD_FILE);

    /** Held-out problems of 1, 2, 3 and 4 steps, or as many as there are of one. */
    private static final List<Integer> ANSWERS = List.of(60, 300, 320, 320);

    /** Problems to train on, likewise. */
    private static final List<Integer> QUESTIONS = List.of(100, 600, 650, 650);

    private static final List<Integer> LONGER_STEPS = List.of(5, 6, 7);
    private static final int LONGER_EACH = 100;

    /** Words that a task lets a model write between dashes; a walk has a room for each of its turns. */
    private static final int LONGEST_WAY = 16;

    /** More documents than this begin to repeat themselves. */
    private static final int MOST_DOCUMENTS = 500_000;

    private static final JsonMapper JSON = new JsonMapper();

    private static final long TRAIN_STREAM = 1;
    private static final long VALIDATION_STREAM = 2;
    private static final long ANSWERS_STREAM = 3;
    private static final long LONGER_STREAM = 4;
    private static final long CONFIRM_STREAM = 5;
    private static final long QUESTIONS_STREAM = 6;

    /** A data set of the house, as the embedded one. */
    public SyntheticDataset(long seed, int train, int validation) {
        this(World.Family.HOUSE, seed, train, validation);
    }

    public SyntheticDataset {
        if (train < 1 || validation < 1 || (long) train + validation > MOST_DOCUMENTS) {
            throw new QuietStarException("dataset: train is " + train + " and validation " + validation
                    + " documents; each must be at least 1 and both together at most " + MOST_DOCUMENTS);
        }
    }

    /**
     * Writes all files into {@code folder}, over those that may be there.
     *
     * @throws QuietStarException where the folder cannot be written to
     */
    public void write(Path folder) {
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, String> file : contents().entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), file.getValue(), StandardCharsets.UTF_8);
            }
        } catch (IOException exception) {
            throw new QuietStarException(
                    "dataset: " + folder + " cannot be written to (" + exception
                            + "); choose another folder with --out",
                    exception);
        }
    }

    private Map<String, String> contents() {
        Map<String, String> contents = new LinkedHashMap<>();
        contents.put(TRAIN_FILE, documents(TRAIN_STREAM, train, false));
        contents.put(VALIDATION_FILE, documents(VALIDATION_STREAM, validation, true));
        Set<Walk> answers = problems(ANSWERS_STREAM, ANSWERS, true, Set.of());
        contents.put(ANSWERS_FILE, items(answers));
        contents.put(ANSWERS_TASK, task(world(), ANSWERS_FILE, "Held-out walks of one to four steps.", ""));
        contents.put(CONFIRM_FILE, items(problems(CONFIRM_STREAM, ANSWERS, true, answers)));
        contents.put(
                CONFIRM_TASK,
                task(world(), CONFIRM_FILE, "Other held-out walks of one to four steps, for a last look.", ""));
        contents.put(LONGER_FILE, longer());
        contents.put(
                LONGER_TASK,
                task(
                        world(),
                        LONGER_FILE,
                        "Walks of more steps than any trained on, and than a thought has places.",
                        ""));
        contents.put(QUESTIONS_FILE, items(problems(QUESTIONS_STREAM, QUESTIONS, false, Set.of())));
        contents.put(
                QUESTIONS_TASK,
                task(
                        world(),
                        QUESTIONS_FILE,
                        "Walks to write rationales for and to learn from (train.mode: star).",
                        " " + Walks.STOP));
        contents.put(TOKENIZER_FILE, WordTokenizer.json(world()));
        contents.put(CARD_FILE, DatasetCard.text(this, contents));
        return contents;
    }

    private String documents(long stream, int count, boolean heldOut) {
        var walks = new Walks(world(), seed, stream);
        var lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            // Words of letters and dashes: nothing has to be escaped.
            lines.append("{\"text\": \"").append(walks.document(heldOut)).append("\"}\n");
        }
        return lines.toString();
    }

    /**
     * Walks from one side of the split, no two alike and none among {@code others}, ordered by their number of steps.
     *
     * @param counts wanted of 1, 2, ... steps, or as many as there are of one
     */
    private Set<Walk> problems(long stream, List<Integer> counts, boolean heldOut, Set<Walk> others) {
        var walks = new Walks(world(), seed, stream);
        Set<Walk> all = new LinkedHashSet<>();
        for (int steps = 1; steps <= counts.size(); steps++) {
            int n = steps;
            long taken = others.stream().filter(walk -> walk.steps() == n).count();
            int left = steps == 1 ? (int) (singles(walks, heldOut) - taken) : counts.get(steps - 1);
            int wanted = all.size() + Math.min(counts.get(steps - 1), left);
            while (all.size() < wanted) {
                Walk walk = walks.walk(Walks.TURNS, steps);
                if (walks.isHeldOut(walk) == heldOut && !others.contains(walk)) {
                    all.add(walk);
                }
            }
        }
        return all;
    }

    private String items(Set<Walk> walks) {
        var lines = new StringBuilder();
        walks.forEach(walk -> lines.append(item(walk, world())));
        return lines.toString();
    }

    /** How many walks of one step there are on a side of the split. */
    private static int singles(Walks walks, boolean heldOut) {
        int count = 0;
        for (int place = 0; place < walks.world().places().size(); place++) {
            for (int step = 0; step < walks.world().steps().size(); step++) {
                for (int turn = 0; turn < Walks.TURNS; turn++) {
                    List<Integer> turns = new ArrayList<>(Collections.nCopies(Walks.TURNS, Walk.WAIT));
                    turns.set(turn, step);
                    count += walks.isHeldOut(new Walk(place, turns)) == heldOut ? 1 : 0;
                }
            }
        }
        return count;
    }

    /** The world that it tells of. */
    World world() {
        return World.of(family, seed);
    }

    private String longer() {
        var walks = new Walks(world(), seed, LONGER_STREAM);
        var lines = new StringBuilder();
        for (int steps : LONGER_STEPS) {
            for (int i = 0; i < LONGER_EACH; i++) {
                lines.append(item(walks.walk(steps, steps), walks.world()));
            }
        }
        return lines.toString();
    }

    private static String item(Walk walk, World world) {
        ObjectNode item = JSON.createObjectNode();
        item.put("prompt", walk.question(world));
        item.put("answer", walk.answer(world));
        item.put("steps", walk.steps());
        try {
            return JSON.writeValueAsString(item) + "\n";
        } catch (JsonProcessingException exception) {
            throw new IllegalStateException("three plain values are JSON", exception);
        }
    }

    /** @param end what follows an answer; empty for nothing */
    private static String task(World world, String items, String sentence, String end) {
        return String.join(
                "\n",
                "# " + sentence,
                "items: " + items,
                "group: steps" + (end.isEmpty() ? "" : "\nend: '" + end + "'"),
                "choices: [" + String.join(", ", world.places()) + "]",
                "answerTokens: 1",
                "cot: '" + Walks.DASH + "'    # with --cot the model works the walk out between dashes",
                "cotEnd: '" + Walks.DASH + "'",
                "cotTokens: " + LONGEST_WAY,
                "cotAnswer: ' " + Walks.DASH + "'",
                "");
    }
}
