package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.runtime.Versions;

/** The jars that the build makes, on a class path of their own, with programs that are compiled against them. */
final class AllJarIT {
    private static final Path EXAMPLES = Path.of("src/examples/java/org/quietstar/examples");
    private static final String VERSION = Versions.current().quietstar();

    @TempDir
    private Path folder;

    /** Compiles and runs a source file with nothing but the class path. */
    private String run(String classPath, Path source) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path out = folder.resolve("out.txt");
        var command = new ArrayList<>(List.of(java, "-Xmx1g", "-Djava.awt.headless=true", "-cp", classPath));
        command.addAll(List.of(source.toString(), folder.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        process.destroyForcibly();
        String text = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(ended).as(text).isTrue();
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    @Test
    void oneJarIsTheWholeLibraryWithItsNativeHalf() throws Exception {
        String jar = "target/quietstar-" + VERSION + "-all.jar";
        String text = run(jar, EXAMPLES.resolve("Ex4_TrainOnYourOwnText.java"));
        assertThat(text).contains("Held-out text: 500 tokens").doesNotContain("SLF4J", "could not be found");
        assertThat(folder.resolve("gain.png")).isNotEmptyFile();
    }

    /** The other jars of the test's class path are ND4J's and what it needs; the project's own classes are left out. */
    @Test
    void whatM21LacksCanBeTakenAlone() throws Exception {
        List<String> path = new ArrayList<>(List.of("target/samediff/quietstar-samediff-" + VERSION + ".jar"));
        Pattern.compile(java.io.File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(System.getProperty("java.class.path"))
                .filter(jar -> jar.endsWith(".jar") && !jar.contains("quietstar-"))
                .forEach(path::add);
        assertThat(path).anyMatch(jar -> jar.contains("nd4j-native"));
        String classPath = String.join(java.io.File.pathSeparator, path);
        assertThat(run(classPath, EXAMPLES.resolve("Ex1_RightGradients.java"))).contains("3.0000");
        assertThat(run(classPath, EXAMPLES.resolve("Ex8_StaticPlan.java"))).contains("a step as a plan");
    }
}
