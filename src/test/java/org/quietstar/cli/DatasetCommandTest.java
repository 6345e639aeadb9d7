package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.data.synthetic.SyntheticDataset;
import org.quietstar.eval.task.AnswerItem;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.tokenizer.HfTokenizer;
import picocli.CommandLine;

class DatasetCommandTest {
    @TempDir
    private Path folder;

    @Test
    void writesTheFilesThatItWasAskedFor() throws IOException {
        var out = new StringWriter();
        Path target = folder.resolve("new/tiny");
        int code = new CommandLine(new DatasetCommand())
                .setOut(new PrintWriter(out))
                .execute("--out", target.toString(), "--seed", "3", "--train", "20", "--validation", "5");
        assertThat(code).isZero();
        assertThat(out.toString()).contains("20 training and 5 held-out").contains(target.toString());
        assertThat(Files.readAllLines(target.resolve(SyntheticDataset.TRAIN_FILE)))
                .hasSize(20);
        assertThat(Files.readAllLines(target.resolve(SyntheticDataset.VALIDATION_FILE)))
                .hasSize(5);
        assertThat(Files.readString(target.resolve(SyntheticDataset.CARD_FILE)))
                .contains("CC0")
                .contains("--seed 3 --train 20 --validation 5");
    }

    @ParameterizedTest
    @CsvSource({"sums, 0.1", "ball, 0.2", "town, 0.03125"})
    void writesProblemsOfOtherWorlds(String family, double chance) throws IOException {
        Path target = folder.resolve(family);
        int code = new CommandLine(new DatasetCommand())
                .setOut(new PrintWriter(new StringWriter()))
                .execute("--family", family, "--out", target.toString(), "--train", "50", "--validation", "5");
        assertThat(code).isZero();
        AnswerTask task = AnswerTask.read(target.resolve(SyntheticDataset.ANSWERS_TASK));
        assertThat(task.chance()).isEqualTo(chance);
        assertThat(task.questions()).hasSizeGreaterThanOrEqualTo(940 + 40);
        assertThat(task.questions()).extracting(AnswerItem::prompt).doesNotHaveDuplicates();
        assertThat(Files.readString(target.resolve(SyntheticDataset.CARD_FILE)))
                .contains("--family " + family)
                .doesNotContain("rooms", "%s", "%d");
        try (var tokenizer = HfTokenizer.open(target.resolve(SyntheticDataset.TOKENIZER_FILE))) {
            for (String line : Files.readAllLines(target.resolve(SyntheticDataset.TRAIN_FILE))) {
                String text = line.substring("{\"text\": \"".length(), line.length() - 2);
                assertThat(tokenizer.encode(text))
                        .hasSize(text.split(" ").length)
                        .doesNotContain(0, 1, 2, 3);
            }
        }
    }

    @Test
    void anUnknownWorldIsNamed() {
        var err = new StringWriter();
        int code = new CommandLine(new DatasetCommand())
                .setErr(new PrintWriter(err))
                .execute("--family", "house2", "--out", folder.toString());
        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("--family house2", "house, sums, ball and town");
    }
}
