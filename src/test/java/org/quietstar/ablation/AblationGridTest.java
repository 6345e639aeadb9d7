package org.quietstar.ablation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.quietstar.Ablation;
import org.quietstar.QuietStarException;

class AblationGridTest {
    private static final String GRID = """
            recipe: configs/tiny.yaml
            output: OUT
            seeds: [1, 2]
            set: {evaluation.tasks: []}
            variants:
              - name: a
                set: {loss.policyWeight: 0, train.freeze: [model.norm.*]}
              - name: b
                of: a
                set: {evaluation.thoughtContent: random}
            """;

    @TempDir
    private Path folder;

    private Path grid(String from, String to) throws Exception {
        assertThat(GRID).contains(from);
        return Files.writeString(folder.resolve("grid.yaml"), GRID.replace(from, to));
    }

    @Test
    void everyVariantWithEverySeed() throws Exception {
        List<AblationGrid.Cell> cells = AblationGrid.read(grid("OUT", "out")).cells();
        assertThat(cells)
                .extracting(cell -> cell.variant().name() + cell.seed())
                .containsExactly("a1", "b1", "a2", "b2");
        assertThat(cells.get(0).sets())
                .containsExactly("evaluation.tasks=[]", "loss.policyWeight=0", "train.freeze=[model.norm.*]", "seed=1");
        assertThat(cells.get(1).run()).isEqualTo(cells.get(0).run()).isEqualTo(Path.of("out/a/seed-1"));
        assertThat(cells.get(1).sets()).contains("loss.policyWeight=0", "evaluation.thoughtContent=random");
        assertThat(cells.get(1).result()).isEqualTo(Path.of("out/results/b-seed-1.json"));
    }

    @ParameterizedTest
    @CsvSource({
        "recipe: configs/tiny.yaml, recipes: x, grid.yaml:1, recipes",
        "'seeds: [1, 2]', 'seeds: [1, 1]', grid.yaml:3, seeds",
        "'seeds: [1, 2]', 'seeds: []', grid.yaml:3, seeds",
        "'seeds: [1, 2]', 'seeds: [one]', grid.yaml:3, seeds",
        "'name: b', 'name: a', grid.yaml:8, taken",
        "'name: b', 'name: b/c', grid.yaml:8, name",
        "'of: a', 'of: c', grid.yaml:8, no variant above",
        "evaluation.thoughtContent: random, loss.policyWeight: 1, grid.yaml:8, section evaluation",
        "'{loss.policyWeight: 0, train.freeze: [model.norm.*]}', '[x]', grid.yaml:7, set",
        "loss.policyWeight: 0, loss.policyWait: 0, grid.yaml:6, loss.policyWeight",
        "loss.policyWeight: 0, output.dir: x, grid.yaml:6, output.dir"
    })
    void mistakesAreNamed(String from, String to, String place, String what) throws Exception {
        Path file = grid(from, to);
        assertThatThrownBy(() -> Ablation.of(file))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining(place)
                .hasMessageContaining(what);
    }

    static Stream<Path> shipped() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("configs/effect"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void everyShippedGridIsReady(Path file) {
        AblationGrid grid = Ablation.of(file).grid();
        String name = file.getFileName().toString().replace(".yaml", "");
        assertThat(grid.output()).isEqualTo(Path.of("runs", "effect-" + name));
        assertThat(grid.variants().size()).isGreaterThan(2);
        assertThat(grid.seeds().size()).isGreaterThan(2);
    }

    @Test
    void theIntervalOverSeedsIsStudents() {
        SeedMean mean = SeedMean.of(List.of(1.0, 2.0, 3.0));
        assertThat(mean.mean()).isEqualTo(2);
        // 4.303 · 1 / √3
        assertThat(mean.interval().orElseThrow().upper() - 2).isCloseTo(2.4843, within(1e-3));
        assertThat(SeedMean.of(List.of(5.0)).interval()).isEmpty();
    }

    @Test
    void theTableHasIntervalsOverSeedsAndItems() throws Exception {
        Map<String, List<JsonNode>> results = new LinkedHashMap<>();
        results.put(
                "plain",
                List.of(
                        result(
                                "{nll_base: 2.0, nll_mixed: 2.0, gain: 0.0, flops: 1e9, tasks: {t: {without: 0.2, items: 10}}}")));
        results.put(
                "thinks",
                List.of(
                        result(
                                "{nll_base: 2.0, nll_mixed: 1.0, gain: 1.0, flops: 3e9,"
                                        + " tasks: {t: {without: 0.1, with: 0.5, items: 10, groups:"
                                        + " {g1: {without: 0.2, with: 0.9, items: 5}, g2: {without: 0.0, with: 0.1, items: 5}}}}}"),
                        result(
                                "{nll_base: 2.0, nll_mixed: 1.2, gain: 0.8, flops: 3e9,"
                                        + " tasks: {t: {without: 0.1, with: 0.7, items: 10, groups:"
                                        + " {g1: {without: 0.2, with: 0.7, items: 5}, g2: {without: 0.0, with: 0.7, items: 5}}}}}")));
        AblationTable table = AblationTable.of(results);
        assertThat(table.measures()).containsExactly("nll_base", "nll_mixed", "gain", "t without", "t with", "flops");
        assertThat(table.byGroup()).containsExactly("t g1 without", "t g1 with", "t g2 without", "t g2 with");
        assertThat(table.rows().get(1).values().get("t g1 with").overSeeds().mean())
                .isCloseTo(0.8, within(1e-12));
        assertThat(table.toText()).doesNotContain("t g1 with");
        assertThat(table.toJson().path("thinks").path("t g2 with").path("mean").asDouble())
                .isCloseTo(0.4, within(1e-12));
        AblationTable.Value with = table.rows().get(1).values().get("t with");
        assertThat(with.overSeeds().mean()).isCloseTo(0.6, within(1e-12));
        // 6 of 10 right, Wilson's score.
        assertThat(with.overItems().orElseThrow().lower()).isCloseTo(0.3127, within(1e-3));
        assertThat(table.toText())
                .contains("1.1000 (-0.171 to 2.371)")
                .contains("3.000e+09")
                .contains("t with");
        assertThat(table.toMarkdown("Title", List.of("gain.png")))
                .startsWith("# Title")
                .contains("| thinks | 2 |")
                .contains("| - |")
                .contains("## By groups of items")
                .contains("| 0.8000 (0.000 to 1.000) [")
                .contains("![gain.png](gain.png)");
        assertThat(table.toJson().path("thinks").path("gain").path("over_seeds_95"))
                .hasSize(2);
        assertThat(table.toJson().path("plain").path("gain").has("over_seeds_95"))
                .isFalse();
    }

    private static JsonNode result(String text) throws Exception {
        return new JsonMapper()
                .configure(com.fasterxml.jackson.core.JsonParser.Feature.ALLOW_UNQUOTED_FIELD_NAMES, true)
                .readTree(text);
    }
}
