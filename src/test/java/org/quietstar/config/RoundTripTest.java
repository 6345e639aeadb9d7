package org.quietstar.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.quietstar.QuietStarException;
import org.quietstar.config.yaml.Format;
import org.quietstar.config.yaml.KeySpec;
import org.quietstar.config.yaml.Origin;
import org.quietstar.config.yaml.Schema;
import org.quietstar.config.yaml.SettingLayers;

/** What is printed reads back to an equal configuration, and nothing that is read ends in anything but a clear error. */
class RoundTripTest {
    /** Keys that other keys limit keep their defaults in random configurations. */
    private static final Set<String> BOUND = Set.of(
            "loss.policyShare",
            "evaluation.thoughtSamples",
            "evaluation.taskVotes",
            "train.tasksEvery",
            "checkpoint.bestBy",
            "model.hiddenSize",
            "model.heads",
            "model.kvHeads",
            "model.headDim",
            "model.ropeLowFrequencyFactor",
            "model.ropeHighFrequencyFactor",
            "model.maxPositions",
            "tokenizer.kind",
            "tokenizer.path",
            "data.sequenceLength",
            "data.validationFraction",
            "thought.thoughtTokens",
            "thought.lookahead",
            "loss.rewardTrim",
            "loss.rewardBaseline",
            "thought.mixer",
            "optimizer.warmupSteps",
            "optimizer.schedule",
            "train.mode",
            "train.lora.rank",
            "train.lora.alpha",
            "train.lora.targets");

    private static final String VALID = """
            # A comment, so that some of the damage is harmless: thoughts are hidden, they are
            # drawn after every token, and only the mixing head decides how much they weigh.
            seed: 3
            model: {hiddenSize: 64, heads: 4, tiedEmbeddings: true}
            data:
              train: [a.txt, "b c.txt"]
              sequenceLength: 64
            loss:
              policyWeight: 1.0e+6   # a comment
              rewardBaseline: mean
            stages:
              - name: base
                train: {mode: language-model, steps: 10}
              - name: think
                optimizer:
                  learningRate: 1e-6
                  schedule: constant
            """;

    @Test
    void defaultsPrintEveryKeyAndNoStages() {
        String yaml = Recipes.toYaml(RunConfig.defaults());
        assertThat(Recipe.read(yaml)).isEqualTo(RunConfig.defaults());
        assertThat(yaml)
                .startsWith("seed: 42\nbackend: auto\nmodel:\n  weights: \"\"\n")
                .doesNotContain("stages");
        assertThat(yaml).contains("  learningRate: 1.0e-6\n").contains("  initText: \"---\"\n");
    }

    @Test
    void stagesPrintOnlyWhatDiffers() {
        RunConfig config = Recipe.read(VALID);
        String yaml = Recipes.toYaml(config);
        assertThat(Recipe.read(yaml)).isEqualTo(config);
        assertThat(yaml).endsWith("""
                        stages:
                          - name: base
                            train:
                              mode: language-model
                              steps: 10
                          - name: think
                        """);
        RunConfig renamed = Recipe.read("stages: [{name: other}]");
        assertThat(Recipe.read(Recipes.toYaml(renamed))).isEqualTo(renamed);
    }

    @Test
    void aStagePrintsWhatItStartsFrom() {
        String stages = """
                stages:
                  - name: base
                  - name: "null"
                  - name: plain
                    from: base
                  - name: think
                    from: "null"
                    train:
                      steps: 3
                """;
        RunConfig config = Recipe.read(stages);
        String yaml = Recipes.toYaml(config);
        assertThat(yaml).endsWith(stages);
        assertThat(Recipe.read(yaml)).isEqualTo(config);
        assertThat(config.parent(0)).isEqualTo(-1);
        assertThat(config.parent(1)).isZero();
        assertThat(config.parent(2)).isZero();
        assertThat(config.parent(3)).isEqualTo(1);
    }

    @Test
    void aGroupPrintsBelowItsName() {
        RunConfig config = Recipe.read("""
                train: {lora: {rank: 4, targets: [k_proj]}}
                stages:
                  - name: think
                    train:
                      freeze: [model.norm.*]
                      lora: {alpha: 8}
                """);
        assertThat(config.stages().get(0).train().lora()).isEqualTo(new LoraConfig(4, 8, List.of("k_proj")));
        String yaml = Recipes.toYaml(config);
        assertThat(yaml)
                .contains("  freeze: [model.norm.*]\n"
                        + "  lora:\n    rank: 4\n    alpha: 8.0\n    targets: [k_proj]\n  memoryCheck: true\n")
                .endsWith("stages:\n  - name: think\n");
        String two = Recipes.toYaml(Recipe.read("train: {lora: {rank: 4}}\n"
                + "stages: [{name: a, train: {lora: {rank: 0}}}, {name: b}, {name: c, from: a}]"));
        assertThat(two)
                .contains("  lora:\n    rank: 4\n    alpha: 16.0\n")
                .endsWith(
                        "  - name: a\n    train:\n      lora:\n        rank: 0\n  - name: b\n  - name: c\n    from: a\n");
        assertThat(Recipe.read(yaml)).isEqualTo(config);
        assertThat(Recipe.read("seed: 1", "train.lora.rank=3")
                        .lastStage()
                        .train()
                        .lora()
                        .rank())
                .isEqualTo(3);
    }

    @Test
    void randomConfigurationsReadBackEqual() {
        var random = new Random(20240314);
        for (int i = 0; i < 100; i++) {
            var layers = new SettingLayers(Recipes.SCHEMA, "random");
            randomSettings(random, 0.7, layers.run(), true);
            for (String name : List.of("base", "think", "x-1").subList(0, random.nextInt(4))) {
                var stage = new SettingLayers.Stage(name, "", new Origin.FileLine("random", 0), new HashMap<>());
                randomSettings(random, 0.2, stage.settings(), false);
                layers.stages().put(name, stage);
            }
            layers.ensureStage();
            RunConfig config = Recipes.records(layers);
            String yaml = Recipes.toYaml(config);
            assertThat(Recipe.read(yaml)).as(yaml).isEqualTo(config);
            assertThat(Recipes.toYaml(Recipe.read(yaml))).isEqualTo(yaml);
        }
    }

    @Test
    void anyTextReadsBack() {
        var random = new Random(7);
        var odd = List.of(
                "",
                " ",
                "null",
                "~",
                "Yes",
                "off",
                "1e5",
                "0x1",
                "1:30",
                "- a",
                "a: b",
                "a #b",
                "*x",
                "&x",
                "!x",
                "%x",
                "@x",
                "`x",
                "[a]",
                "{a}",
                "a,b",
                "'",
                "\"",
                "\\",
                "a\nb\n",
                "\t",
                "größe/ß.txt",
                "日本",
                "😀",
                "\u0085",
                "\u2028",
                "\uFEFF",
                "\u007f",
                "\u0000",
                "\uFFFE",
                "../a",
                "./b*.txt",
                ".5",
                ".inf",
                "---",
                "...",
                "=",
                "<<",
                "a\u00a0b");
        for (String text : odd) {
            assertTextReadsBack(text);
        }
        for (int i = 0; i < 500; i++) {
            var text = new StringBuilder();
            random.ints(random.nextInt(8), 0, 0x10ffff)
                    .map(c -> random.nextBoolean() ? c % 0x80 : c)
                    .filter(c -> c < 0xd800 || c > 0xdfff)
                    .forEach(text::appendCodePoint);
            assertTextReadsBack(text.toString());
        }
    }

    @Test
    void anyNumberReadsBack() {
        var random = new Random(11);
        for (int i = 0; i < 1000; i++) {
            double value = Math.abs(Double.longBitsToDouble(random.nextLong()));
            if (Double.isFinite(value)) {
                String yaml = "loss:\n  policyWeight: " + Format.decimal(value);
                assertThat(Recipe.read(yaml).lastStage().loss().policyWeight()).isEqualTo(value);
            }
        }
    }

    /** Mutations of a valid recipe: each is read, or refused with one line; no other exception, no hang. */
    @Test
    void damagedRecipesGiveAnErrorOrAConfiguration() {
        var random = new Random(4711);
        String[] pieces = {
            ":", " ", "\n", "\t", "-", "[", "]", "{", "}", "'", "\"", "#", "&a ", "*a", "!!int ", "|", ">", "%", "~",
            "null", "\r", "\u0000", "\uFEFF", "\u2028", "😀", "1e999", ".nan", "---\n", "...\n", "? ", ", ", "steps",
            "name: ", "<<: ", "\\", "0"
        };
        int read = 0;
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            String damaged = damage(VALID, pieces, random);
            try {
                RunConfig config = Recipe.read(damaged);
                assertThat(Recipe.read(Recipes.toYaml(config))).as(damaged).isEqualTo(config);
                read++;
            } catch (QuietStarException e) {
                assertThat(e.getMessage())
                        .as(damaged)
                        .startsWith("x.yaml")
                        .doesNotContain("\n")
                        .hasSizeLessThan(900);
                refused++;
            }
        }
        assertThat(read).isGreaterThan(75);
        assertThat(refused).isGreaterThan(500);
    }

    private static String damage(String yaml, String[] pieces, Random random) {
        var text = new StringBuilder(yaml);
        for (int changes = 1 + random.nextInt(2); changes > 0 && text.length() > 0; changes--) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + 1 + random.nextInt(random.nextInt(4) == 0 ? 60 : 3));
            switch (random.nextInt(4)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, pieces[random.nextInt(pieces.length)]);
                case 2 -> text.replace(at, end, pieces[random.nextInt(pieces.length)]);
                default -> text.insert(random.nextInt(text.length()), text.substring(at, end));
            }
        }
        return text.toString();
    }

    private static void assertTextReadsBack(String text) {
        String yaml = "output:\n  dir: " + Format.yaml(text) + "\n";
        String throughBytes = new String(yaml.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        assertThat(Recipe.read(throughBytes).output().dir()).as(yaml).isEqualTo(text);
        String list = "data: {train: [" + Format.yaml("x" + text) + ", b]}\n";
        assertThat(Recipe.read(list).lastStage().data().train()).as(list).containsExactly("x" + text, "b");
    }

    private static void randomSettings(
            Random random, double share, Map<String, SettingLayers.Setting> into, boolean run) {
        for (Schema.Section section : Recipes.SCHEMA.sections()) {
            for (KeySpec key : section.keys()) {
                boolean free = !BOUND.contains(key.path()) && (run || (section.stageable() && key.stageable()));
                if (free && random.nextDouble() < share) {
                    into.put(key.path(), new SettingLayers.Setting(randomValue(key, random), key.path(), null));
                }
            }
        }
        if (run) {
            into.put("seed", new SettingLayers.Setting(random.nextLong() & Long.MAX_VALUE, "seed", null));
        }
    }

    private static Object randomValue(KeySpec key, Random random) {
        double min = Math.max(key.rule().min(), 0);
        return switch (key.type()) {
            case INTEGER ->
                (int) (min + random.nextInt((int) Math.min(key.rule().max() - min + 1, 1 << 30)));
            case LONG -> random.nextLong() & Long.MAX_VALUE;
            case DECIMAL -> min + random.nextDouble() * (Math.min(key.rule().max(), 1e8) - min);
            case BOOLEAN -> random.nextBoolean();
            case CHOICE -> key.choices().get(random.nextInt(key.choices().size()));
            case TEXT -> "text " + random.nextInt();
            case TEXTS -> List.of("a.txt", "b " + random.nextInt());
            case INTEGERS -> List.of(random.nextInt(1 << 20));
        };
    }
}
