package org.quietstar.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.datavec.api.records.Record;
import org.datavec.api.split.FileSplit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig.DocumentBoundary;
import org.quietstar.config.DataConfig.TextFormat;
import org.quietstar.random.SplitMix;

class TextRecordReaderTest {
    @TempDir
    private Path folder;

    private final List<String> bad = new ArrayList<>();

    private TextRecordReader reader(DocumentBoundary ends, boolean fail, Path... files) {
        List<String> names = Arrays.stream(files).map(Path::toString).toList();
        DataListener listener =
                record -> bad.add(record.file().getFileName() + ":" + record.line() + " " + record.reason());
        return new TextRecordReader(
                TextSources.resolve("data.train", names, TextFormat.AUTO), "text", ends, fail, listener);
    }

    private static List<String> texts(TextRecordReader reader) {
        var texts = new ArrayList<String>();
        while (reader.hasNext()) {
            texts.add(reader.next().get(0).toString());
        }
        return texts;
    }

    private List<String> texts(DocumentBoundary ends, String content) throws IOException {
        Path file = TestFiles.write(folder.resolve("t.txt"), content);
        try (var reader = reader(ends, false, file)) {
            return texts(reader);
        }
    }

    @Test
    void twoEmptyLinesEndADocument() throws IOException {
        assertThat(texts(DocumentBoundary.BLANK_LINES, "\n\na\nb\n\nc\n\n\n\nd\n \t\n\ne\n<|endoftext|>\nf\n\n\n\n"))
                .containsExactly("a\nb\n\nc", "d", "e", "f");
    }

    @Test
    void aLineBreakWithoutEmptyLinesEndsADocument() throws IOException {
        assertThat(texts(DocumentBoundary.SINGLE_LINE_BREAK, "a\n\nb\nc\n\n\nd\n<|endoftext|>\n\ne"))
                .containsExactly("a\n\nb", "c\n\n\nd", "e");
    }

    @Test
    void linesAndFilesAreDocuments() throws IOException {
        assertThat(texts(DocumentBoundary.LINE, "a\n\nb \n<|endoftext|>\nc")).containsExactly("a", "b ", "c");
        assertThat(texts(DocumentBoundary.FILE, "a\n\n\nb\n<|endoftext|>\n\n"))
                .containsExactly("a\n\n\nb\n<|endoftext|>");
    }

    @Test
    void byteOrderMarksAndCarriageReturnsAreNoText() throws IOException {
        assertThat(texts(DocumentBoundary.BLANK_LINES, "\uFEFFa\r\nb\r\n\r\n\r\nc\uFEFF\r\n"))
                .containsExactly("a\nb", "c\uFEFF");
        Path jsonl = TestFiles.write(folder.resolve("t.jsonl"), "\uFEFF{\"text\": \"x\"}\r\n\r\n{\"text\": \"y\"}\r\n");
        try (var reader = reader(DocumentBoundary.LINE, true, jsonl)) {
            assertThat(texts(reader)).containsExactly("x", "y");
        }
    }

    @Test
    void emptyFilesHaveNoDocuments() throws IOException {
        assertThat(texts(DocumentBoundary.BLANK_LINES, "")).isEmpty();
        assertThat(texts(DocumentBoundary.FILE, "\n \n\n")).isEmpty();
        Path jsonl = TestFiles.write(folder.resolve("t.jsonl.gz"), "\n{\"text\": \"\"}\n{\"text\": \" \"}\n");
        try (var reader = reader(DocumentBoundary.LINE, true, jsonl)) {
            assertThat(texts(reader)).isEmpty();
        }
    }

    @Test
    void mixedFilesAreReadInOrderWithTheirPlaces() throws IOException {
        Path a = TestFiles.write(folder.resolve("a.txt.gz"), "one\n\n\ntwo\nlines\n");
        Path b = TestFiles.write(folder.resolve("b.jsonl"), "{\"id\": 1, \"text\": \"three é\"}\n{\"text\": \"four\"}");
        try (var reader = reader(DocumentBoundary.BLANK_LINES, true, a, b)) {
            var places = new ArrayList<String>();
            var texts = new ArrayList<String>();
            Record last = null;
            while (reader.hasNext()) {
                last = reader.nextRecord();
                texts.add(last.getRecord().get(0).toString());
                places.add(folder.relativize(Path.of(last.getMetaData().getLocation()))
                        .toString());
            }
            assertThat(texts).containsExactly("one", "two\nlines", "three é", "four");
            assertThat(places).containsExactly("a.txt.gz:1", "a.txt.gz:4", "b.jsonl:1", "b.jsonl:2");
            assertThat(reader.loadFromMetaData(last.getMetaData()).getRecord()).isEqualTo(last.getRecord());
            reader.reset();
            assertThat(texts(reader)).hasSize(4);
        }
    }

    @Test
    void dataVecCanNameTheFiles() throws Exception {
        TestFiles.write(folder.resolve("a.txt"), "one");
        TestFiles.write(folder.resolve("b.jsonl"), "{\"text\": \"two\"}");
        try (var reader = new TextRecordReader(List.of(), "text", DocumentBoundary.LINE, true, DataListener.none())) {
            reader.initialize(new FileSplit(folder.toFile()));
            assertThat(texts(reader)).containsExactlyInAnyOrder("one", "two");
        }
    }

    @Test
    void badJsonRecordsAreReportedAndSkipped() throws IOException {
        Path file = TestFiles.write(
                folder.resolve("t.jsonl"),
                "{\"text\": \"ok\"}\n{\"text\": \n{\"txt\": \"x\"}\n{\"text\": 5}\n[1]\n{\"text\": \"a\"} x\n"
                        + "{\"text\": \"\\ud800\"}\n{\"text\": \"end\"}\n");
        try (var reader = reader(DocumentBoundary.LINE, false, file)) {
            assertThat(texts(reader)).containsExactly("ok", "end");
            reader.reset();
            assertThat(texts(reader)).hasSize(2);
        }
        assertThat(bad).hasSize(6); // a second pass reports nothing again
        assertThat(bad.get(0)).startsWith("t.jsonl:2 is no valid JSON");
        assertThat(bad.get(1)).startsWith("t.jsonl:3 has no field \"text\"; its fields are [txt]");
        assertThat(bad.get(2)).startsWith("t.jsonl:4 field \"text\" is a JSON number");
        assertThat(bad.get(3)).startsWith("t.jsonl:5 is a JSON array");
        assertThat(bad.get(4)).startsWith("t.jsonl:6 is no valid JSON");
        assertThat(bad.get(5)).contains("surrogate");
        try (var reader = reader(DocumentBoundary.LINE, true, file)) {
            assertThatThrownBy(() -> texts(reader))
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining("t.jsonl:2: is no valid JSON")
                    .hasMessageContaining("data.onBadRecord");
        }
    }

    @Test
    void bytesThatAreNoUtf8AreReported() throws IOException {
        Path text = Files.write(folder.resolve("t.txt"), new byte[] {'a', '\n', (byte) 0xC3, '\n', 'b', '\n'});
        Path jsonl = Files.write(folder.resolve("u.jsonl"), new byte[] {'{', (byte) 0xFF, '}', '\n'});
        Path fine = TestFiles.write(folder.resolve("v.txt"), "a replacement \uFFFD is a character");
        try (var reader = reader(DocumentBoundary.BLANK_LINES, false, text, jsonl, fine)) {
            assertThat(texts(reader)).containsExactly("a\nb", "a replacement \uFFFD is a character");
        }
        assertThat(bad).hasSize(2).allMatch(line -> line.contains("is not UTF-8"));
        assertThat(bad.get(0)).startsWith("t.txt:2 ");
        assertThat(bad.get(1)).startsWith("u.jsonl:1 ");
    }

    @Test
    void gzipThatBreaksOffIsReported() throws IOException {
        var lines = new StringBuilder();
        var random = new SplitMix(5);
        for (int i = 0; i < 5000; i++) {
            lines.append(Long.toHexString(random.nextLong())).append('\n');
        }
        byte[] whole = TestFiles.gzip(lines.toString());
        Path cut = Files.write(folder.resolve("cut.txt.gz"), Arrays.copyOf(whole, whole.length / 2));
        Path fake =
                Files.write(folder.resolve("fake.txt.gz"), "plain".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Path none = Files.write(folder.resolve("none.txt.gz"), new byte[0]);
        try (var reader = reader(DocumentBoundary.LINE, false, cut, fake, none)) {
            List<String> texts = texts(reader);
            assertThat(texts).hasSizeBetween(1500, 3500);
            assertThat(lines.toString()).startsWith(String.join("\n", texts) + "\n");
            assertThat(bad).hasSize(3).allMatch(line -> line.contains("damaged or breaks off"));
            assertThat(bad.get(0)).startsWith("cut.txt.gz:" + (texts.size() + 1) + " ");
        }
    }

    @Test
    void zstandardIsReadFromAnyPlaceAndItsDamageIsReported() throws IOException {
        var lines = new StringBuilder();
        var random = new SplitMix(6);
        for (int i = 0; i < 100_000; i++) {
            lines.append(Long.toHexString(random.nextLong())).append('\n');
        }
        byte[] whole = Zstd.compress(lines.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Path good = Files.write(folder.resolve("good.txt.zst"), whole);
        Path cut = Files.write(folder.resolve("cut.TXT.zstd"), Arrays.copyOf(whole, whole.length / 2));
        Path fake =
                Files.write(folder.resolve("fake.txt.zst"), "plain".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        try (var reader = reader(DocumentBoundary.LINE, false, good)) {
            assertThat(String.join("\n", texts(reader)) + "\n").isEqualTo(lines.toString());
            int[] order = {0};
            reader.restart(order);
            for (int i = 0; i < 60_000; i++) {
                reader.next();
            }
            TextRecordReader.Position position = reader.position();
            String next = reader.next().get(0).toString();
            reader.seek(order, position);
            assertThat(reader.next().get(0)).hasToString(next);
        }
        assertThat(bad).isEmpty();
        try (var reader = reader(DocumentBoundary.LINE, false, cut, fake)) {
            List<String> texts = texts(reader);
            assertThat(texts).hasSizeBetween(10_000, 60_000);
            assertThat(lines.toString()).startsWith(String.join("\n", texts) + "\n");
            assertThat(bad).hasSize(2).allMatch(line -> line.contains("damaged or breaks off"));
            assertThat(bad.get(0)).startsWith("cut.TXT.zstd:" + (texts.size() + 1) + " ");
        }
    }

    @Test
    void aFileThatVanishesIsNamed() throws IOException {
        Path file = TestFiles.write(folder.resolve("t.txt"), "a");
        try (var reader = reader(DocumentBoundary.LINE, false, file)) {
            Files.delete(file);
            assertThatThrownBy(reader::hasNext)
                    .isInstanceOf(QuietStarException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"t.txt", "t.txt.gz", "t.jsonl", "t.jsonl.gz"})
    void longDocumentsComeInPartsAndReadingGoesOnFromAnyPlace(String name) throws IOException {
        String longLine = "word é ".repeat(400_000).strip(); // 3.2 MB in one line
        String noSpace = "\uD83D\uDE00".repeat(600_000); // 1.2 million chars without white space
        String paragraphs = "some words here\n\n".repeat(100_000).strip();
        List<String> documents = List.of("first", longLine, noSpace, paragraphs, "last");
        String content = name.contains("jsonl")
                ? String.join(
                        "\n", documents.stream().map(TextRecordReaderTest::json).toList())
                : String.join("\n\n\n", documents);
        Path file = TestFiles.write(folder.resolve(name), content);
        var parts = new ArrayList<Record>();
        var places = new ArrayList<TextRecordReader.Position>();
        try (var reader = reader(DocumentBoundary.BLANK_LINES, true, file)) {
            places.add(reader.position());
            while (reader.hasNext()) {
                parts.add(reader.nextRecord());
                places.add(reader.position());
            }
            for (int i = 0; i < parts.size(); i++) {
                reader.seek(new int[] {0}, places.get(i));
                assertThat(reader.nextRecord().equals(parts.get(i))).isTrue();
                assertThat(reader.position()).isEqualTo(places.get(i + 1));
            }
        }
        assertThat(joined(parts).equals(documents)).isTrue(); // no description of megabytes
        assertThat(parts.stream().map(part -> part.getRecord().get(0).toString().length()))
                .hasSizeGreaterThanOrEqualTo(9)
                .allMatch(length -> length <= 1 << 20);
    }

    private static List<String> joined(List<Record> parts) {
        var documents = new ArrayList<String>();
        var text = new StringBuilder();
        for (Record part : parts) {
            text.append(part.getRecord().get(0));
            if (((DocumentMetaData) part.getMetaData()).last()) {
                documents.add(text.toString());
                text.setLength(0);
            }
        }
        return documents;
    }

    private static String json(String text) {
        return "{\"text\": \"" + text.replace("\n", "\\n") + "\"}";
    }

    @Test
    void tinyStoriesComesInStories() {
        Path file = SharedFiles.require("data/corpora/tinystories.txt");
        try (var reader = reader(DocumentBoundary.SINGLE_LINE_BREAK, true, file)) {
            List<String> stories = texts(reader);
            assertThat(stories).hasSizeBetween(1000, 1150);
            assertThat(stories.get(1)).startsWith("Once upon a time, there was a little car named Beep.");
            assertThat(stories.get(1)).endsWith("And Beep lived happily ever after.");
        }
    }
}
