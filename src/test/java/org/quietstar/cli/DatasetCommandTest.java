package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.data.synthetic.SyntheticDataset;
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
}
