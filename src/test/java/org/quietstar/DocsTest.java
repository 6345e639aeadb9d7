package org.quietstar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents name is there: classes and their members, files, packages, sections of other documents. */
class DocsTest {
    private static final int MOST_LINES_OF_THE_README = 200;
    /** A class of ours, perhaps with a member: it has a small letter, unlike an environment variable. */
    private static final Pattern TYPE =
            Pattern.compile("`([A-Z][A-Za-z0-9_]*[a-z][A-Za-z0-9_]*)(?:[.#]([A-Za-z]\\w*))?(?:\\([^`]*)?`");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern FILE = Pattern.compile("`((?:src|docs|configs|datasets|notebooks|\\.ci)/[\\w./-]+)`");
    private static final Pattern SOURCE = Pattern.compile("`([a-z]+(?:/[a-z]+)*/[\\w-]+\\.java)`");
    private static final Pattern QUALIFIED = Pattern.compile("`(org\\.quietstar(?:\\.\\w+)*)`");
    private static final Pattern SECTION = Pattern.compile("docs/(\\w+)\\.md(?:#([\\w-]+)|,? sections? (\\d+))?");
    /** Names in backticks that are not classes of this project. */
    private static final Set<String> OTHERS =
            Set.of("OutOfMemoryError", "List", "MultiDataSetIterator", "RecordReader");

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.list(Path.of("docs"))) {
            return Stream.concat(Stream.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")), docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    /** Java sources of all source sets, and of the notebooks' check. */
    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String root : List.of("src", "notebooks")) {
            try (Stream<Path> files = Files.walk(Path.of(root))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }

    private static String slashes(Path path) {
        return path.toString().replace('\\', '/');
    }

    private static List<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    /** The anchors that a rendered document has. */
    private static Set<String> anchors(Path document) {
        return matches(Pattern.compile("(?m)^#+ (.+)$"), read(document)).stream()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    @Test
    void theReadmeIsShort() {
        assertThat(read(Path.of("README.md")).lines().count()).isLessThanOrEqualTo(MOST_LINES_OF_THE_README);
    }

    @Test
    void theClassesThatTheyNameExist() throws IOException {
        Map<String, String> types = new TreeMap<>();
        for (Path source : sources()) {
            types.merge(source.getFileName().toString().replace(".java", ""), read(source), String::concat);
        }
        String all = String.join("\n", types.values());
        int found = 0;
        for (Path document : documents()) {
            for (MatchResult name : matches(TYPE, read(document))) {
                String type = name.group(1);
                if (!OTHERS.contains(type)) {
                    String text = types.getOrDefault(type, nested(type, all));
                    assertThat(text).as("%s in %s", type, document).isNotEmpty();
                    if (name.group(2) != null) {
                        assertThat(text).as("%s in %s", name.group(), document).containsPattern("\\b" + name.group(2));
                    }
                    found++;
                }
            }
        }
        assertThat(found).isGreaterThan(30);
    }

    /** All text, where it declares a class of the name within another; else nothing. */
    private static String nested(String type, String all) {
        return Pattern.compile("\\b(class|record|interface|enum) " + type + "\\b")
                        .matcher(all)
                        .find()
                ? all
                : "";
    }

    @Test
    void theFilesAndSectionsThatTheyNameExist() throws IOException {
        List<String> sources = sources().stream().map(DocsTest::slashes).toList();
        int found = 0;
        for (Path document : documents()) {
            String text = read(document);
            Path folder = document.toAbsolutePath().getParent();
            for (MatchResult link : matches(LINK, text)) {
                if (link.group(1).contains(":")) {
                    continue;
                }
                Path target = link.group(1).isEmpty() ? document : folder.resolve(link.group(1));
                assertThat(target).as("%s in %s", link.group(), document).exists();
                if (link.group(2) != null) {
                    assertThat(anchors(target))
                            .as("%s in %s", link.group(), document)
                            .contains(link.group(2));
                }
                found++;
            }
            for (MatchResult file : matches(FILE, text)) {
                assertThat(Path.of(file.group(1))).as(document.toString()).exists();
            }
            for (MatchResult source : matches(SOURCE, text)) {
                assertThat(sources)
                        .as("%s in %s", source.group(1), document)
                        .anyMatch(file -> file.endsWith("/" + source.group(1)));
            }
            for (MatchResult name : matches(QUALIFIED, text)) {
                String path = "/" + name.group(1).replace('.', '/');
                assertThat(sources)
                        .as("%s in %s", name.group(1), document)
                        .anyMatch(file -> file.contains(path + "/") || file.endsWith(path + ".java"));
            }
        }
        assertThat(found).isGreaterThan(30);
    }

    /** Comments link to documents, and to sections of them by number or by anchor. */
    @Test
    void theSectionsThatCommentsNameExist() throws IOException {
        int found = 0;
        for (Path source : sources()) {
            for (MatchResult name : matches(SECTION, read(source))) {
                Path document = Path.of("docs", name.group(1) + ".md");
                assertThat(document).as(source.toString()).exists();
                if (name.group(2) != null) {
                    assertThat(anchors(document))
                            .as("%s in %s", name.group(), source)
                            .contains(name.group(2));
                }
                if (name.group(3) != null) {
                    assertThat(read(document))
                            .as("%s in %s", name.group(), source)
                            .contains("\n## " + name.group(3) + ". ");
                }
                found++;
            }
        }
        assertThat(found).isPositive();
    }

    /** Each package is named in the table of rooms, or lies below one that is named with what is below it. */
    @Test
    void everyRoomHasARow() throws IOException {
        Set<String> named =
                matches(Pattern.compile("`([a-z]+(?:\\.[a-z]+)*)`"), read(Path.of("docs/architecture.md"))).stream()
                        .map(name -> name.group(1))
                        .collect(Collectors.toSet());
        int found = 0;
        for (Path source : sources()) {
            Matcher room = Pattern.compile(".*(?:main|instruments)/java/org/quietstar/(.+)/package-info\\.java")
                    .matcher(slashes(source));
            if (room.matches()) {
                String name = room.group(1).replace('/', '.');
                assertThat(named).contains(name.startsWith("samediff.") ? "samediff" : name);
                found++;
            }
        }
        assertThat(found).isGreaterThan(10);
    }

    @Test
    void whatIsOutsideOfTheRepositoryIsNotNamed() throws IOException {
        for (Path document : documents()) {
            assertThat(read(document)).as(document.toString()).doesNotContain("../shared");
        }
    }

    @Test
    void aNameThatDoesNotExistIsNoticed() {
        Matcher type = TYPE.matcher("`Families.ALL` and `OMP_NUM_THREADS`");
        assertThat(type.find()).isTrue();
        assertThat(type.group(1)).isEqualTo("Families");
        assertThat(type.group(2)).isEqualTo("ALL");
        assertThat(type.find()).isFalse();
        assertThat(nested("NoSuchType", "class Such")).isEmpty();
    }
}
