package org.quietstar.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.QuietStarException;
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
                .extracting(TextFile::format, TextFile::gzip)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Format.JSONL, true),
                        org.assertj.core.groups.Tuple.tuple(Format.TEXT, true));
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
}
