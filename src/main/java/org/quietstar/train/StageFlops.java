package org.quietstar.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.quietstar.checkpoint.RunFolder;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;

/** What the model of a stage has cost: the operations of the stage and of those that it starts from, not of its siblings. */
public final class StageFlops {
    private StageFlops() {}

    /**
     * Floating-point operations that led to a stage's model, as far as it is trained.
     *
     * @param run folder of the run
     * @param stage name of a stage
     * @return empty where the run's metrics do not tell
     */
    public static OptionalDouble of(Path run, String stage) {
        RunFolder folder = RunFolder.existing(run);
        if (!Files.isRegularFile(folder.metrics())) {
            return OptionalDouble.empty();
        }
        Map<String, Double> each = byStage(MetricsLog.read(folder.metrics()));
        RunConfig config = folder.readConfig();
        List<String> names = config.stages().stream().map(StageConfig::name).toList();
        int index = names.indexOf(stage);
        if (index < 0 || each.isEmpty()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(IntStream.concat(IntStream.of(index), config.ancestors(index))
                .mapToDouble(i -> each.getOrDefault(names.get(i), 0.0))
                .sum());
    }

    private static Map<String, Double> byStage(List<ObjectNode> lines) {
        Map<String, Double> each = new HashMap<>();
        double before = 0;
        for (ObjectNode line : lines) {
            if (line.path(Metrics.FLOPS).isNumber()) {
                double now = line.path(Metrics.FLOPS).asDouble();
                each.merge(line.path(Metrics.STAGE).asText(), now - before, Double::sum);
                before = now;
            }
        }
        return each;
    }
}
