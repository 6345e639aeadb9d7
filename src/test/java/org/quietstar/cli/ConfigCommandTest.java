package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quietstar.config.ConfigReference;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;

class ConfigCommandTest {
    private final Commands program = new Commands();

    @Test
    void printsTheResolvedRecipe() {
        assertThat(program.execute("config", "configs/tiny.yaml", "--set", "train.steps=50", "--set=seed=7"))
                .isZero();
        RunConfig printed = Recipes.fromYaml(program.out(), "printed", List.of());
        assertThat(printed.seed()).isEqualTo(7);
        assertThat(printed.stages()).extracting(s -> s.train().steps()).containsExactly(50, 50, 50);
        assertThat(program.err()).isEmpty();
    }

    @Test
    void helpHoldsTheWholeReference() {
        assertThat(program.execute("config", "--help")).isZero();
        String help = program.out();
        assertThat(help).startsWith("Usage: quietstar config").contains("--set=KEY=VALUE");
        assertThat(ConfigReference.text().lines())
                .allSatisfy(line -> assertThat(help.lines()).contains(line));
    }

    @Test
    void mistakesExitWithTwoAndOneLine() {
        assertThat(program.execute("config", "configs/tiny.yaml", "--set", "train.steps=abc"))
                .isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(program.err().lines())
                .containsExactly(
                        "quietstar: --set train.steps=abc: 'abc' is not a whole number; allowed: 0 or more (steps)");
        assertThat(program.out()).isEmpty();
    }

    @Test
    void aMissingFileNamesTheNearest() {
        assertThat(program.execute("config", "configs/tinny.yaml")).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(program.err())
                .startsWith("quietstar: configs/tinny.yaml: no such file; nearest is configs/tiny.yaml");
        assertThat(program.execute("config")).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(program.err()).contains("Missing required parameter: 'FILE'");
    }
}
