package org.quietstar;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quietstar.config.RunConfig;
import org.quietstar.eval.task.AnswerReport;
import org.quietstar.eval.task.AnswerScorer;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.eval.task.Share;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.train.Metrics;
import org.quietstar.train.TaskMeasure;

/** Some items of each of the recipe's tasks, answered in the course of training by the model as it is. */
final class CourseAnswers implements TaskMeasure {
    private static final String WITHOUT = "_without";
    private static final String WITH = "_with";

    private final RunConfig config;
    private final Tokenizer tokenizer;
    private final List<AnswerTask> tasks;

    CourseAnswers(RunConfig config, Tokenizer tokenizer) {
        this.config = config;
        this.tokenizer = tokenizer;
        this.tasks = AnswerTask.all(config.evaluation()).stream()
                .map(task -> task.chosen(config.seed(), config.evaluation().taskItems()))
                .toList();
    }

    @Override
    public Map<String, Double> shares(ThinkingModel model) {
        var scorer = new AnswerScorer(model, Answers.encoding(config, tokenizer), Answers.options(config));
        Map<String, Double> shares = new LinkedHashMap<>();
        for (AnswerTask task : tasks) {
            AnswerReport report = AnswerReport.of(
                    task,
                    config.evaluation().taskThoughtTemperature(),
                    scorer.score(task, Optional.empty(), (done, all) -> {}, () -> false),
                    Optional.empty());
            String key = Metrics.TASK + task.name();
            shares.put(key + WITHOUT, report.all().without().share());
            report.all().with().map(Share::share).ifPresent(share -> shares.put(key + WITH, share));
        }
        return shares;
    }

    /** One less the mean over tasks of what is right with thoughts, or without where the model has none. */
    @Override
    public double wrong(Map<String, Double> shares) {
        return 1
                - tasks.stream()
                        .map(task -> Metrics.TASK + task.name())
                        .mapToDouble(key -> shares.getOrDefault(key + WITH, shares.getOrDefault(key + WITHOUT, 0.0)))
                        .average()
                        .orElse(0);
    }
}
