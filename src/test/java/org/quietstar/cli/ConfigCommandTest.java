package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quietstar.config.ConfigReference;
import org.quietstar.config.RunConfig;
import org.quietstar.config.RunConfigs;

class ConfigCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void printsTheResolvedRecipe() {
        assertThat(execute("config", "configs/tiny.yaml", "--set", "train.steps=50", "--set=seed=7"))
                .isZero();
        RunConfig printed = RunConfigs.fromYaml(out.toString(), "printed", List.of());
        assertThat(printed.seed()).isEqualTo(7);
        assertThat(printed.stages()).extracting(s -> s.train().steps()).containsExactly(50, 50);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void helpHoldsTheWholeReference() {
        assertThat(execute("config", "--help")).isZero();
        String help = out.toString();
        assertThat(help).startsWith("Usage: quietstar config").contains("--set=KEY=VALUE");
        assertThat(ConfigReference.text().lines())
                .allSatisfy(line -> assertThat(help.lines()).contains(line));
    }

    @Test
    void mistakesExitWithTwoAndOneLine() {
        assertThat(execute("config", "configs/tiny.yaml", "--set", "train.steps=abc"))
                .isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(err.toString().lines())
                .containsExactly(
                        "quietstar: --set train.steps=abc: 'abc' is not a whole number; allowed: 0 or more (steps)");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aMissingFileNamesTheNearest() {
        assertThat(execute("config", "configs/tinny.yaml")).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(err.toString())
                .startsWith("quietstar: configs/tinny.yaml: no such file; nearest is configs/tiny.yaml");
        assertThat(execute("config")).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(err.toString()).contains("Missing required parameter: 'FILE'");
    }

    private int execute(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
