package org.quietstar.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.quietstar.QuietStar;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.RunFolder;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.train.StageFlops;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quietstar evaluate RUN --data FILE} */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description =
                "Scores held-out text with a run's or folder's model: loss, perplexity and bits per byte without and with thoughts,"
                        + " and what thinking gains by difficulty of the token. Then answers the tasks of the run's recipe;"
                        + " with --task, that task alone.")
final class EvaluateCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "RUN|FOLDER",
            description = "Folder that training printed, or a model in Hugging Face layout.")
    private Path run;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "Text to score (file, folder or glob); default: the run's own held-out text.")
    private List<String> data = List.of();

    @Option(
            names = "--task",
            paramLabel = "FILE|NAME",
            description =
                    "Task to answer instead of text to score: a file, such as datasets/tiny/answers.yaml, or one that"
                            + " comes with the program: gsm8k, commonsenseqa, multiple-choice, short-answer; may be given several times.")
    private List<Path> tasks = List.of();

    @Option(
            names = "--items",
            paramLabel = "FILE",
            description = "With --task: the file of the items, in place of the one that the task names.")
    private Path items;

    @Option(
            names = "--thought-temperature",
            paramLabel = "T",
            description = "With --task: temperature at which thoughts are sampled, 0 for greedy ones (default: the"
                    + " recipe's evaluation.taskThoughtTemperature, 1).")
    private Double thoughtTemperature;

    @Mixin
    private ChainOfThought chainOfThought = new ChainOfThought();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Overrides a key: --set evaluation.maxTokens=100000")
    private List<String> sets = List.of();

    @Option(names = "--best", description = "Takes the best checkpoint (checkpoint.bestBy) instead of the newest.")
    private boolean best;

    @Option(
            names = "--stage",
            paramLabel = "NAME",
            description = "Takes what this stage of the run ended with instead of the newest checkpoint.")
    private String stage;

    @Option(
            names = "--against",
            paramLabel = "RUN|FOLDER",
            description = "Another run or model: scores both on this run's held-out text, or on --data, and tells the"
                    + " difference with its interval, instead of what thinking gains.")
    private Path against;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for the results (default: evaluation-<stage>-<data> in the run; for a model's folder,"
                    + " which is left as it is, evaluation-<model>-<data> here).")
    private Path target;

    @Mixin
    private AllowNonFinite nonFinite = new AllowNonFinite();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var progress = new ProgressDisplay(out, ProgressDisplay.isTerminal());
        requireOneKind();
        List<AnswerTask> read = TaskOutput.read(tasks, items);
        try (QuietStar model = load(progress)) {
            model.step().ifPresent(step -> out.println("checkpoint: step " + step + " of " + run));
            if (!tasks.isEmpty()) {
                List<AnswerTask> asked = read.stream()
                        .map(task -> chainOfThought.asked(task, model.config().evaluation()))
                        .toList();
                answer(model, asked, new TaskOutput(out, progress));
            } else if (against != null) {
                compare(model, new HeldOutReport(out, progress));
            } else if (data.isEmpty() && stage == null && RunFolder.isRunFolder(run)) {
                new RunEvaluation(out, progress).write(model, run, results());
            } else {
                new HeldOutReport(out, progress).write(model, data, results());
            }
        }
        return 0;
    }

    private void requireOneKind() {
        chainOfThought.require(!tasks.isEmpty());
        if (!tasks.isEmpty() && !data.isEmpty()) {
            throw new QuietStarException("evaluate: --task " + tasks.get(0) + " answers a task and --data "
                    + data.get(0) + " scores text; give one of them");
        }
        if (thoughtTemperature != null && tasks.isEmpty()) {
            throw new QuietStarException("evaluate: --thought-temperature is for --task; for text there is --set"
                    + " evaluation.thoughtTemperature=" + thoughtTemperature);
        }
    }

    /** Beside the model answers, without thoughts, the one that --against names, or the run's own plain model. */
    private void answer(QuietStar model, List<AnswerTask> asked, TaskOutput output) {
        boolean ofRun = stage == null && against == null && RunFolder.isRunFolder(run);
        Optional<QuietStar> plain = against != null
                ? Optional.of(QuietStar.load(against))
                : ofRun ? QuietStar.plain(run) : Optional.empty();
        try {
            asked.forEach(task -> output.write(model, plain, task, results()));
        } finally {
            plain.ifPresent(QuietStar::close);
        }
    }

    private QuietStar load(ProgressDisplay progress) {
        List<String> sets = new ArrayList<>(this.sets);
        if (thoughtTemperature != null) {
            sets.add("evaluation.taskThoughtTemperature=" + thoughtTemperature);
        }
        if (stage == null) {
            return QuietStar.load(
                    run, best, sets, nonFinite.value(), (path, why) -> progress.message("damaged checkpoint: " + why));
        }
        if (best) {
            throw new QuietStarException(
                    "evaluate: --best and --stage " + stage + " name two checkpoints; give one of them");
        }
        return QuietStar.ofStage(run, stage, sets, nonFinite.value());
    }

    private void compare(QuietStar model, HeldOutReport report) {
        String name = stage == null ? run.toString() : run + " (" + stage + ")";
        try (QuietStar other = QuietStar.load(against)) {
            report.compare(model, name, other, against.toString(), data);
            report.compute(name, flops(run, model, stage), against.toString(), flops(against, other, null));
        }
    }

    /** What a run's model has cost up to a stage's end, by default the last; a model's folder does not tell. */
    private static OptionalDouble flops(Path path, QuietStar model, String ofStage) {
        return RunFolder.isRunFolder(path)
                ? StageFlops.of(
                        path, ofStage == null ? model.config().lastStage().name() : ofStage)
                : OptionalDouble.empty();
    }

    private Path results() {
        if (target != null) {
            return target;
        }
        boolean isRun = RunFolder.isRunFolder(run);
        String name = "evaluation" + (isRun ? "" : suffix(run.toAbsolutePath().normalize()));
        name += stage == null ? "" : "-" + stage;
        name += data.isEmpty() ? "" : suffix(Path.of(data.get(0)));
        return isRun ? run.resolve(name) : Path.of(name);
    }

    private static String suffix(Path file) {
        return "-" + file.getFileName().toString().replaceAll("[^A-Za-z0-9._-]", "_");
    }
}
