package org.quietstar;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.quietstar.config.CheckpointConfig.BestBy;
import org.quietstar.config.EvaluationConfig;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.eval.task.AnswerReport;
import org.quietstar.eval.task.AnswerScore;
import org.quietstar.eval.task.AnswerScorer;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.hub.ModelLoader;
import org.quietstar.model.Parameters;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.TokenRules;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;

/** The questions of a task, and what models answer. */
final class Answers {
    private Answers() {}

    /**
     * Reads the tasks of a recipe and refuses, before anything is trained, what could not be answered in the end.
     *
     * @throws QuietStarException that names file and line of a task or an item
     */
    static void require(RunConfig config) {
        List<AnswerTask> tasks = AnswerTask.all(config.evaluation());
        if (tasks.isEmpty()) {
            return;
        }
        try (Tokenizer tokenizer = Tokenizers.open(config.tokenizer())) {
            StageConfig last = config.lastStage();
            boolean thinks = last.thinks();
            var none = new Parameters(Map.of());
            var model = new ThinkingModel(
                    ModelLoader.sizes(config, tokenizer),
                    none,
                    thinks ? Optional.of(none) : Optional.empty(),
                    last.thought(),
                    TokenRules.never(List.of()));
            var scorer = new AnswerScorer(model, encoding(config, tokenizer), options(config));
            tasks.forEach(scorer::require);
        }
    }

    /** How prompts are read by a run's model. */
    static AnswerScorer.Encoding encoding(RunConfig config, Tokenizer tokenizer) {
        List<Integer> prefix =
                Tokenizers.textPrefix(tokenizer, config.lastStage().data().beginOfText());
        return new AnswerScorer.Encoding(
                text -> Stream.concat(
                                prefix.stream(),
                                Arrays.stream(tokenizer.encode(text)).boxed())
                        .mapToInt(Integer::intValue)
                        .toArray(),
                prefix.size(),
                tokenizer);
    }

    /** The recipe's tasks, without the items that have chosen the best checkpoint. */
    static List<AnswerTask> ofReport(RunConfig config) {
        boolean chose = config.checkpoint().bestBy() == BestBy.TASKS;
        return AnswerTask.all(config.evaluation()).stream()
                .map(task -> chose
                        ? task.withoutChosen(config.seed(), config.evaluation().taskItems())
                        : task)
                .toList();
    }

    /**
     * @param plain answers without thoughts, beside the model
     * @param journals folder that keeps what is answered until all is; empty for none
     */
    static AnswerReport report(
            ModelLoader.Loaded model,
            Optional<ModelLoader.Loaded> plain,
            RunConfig config,
            AnswerTask task,
            Optional<Path> journals,
            AnswerScorer.Listener listener,
            BooleanSupplier stopped) {
        Optional<Path> journal = journal(journals, task, "");
        Optional<Path> plainJournal = journal(journals, task, ".plain");
        List<AnswerScore> scores = score(model, model.model(), config, task, journal, listener, stopped);
        Optional<List<AnswerScore>> others = plain.map(
                other -> score(other, other.model().withoutThoughts(), config, task, plainJournal, listener, stopped));
        // The first is kept until the second is complete: a kill between them loses neither.
        journal.ifPresent(AnswerScorer::forget);
        plainJournal.ifPresent(AnswerScorer::forget);
        EvaluationConfig evaluation = config.evaluation();
        return AnswerReport.of(task, evaluation.taskThoughtTemperature(), scores, others)
                .withContent(evaluation.thoughtContent());
    }

    private static Optional<Path> journal(Optional<Path> folder, AnswerTask task, String which) {
        return folder.map(path -> path.resolve(task.name() + which + ".unfinished.jsonl"));
    }

    private static List<AnswerScore> score(
            ModelLoader.Loaded loaded,
            ThinkingModel model,
            RunConfig config,
            AnswerTask task,
            Optional<Path> journal,
            AnswerScorer.Listener listener,
            BooleanSupplier stopped) {
        var encoding =
                new AnswerScorer.Encoding(loaded::promptIds, loaded.prefix().size(), loaded.tokenizer());
        return new AnswerScorer(model, encoding, options(config)).score(task, journal, listener, stopped);
    }

    static AnswerScorer.Options options(RunConfig config) {
        EvaluationConfig evaluation = config.evaluation();
        return new AnswerScorer.Options(
                evaluation.taskBatchSize(),
                evaluation.taskThoughtTemperature(),
                config.seed(),
                evaluation.thoughtContent());
    }
}
