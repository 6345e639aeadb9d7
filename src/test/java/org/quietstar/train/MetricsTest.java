package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/metrics.md names each key that a run writes, and no other. */
class MetricsTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+)` \\|.*$");

    /** Keys that modes distill and star have alone. */
    private static final List<String> OF_OTHER_MODES = List.of(
            Metrics.KL_TEACHER, Metrics.STAR_TURN, Metrics.STAR_ASKED, Metrics.STAR_KEPT, Metrics.STAR_RATIONALISED);

    private static String document() throws IOException {
        return Files.readString(Path.of("docs/metrics.md"), StandardCharsets.UTF_8);
    }

    private static Set<String> documented() throws IOException {
        return ROW.matcher(document())
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<String> constants() throws IllegalAccessException {
        Set<String> keys = new LinkedHashSet<>();
        for (Field field : Metrics.class.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers())) {
                keys.add((String) field.get(null));
            }
        }
        return keys;
    }

    private static Set<String> keys(List<ObjectNode> lines, String mode) {
        Set<String> keys = new LinkedHashSet<>();
        lines.stream()
                .filter(line -> line.path(Metrics.MODE).asText().equals(mode))
                .forEach(line -> line.fieldNames().forEachRemaining(keys::add));
        return keys;
    }

    /** A run of both modes writes exactly the documented keys, and a language model's stage exactly those of all stages. */
    @Test
    void theTableIsComplete(@TempDir Path folder) throws IOException, IllegalAccessException {
        Path run = folder.resolve("run");
        try (Trainer trainer = Trainer.start(
                SmallRecipe.with(
                        "stages.language-model.train.steps=1",
                        "stages.quiet-star.train.steps=2",
                        "train.gradientNormsEvery=2"),
                run)) {
            trainer.train();
        }
        List<ObjectNode> lines = MetricsLog.read(run.resolve("metrics.jsonl"));
        assertThat(lines).hasSize(3);
        List<String> ofThoughts = new ArrayList<>(documented());
        ofThoughts.removeAll(OF_OTHER_MODES);
        Set<String> constants = constants();
        assertThat(constants.remove(Metrics.TASK)).isTrue(); // begins keys that have a task's name
        assertThat(documented())
                .hasSize(ofThoughts.size() + OF_OTHER_MODES.size())
                .containsExactlyInAnyOrderElementsOf(constants);
        assertThat(keys(lines.subList(2, 3), "quiet-star")).containsExactlyElementsOf(ofThoughts);
        Set<String> ofAllStages = Pattern.compile("(?m)^\\| `(\\w+)` \\|[^|]*\\| all \\|")
                .matcher(document())
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        assertThat(keys(lines, "language-model")).containsExactlyElementsOf(ofAllStages);
        Set<String> sometimes = new LinkedHashSet<>(ofThoughts);
        lines.get(1).fieldNames().forEachRemaining(sometimes::remove);
        assertThat(sometimes).containsExactly(Metrics.GRAD_NORM_NLL, Metrics.GRAD_NORM_POLICY, Metrics.POLICY_SHARE);
    }

    @Test
    void theTimingsComeLastInTheTable() throws IOException {
        List<String> keys = List.copyOf(documented());
        assertThat(keys.subList(keys.size() - MetricsLog.TIMING_KEYS.size(), keys.size()))
                .containsExactlyInAnyOrderElementsOf(MetricsLog.TIMING_KEYS);
    }
}
