package org.quietstar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.runtime.ChildJvm;

/** Every example runs, in a JVM of its own, and does what it says. */
class ExamplesTest {
    private static final Path SOURCES = Path.of("src/examples/java/org/quietstar/examples");
    private static final int MOST_LINES = 60;
    private static final long LONGEST_SECONDS = 120;

    @TempDir
    Path folder;

    private String run(String example) throws IOException, InterruptedException {
        String text = ChildJvm.run(
                folder.resolve("out.txt"),
                LONGEST_SECONDS,
                List.of("-Xmx1g", "-Djava.awt.headless=true"),
                "org.quietstar.examples." + example,
                folder.toString());
        assertThat(text).doesNotContain("Added differentiated op").doesNotContain("Exception");
        return text;
    }

    /** The numbers that follow a phrase, wherever it stands. */
    private static List<Double> numbers(String text, String phrase) {
        Matcher matcher = Pattern.compile(phrase + "(-?[0-9]+(?:\\.[0-9]+)?)").matcher(text);
        return matcher.results().map(result -> Double.valueOf(result.group(1))).toList();
    }

    @Test
    void areNumberedAndShort() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            List<Path> all = files.sorted().toList();
            assertThat(all).hasSize(8);
            for (int i = 0; i < all.size(); i++) {
                assertThat(all.get(i).getFileName().toString()).startsWith("Ex" + (i + 1) + "_");
                assertThat(Files.readAllLines(all.get(i)).size())
                        .as("lines of " + all.get(i))
                        .isLessThan(MOST_LINES);
            }
        }
    }

    @Test
    @Tag("m2.1")
    void rightGradients() throws Exception {
        String text = run("Ex1_RightGradients");
        assertThat(text).containsPattern("M2.1's gather: +\\[ +1.0000, +1.0000, +0]");
        assertThat(text).containsPattern("GatherWithGradient: +\\[ +1.0000, +3.0000, +0]");
    }

    @Test
    void aDecoderLearnsASentence() throws Exception {
        String text = run("Ex2_DecoderInSameDiff");
        assertThat(text).contains("model.layers.0.self_attn.q_proj.weight");
        List<Double> losses = numbers(text, "step [0-9]+: ");
        assertThat(losses).hasSize(3);
        assertThat(losses.get(0)).isGreaterThan(4);
        assertThat(losses.get(2)).isLessThan(1);
    }

    @Test
    void aThoughtStepByStep() throws Exception {
        String text = run("Ex3_ThoughtStepByStep");
        assertThat(numbers(text, "thought token ")).hasSize(9);
        assertThat(text).containsPattern("w \\[\\[ *0]] changes the logits by 0.0");
        assertThat(numbers(text, "change them by ").get(0)).isGreaterThan(0.1);
    }

    @Test
    void trainingOnYourOwnText() throws Exception {
        String text = run("Ex4_TrainOnYourOwnText");
        assertThat(text).contains("Held-out text: 500 tokens", "7 and 7");
        assertThat(folder.resolve("gain.png")).isNotEmptyFile();
        assertThat(folder.resolve("training.png")).isNotEmptyFile();
        assertThat(folder.resolve("run/checkpoints/step-00000045")).isDirectory();
    }

    @Test
    void aPretrainedModel() throws Exception {
        String text = run("Ex5_PretrainedModel");
        assertThat(text).contains("model of width 32, family llama", "thinks: true", "scored 300 tokens");
        assertThat(folder.resolve("thinker/thought.safetensors")).isNotEmptyFile();
    }

    @Test
    void aCustomRewardIsLearned() throws Exception {
        List<Double> shares = numbers(run("Ex6_CustomReward"), "step [0-9]+: ");
        assertThat(shares).hasSize(5);
        assertThat(shares.get(0)).isLessThan(0.05);
        assertThat(shares.get(4)).isGreaterThan(0.3);
    }

    @Test
    void aListenerStopsTraining() throws Exception {
        String text = run("Ex7_CustomListener");
        assertThat(numbers(text, "continuing after step ").get(0)).isBetween(1.0, 59.0);
        assertThat(text)
                .containsSubsequence("stage language-model from step 0", "is enough", "saved step-", "complete: false");
        assertThat(text).containsSubsequence("continuing after step", "complete: true, step 60");
    }

    @Test
    void aPlanGivesTheSessionsGradients() throws Exception {
        String text = run("Ex8_StaticPlan");
        Matcher both = Pattern.compile("gradient in both: ([0-9.]+), ([0-9.]+)").matcher(text);
        assertThat(both.find()).as(text).isTrue();
        double session = Double.parseDouble(both.group(1));
        assertThat(session).isPositive();
        assertThat(Double.parseDouble(both.group(2)))
                .isCloseTo(session, org.assertj.core.data.Percentage.withPercentage(0.01));
        List<Double> losses = numbers(text, "loss ");
        assertThat(losses.get(1)).isLessThan(losses.get(0) / 10);
        assertThat(numbers(text, "as a plan: +")).hasSize(1);
    }
}
