package org.quietstar.data.synthetic;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.quietstar.QuietStarException;

/**
 * The embedded data set: train.jsonl, validation.jsonl and README.md, its card. The same arguments give the same bytes.
 *
 * @param seed of the generator
 * @param train documents to train on
 * @param validation documents held out; none of their questions is among those of training
 */
public record SyntheticDataset(long seed, int train, int validation) {
    /** File names in the folder of the data set. */
    public static final String TRAIN_FILE = "train.jsonl";

    public static final String VALIDATION_FILE = "validation.jsonl";
    public static final String CARD_FILE = "README.md";

    /** More documents than this begin to repeat themselves. */
    private static final int MOST_DOCUMENTS = 500_000;

    public SyntheticDataset {
        if (train < 1 || validation < 1 || (long) train + validation > MOST_DOCUMENTS) {
            throw new QuietStarException("dataset: train is " + train + " and validation " + validation
                    + " documents; each must be at least 1 and both together at most " + MOST_DOCUMENTS);
        }
    }

    /**
     * Writes the three files into {@code folder}, over those that may be there.
     *
     * @throws QuietStarException where the folder cannot be written to
     */
    public void write(Path folder) {
        var problems = new WordProblems(seed);
        var questions = new HashSet<String>();
        List<WordProblem> trainProblems = draw(problems, questions, train);
        List<WordProblem> validationProblems = draw(problems, questions, validation);
        byte[] trainBytes = jsonLines(trainProblems);
        byte[] validationBytes = jsonLines(validationProblems);
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve(TRAIN_FILE), trainBytes);
            Files.write(folder.resolve(VALIDATION_FILE), validationBytes);
            Files.writeString(
                    folder.resolve(CARD_FILE), card(trainProblems, trainBytes, validationProblems, validationBytes));
        } catch (IOException exception) {
            throw new QuietStarException(
                    "dataset: " + folder + " cannot be written to (" + exception
                            + "); choose another folder with --out",
                    exception);
        }
    }

    /** Problems whose questions are new. */
    private static List<WordProblem> draw(WordProblems problems, Set<String> questions, int count) {
        var drawn = new ArrayList<WordProblem>(count);
        while (drawn.size() < count) {
            WordProblem problem = problems.next();
            if (questions.add(problem.question())) {
                drawn.add(problem);
            }
        }
        return drawn;
    }

    /** The texts hold neither quotes nor backslashes nor control characters, so that nothing has to be escaped. */
    private static byte[] jsonLines(List<WordProblem> problems) {
        return problems.stream()
                .map(problem -> "{\"text\": \"" + problem.text() + "\"}\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.US_ASCII);
    }

    private String card(
            List<WordProblem> trainProblems, byte[] trainBytes, List<WordProblem> heldOut, byte[] heldOutBytes) {
        return String.format(
                Locale.ROOT,
                """
                # Word problems

                Short problems in plain words and small numbers. Each answer is the end of a chain of two to four sums;
                %.0f %% of the documents show the sums, the others only question and answer. Made by this project's own
                generator (`org.quietstar.data.synthetic.WordProblems`), no outside text went into it.

                | | |
                |---|---|
                | licence | CC0 1.0: do with it what you like |
                | made with | `./quietstar dataset --seed %d --train %d --validation %d` |
                | format | JSON lines, field `text`; lower-case ASCII, %d to %d bytes a document |
                | kinds | chain (one person's things change), comparison (more, fewer, twice as many), total (in all) |
                | split | no question of `validation.jsonl` is in `train.jsonl` |
                | numbers | 1 to %d |

                | file | documents | with sums | bytes | SHA-256 |
                |---|---|---|---|---|
                %s
                %s

                ## Examples

                ```
                %s
                ```

                The question mark and `a:` are where a model has to think: with the sums in front of it the answer is a copy,
                without them it is mental arithmetic.
                """,
                100 * WordProblems.SHARE_WITH_STEPS,
                seed,
                train,
                validation,
                lengths(trainProblems, heldOut).getMin(),
                lengths(trainProblems, heldOut).getMax(),
                WordProblems.LARGEST,
                row(TRAIN_FILE, trainProblems, trainBytes),
                row(VALIDATION_FILE, heldOut, heldOutBytes),
                trainProblems.stream().limit(8).map(WordProblem::text).collect(Collectors.joining("\n")));
    }

    private static IntSummaryStatistics lengths(List<WordProblem> some, List<WordProblem> others) {
        return Stream.concat(some.stream(), others.stream())
                .mapToInt(problem -> problem.text().length())
                .summaryStatistics();
    }

    private static String row(String name, List<WordProblem> problems, byte[] bytes) {
        long withSteps = problems.stream().filter(WordProblem::showsSteps).count();
        return String.format(
                Locale.ROOT,
                "| `%s` | %d | %d | %d | `%s` |",
                name,
                problems.size(),
                withSteps,
                bytes.length,
                sha256(bytes));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException exception) {
            throw new IllegalStateException("every JDK has SHA-256", exception);
        }
    }
}
