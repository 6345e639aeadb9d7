package org.quietstar.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quietstar.Plots;
import org.quietstar.QuietStar;
import org.quietstar.QuietStarException;
import org.quietstar.eval.task.AnswerReport;
import org.quietstar.eval.task.AnswerScorer;
import org.quietstar.eval.task.AnswerTask;

/** Tasks that end a training run, and that {@code evaluate --task} gives to any model: table, examples, files, picture. */
final class TaskOutput {
    private final PrintWriter out;
    private final ProgressDisplay progress;

    TaskOutput(PrintWriter out, ProgressDisplay progress) {
        this.out = out;
        this.progress = progress;
    }

    /** Reads all tasks, so that a mistake in one shows before the first is answered. */
    static List<AnswerTask> read(List<Path> files) {
        return files.stream().map(AnswerTask::read).toList();
    }

    /** As {@link #read(List)}, with a file of items in place of the task's own. */
    static List<AnswerTask> read(List<Path> files, Path items) {
        if (items == null) {
            return read(files);
        }
        if (files.size() != 1) {
            throw new QuietStarException(
                    "evaluate: --items " + items + " is of one task; give one --task, not " + files.size());
        }
        return List.of(AnswerTask.read(files.get(0), items));
    }

    /**
     * Answers a task, prints the table and three examples, and writes the results and a picture.
     *
     * @param plain the same model trained as a plain language model, if there is one
     * @param target folder for the results
     */
    void write(QuietStar model, Optional<QuietStar> plain, AnswerTask task, Path target) {
        AnswerReport report = model.answers(task, plain, Optional.of(target), new Display());
        progress.end();
        out.println();
        out.print(report.toText());
        out.print(report.examples());
        report.write(target);
        HeldOutReport.draw(progress, () -> Plots.answers(report).write(target.resolve(task.name() + ".png")));
        out.println("task: " + target.resolve(task.name()) + ".txt, .md, .jsonl (one line an item), .png");
        out.flush();
    }

    /** Shows how far it is. */
    private final class Display implements AnswerScorer.Listener {
        @Override
        public void onPredictions(int done, int all) {
            if (done == 0) {
                progress.begin("answers", all, 0);
            } else {
                progress.update(done, Map.of());
            }
        }

        @Override
        public void onWarning(String message) {
            progress.message(message);
        }
    }
}
