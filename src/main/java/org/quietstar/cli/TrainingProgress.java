package org.quietstar.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.quietstar.config.StageConfig;
import org.quietstar.train.Metrics;
import org.quietstar.train.TrainingListener;

/** Shows the course of training, with some of its metrics. */
final class TrainingProgress implements TrainingListener {
    private final ProgressDisplay progress;
    private final List<String> keys;
    private int steps;

    /** @param keys of the metrics that are shown, where a step has them */
    TrainingProgress(ProgressDisplay progress, String... keys) {
        this.progress = progress;
        this.keys = List.of(keys);
    }

    @Override
    public void onStage(StageConfig stage, int stepsDone) {
        steps = stage.train().steps();
        progress.begin(stage.name(), steps, stepsDone);
    }

    @Override
    public void onRationales(StageConfig stage, int turn, int done, int all) {
        if (done == 0) {
            progress.begin(stage.name() + ", turn " + turn + ": rationales", all, 0);
        } else {
            progress.update(done, Map.of());
        }
        if (done == all) {
            progress.end();
        }
    }

    @Override
    public void onStep(int stageStep, Map<String, Object> metrics) {
        Map<String, Double> shown = new LinkedHashMap<>();
        for (String key : keys) {
            if (metrics.get(key) instanceof Double value) {
                shown.put(key, value);
            }
        }
        progress.update(stageStep, shown, (Double) metrics.get(Metrics.TOKENS_PER_S));
        if (stageStep == steps) {
            progress.end();
        }
    }

    @Override
    public void onHeldOut(int stageStep, double nll) {
        progress.message(String.format(Locale.ROOT, "step %d: held-out NLL %.4f nats a token", stageStep, nll));
    }

    @Override
    public void onTasks(int stageStep, Map<String, Double> shares) {
        String words = shares.entrySet().stream()
                .map(each -> String.format(
                        Locale.ROOT, "%s %.3f", each.getKey().substring(Metrics.TASK.length()), each.getValue()))
                .collect(Collectors.joining(", "));
        progress.message(String.format(Locale.ROOT, "step %d: right answers: %s", stageStep, words));
    }

    @Override
    public void onWarning(String message) {
        progress.message(message);
    }
}
