package org.quietstar.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig.DocumentBoundary;
import org.quietstar.config.DataConfig.TextFormat;
import org.quietstar.data.TextFile.Format;

class TextSourcesTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void files() throws IOException {
        TestFiles.write(folder.resolve("b.txt"), "b");
        TestFiles.write(folder.resolve("a.jsonl"), "{}");
        TestFiles.write(folder.resolve("deep/er/c.TXT.gz"), "c");
        TestFiles.write(folder.resolve("deep/d.jsonl.gz"), "{}");
        TestFiles.write(folder.resolve("README.md"), "not data");
        TestFiles.write(folder.resolve(".hidden.txt"), "hidden");
    }

    private List<String> names(String pattern, TextFormat format) {
        return TextSources.resolve("data.train", List.of(folder + pattern), format).stream()
                .map(file -> folder.relativize(file.path()).toString().replace('\\', '/'))
                .toList();
    }

    @Test
    void foldersAreReadToTheBottomAndSorted() {
        assertThat(names("", TextFormat.AUTO))
                .containsExactly("a.jsonl", "b.txt", "deep/d.jsonl.gz", "deep/er/c.TXT.gz");
        assertThat(TextSources.resolve("data.train", List.of(folder + "/deep"), TextFormat.AUTO))
                .extracting(TextFile::format, TextFile::compression)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Format.JSONL, Compression.GZIP),
                        org.assertj.core.groups.Tuple.tuple(Format.TEXT, Compression.GZIP));
    }

    @Test
    void globsMatch() {
        assertThat(names("/*.txt", TextFormat.AUTO)).containsExactly("b.txt");
        assertThat(names("/**.gz", TextFormat.AUTO)).containsExactly("deep/d.jsonl.gz", "deep/er/c.TXT.gz");
        assertThat(names("/deep/{d,e}*", TextFormat.AUTO)).containsExactly("deep/d.jsonl.gz");
        assertThat(names("/*.md", TextFormat.TEXT)).containsExactly("README.md");
    }

    @Test
    void aFileThatTwoPatternsMatchIsReadOnce() {
        String file = folder.resolve("b.txt").toString();
        assertThat(TextSources.resolve("data.train", List.of(file, folder + "/*.txt", file), TextFormat.AUTO))
                .hasSize(1);
    }

    @Test
    void whatMatchesNothingIsNamed() {
        assertThatThrownBy(() -> names("/*.csv", TextFormat.AUTO))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("data.train")
                .hasMessageContaining("*.csv")
                .hasMessageContaining("matches no file");
        assertThatThrownBy(() -> names("/nowhere.txt", TextFormat.AUTO)).hasMessageContaining("nowhere.txt");
        assertThatThrownBy(() -> names("/README.md", TextFormat.AUTO))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("README.md")
                .hasMessageContaining("data.format");
        assertThatThrownBy(() -> names("/[b", TextFormat.AUTO))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("no valid glob");
    }

    /** A file that is something else is refused before a run begins; zeros further on are a bad record. */
    @Test
    void whatIsNoTextIsRefusedByName() throws IOException {
        Path wide = folder.resolve("wide.txt");
        Files.writeString(wide, "some text\n", StandardCharsets.UTF_16);
        Path pointer = TestFiles.write(folder.resolve("fetched.jsonl"), "version https://git-lfs.github.com/spec/v1\n");
        Path packed = folder.resolve("packed.txt.gz");
        Files.write(packed, Files.readAllBytes(TestFiles.write(folder.resolve("inner.txt.gz"), "\0\0text")));
        Path table = folder.resolve("table.parquet.gz");
        Files.write(table, Files.readAllBytes(TestFiles.write(folder.resolve("table.gz"), "PAR1 and columns")));
        Path page = TestFiles.write(folder.resolve("page.txt"), "<!DOCTYPE html>\n<title>404</title>");
        for (Path file : List.of(wide, pointer, packed, table, page)) {
            assertThatThrownBy(() -> TextSources.resolve("data.train", List.of(file.toString()), TextFormat.AUTO))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageStartingWith(file + ": ")
                    .hasMessageContaining("data.train");
        }
    }

    @Test
    void zerosWithinATextAreABadRecord() throws IOException {
        Path torn = TestFiles.write(folder.resolve("torn.txt"), "first\n".repeat(2000) + "tor\0\0n\nlast\n");
        var files = TextSources.resolve("data.train", List.of(torn.toString()), TextFormat.AUTO);
        var reported = new ArrayList<BadRecord>();
        int documents = 0;
        try (var reader = new TextRecordReader(files, "text", DocumentBoundary.LINE, false, reported::add)) {
            while (reader.hasNext()) {
                assertThat(reader.next().get(0).toString()).isIn("first", "last");
                documents++;
            }
        }
        assertThat(documents).isEqualTo(2001);
        assertThat(reported)
                .singleElement()
                .asString()
                .contains("torn.txt:2001")
                .contains("NUL");
    }
}
