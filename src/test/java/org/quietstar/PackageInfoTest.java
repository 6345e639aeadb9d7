package org.quietstar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every package says what it is for and shows its use in a few lines, which compile. */
class PackageInfoTest {
    private static final List<Path> SOURCES =
            List.of(Path.of("src/main/java"), Path.of("src/instruments/java"), Path.of("src/samediff/main/java"));
    private static final Pattern CODE = Pattern.compile("<pre>\\{@code\n(.*?)\n \\* \\}</pre>", Pattern.DOTALL);
    private static final int FEWEST_LINES = 3;
    private static final int MOST_LINES = 9;
    /** What the lines may name beside the packages of this project. */
    private static final List<String> OTHERS = List.of(
            "java.awt.image.BufferedImage",
            "java.io.PrintWriter",
            "java.io.StringWriter",
            "java.nio.file.Path",
            "java.util.List",
            "java.util.Map",
            "org.nd4j.autodiff.samediff.SDVariable",
            "org.nd4j.autodiff.samediff.SameDiff",
            "org.nd4j.linalg.api.buffer.DataType",
            "org.nd4j.linalg.api.ndarray.INDArray",
            "org.nd4j.linalg.factory.Nd4j",
            "org.nd4j.linalg.learning.config.Adam",
            "picocli.CommandLine");

    @TempDir
    Path classes;

    /** The packages that hold classes, and the text of their package-info.java. */
    private static Map<String, String> packages() throws IOException {
        Map<String, String> packages = new TreeMap<>();
        for (Path sources : SOURCES) {
            try (Stream<Path> folders = Files.walk(sources.resolve("org/quietstar"))) {
                for (Path folder : folders.filter(Files::isDirectory).toList()) {
                    addIfPackage(packages, sources, folder);
                }
            }
        }
        return packages;
    }

    private static void addIfPackage(Map<String, String> packages, Path sources, Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            if (files.anyMatch(file -> file.toString().endsWith(".java"))) {
                String name = sources.relativize(folder).toString().replace(java.io.File.separatorChar, '.');
                packages.put(name, read(folder.resolve("package-info.java")));
            }
        }
    }

    private static String read(Path file) throws IOException {
        assertThat(file).exists();
        return Files.readString(file, StandardCharsets.UTF_8).replace("\r\n", "\n");
    }

    /** The code of a Javadoc comment, without its margin. */
    private static List<String> code(String comment) {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = CODE.matcher(comment);
        while (matcher.find()) {
            blocks.add(matcher.group(1)
                    .lines()
                    .map(line -> line.replaceFirst("^ \\* ?", ""))
                    .collect(Collectors.joining("\n")));
        }
        return blocks;
    }

    @Test
    void everyPackageShowsItsUseInLinesThatCompile() throws IOException {
        Map<String, String> packages = packages();
        assertThat(packages).hasSizeGreaterThan(14).containsKey("org.quietstar").containsKey("org.quietstar.samediff");
        List<JavaFileObject> sources = new ArrayList<>();
        packages.forEach((name, comment) -> {
            assertThat(comment).as(name).startsWith("/**\n * ");
            List<String> blocks = code(comment);
            assertThat(blocks).as("code in the package-info.java of " + name).hasSize(1);
            assertThat(blocks.get(0).lines().count())
                    .as("lines of code of " + name)
                    .isBetween((long) FEWEST_LINES, (long) MOST_LINES);
            sources.add(source(name, blocks.get(0), packages.keySet()));
        });
        assertThat(errors(sources)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"README.md, 2", "src/samediff/README.md, 1"})
    void theReadmesLinesCompile(Path file, int blocks) throws IOException {
        String readme = read(file);
        List<JavaFileObject> sources = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(readme)
                .results()
                .map(block -> {
                    try {
                        return source(
                                "readme." + block.start(),
                                block.group(1),
                                packages().keySet());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
        assertThat(sources).hasSizeGreaterThanOrEqualTo(blocks);
        assertThat(errors(sources)).isEmpty();
    }

    @Test
    void linesThatDoNotCompileAreNoticed() throws IOException {
        JavaFileObject wrong = source("org.quietstar", "int x = QuietStar.noSuchMethod();", List.of("org.quietstar"));
        assertThat(errors(List.of(wrong))).contains("noSuchMethod");
        assertThat(code("no code here")).isEmpty();
    }

    private static JavaFileObject source(String name, String code, Iterable<String> packages) {
        var text = new StringBuilder("package shown;\n");
        OTHERS.forEach(other -> text.append("import ").append(other).append(";\n"));
        packages.forEach(each -> text.append("import ").append(each).append(".*;\n"));
        String type = "In_" + name.replace('.', '_');
        text.append("class ")
                .append(type)
                .append(" {\n  void shown() throws Exception {\n")
                .append(code)
                .append("\n  }\n}\n");
        return new SimpleJavaFileObject(URI.create("string:///shown/" + type + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }

    private String errors(List<JavaFileObject> sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var out = new StringWriter();
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
        boolean compiled =
                compiler.getTask(out, null, null, options, null, sources).call();
        return compiled ? "" : out.toString();
    }
}
