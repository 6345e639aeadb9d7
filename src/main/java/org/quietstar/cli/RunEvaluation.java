package org.quietstar.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.quietstar.QuietStar;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.train.StageFlops;

/**
 * What ends a training run, and what {@code evaluate RUN} repeats: held-out text, then the recipe's tasks, both beside the
 * plain language model where the run trained one from the same start.
 */
final class RunEvaluation {
    private final HeldOutReport heldOut;
    private final TaskOutput answers;
    private final PrintWriter out;

    RunEvaluation(PrintWriter out, ProgressDisplay progress) {
        this.out = out;
        this.heldOut = new HeldOutReport(out, progress);
        this.answers = new TaskOutput(out, progress);
    }

    /**
     * Evaluates the model of a run as its recipe says.
     *
     * @param run where the plain model's checkpoint is
     * @param target folder for the results
     */
    void write(QuietStar model, Path run, Path target) {
        RunConfig config = model.config();
        List<AnswerTask> tasks = model.tasks();
        StageConfig last = config.lastStage();
        Optional<QuietStar> plain = QuietStar.plain(run);
        try {
            if (last.data().holdsOut()) {
                heldOut.write(model, List.of(), target);
                plain.ifPresent(other -> {
                    heldOut.compare(model, last.name(), other, "plain training", List.of());
                    String stage = config.plainStage().orElseThrow().name();
                    heldOut.compute(
                            last.name(), StageFlops.of(run, last.name()), "plain training", StageFlops.of(run, stage));
                });
            } else {
                out.println("No text is held out (data.validation, data.validationFraction), so none is scored.");
            }
            tasks.forEach(task -> answers.write(model, plain, task, target));
        } finally {
            plain.ifPresent(QuietStar::close);
        }
    }
}
