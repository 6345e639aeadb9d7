package org.quietstar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quietstar.ablation.AblationGrid;
import org.quietstar.ablation.AblationGrid.Cell;
import org.quietstar.ablation.AblationTable;
import org.quietstar.checkpoint.Durable;
import org.quietstar.checkpoint.RunFolder;
import org.quietstar.checkpoint.SharedStages;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.eval.EvaluationListener;
import org.quietstar.eval.PerplexityReport;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.text.JsonText;
import org.quietstar.train.StageFlops;
import org.quietstar.train.Trainer;
import org.quietstar.train.TrainingListener;

/**
 * Runs a grid: trains each variant of a recipe with each seed, evaluates what came of it, and counts. What is finished is
 * not done again, and a run that was cut short continues from its checkpoint. First stages that variants have in common,
 * such as the base that all start from, are trained once for each seed.
 *
 * <pre>{@code
 * var ablation = Ablation.of(Path.of("configs/effect/rivals.yaml"));
 * if (ablation.run(Ablation.Listener.none())) {
 *     System.out.print(ablation.table().toText());
 * }
 * }</pre>
 */
public final class Ablation {
    private final AblationGrid grid;
    private volatile boolean stopping;
    private volatile Optional<Trainer> training = Optional.empty();

    private Ablation(AblationGrid grid) {
        this.grid = grid;
    }

    /** Is notified of the course. */
    public interface Listener {
        /** A cell begins; {@code finished} where its result is there already. */
        default void onCell(Cell cell, int number, int all, boolean finished) {}

        /** What is told of the cell's training. */
        default TrainingListener training() {
            return new TrainingListener() {};
        }

        /** No one is notified. */
        static Listener none() {
            return new Listener() {};
        }
    }

    /**
     * Reads a grid and checks the recipe of every variant; nothing is trained.
     *
     * @throws QuietStarException that names the grid's file, the line of the variant, and what is wrong with its recipe
     */
    public static Ablation of(Path file) {
        AblationGrid grid = AblationGrid.read(file);
        grid.cells().forEach(Ablation::requireOutput);
        var ablation = new Ablation(grid);
        grid.cells().forEach(ablation::config);
        return ablation;
    }

    private static void requireOutput(Cell cell) {
        if (cell.sets().stream().anyMatch(set -> set.startsWith("output."))) {
            throw cell.variant().place().error("set", "output.dir follows from the grid's output; leave it out");
        }
    }

    private RunConfig config(Cell cell) {
        try {
            return QuietStar.config(grid.recipe(), cell.sets());
        } catch (QuietStarException e) {
            throw new QuietStarException(
                    cell.variant().place().place() + ": variant '"
                            + cell.variant().name() + "': " + e.getMessage(),
                    e);
        }
    }

    /** The grid as its file has it. */
    public AblationGrid grid() {
        return grid;
    }

    /** Ends {@link #run}, from any thread or listener, after the step that is being made and a checkpoint of it. */
    public void stop() {
        stopping = true;
        training.ifPresent(Trainer::stop);
    }

    /**
     * Does what remains of all cells, or until {@link #stop}, and writes {@code table.txt}, {@code table.json},
     * {@code README.md} and pictures into the output's folder after each cell.
     *
     * @return whether all is done
     * @throws QuietStarException where a cell was made with other settings, or cannot be made
     */
    public boolean run(Listener listener) {
        stopping = false;
        List<Cell> cells = grid.cells();
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            boolean finished = Files.isRegularFile(cell.result());
            listener.onCell(cell, i + 1, cells.size(), finished);
            if (finished) {
                requireSame(cell);
            } else if (!train(cell, listener) || !evaluate(cell)) {
                return false;
            }
        }
        return true;
    }

    private void requireSame(Cell cell) {
        List<String> before = new ArrayList<>();
        JsonText.read(cell.result()).path("set").forEach(set -> before.add(set.asText()));
        if (!before.equals(cell.sets())) {
            throw new QuietStarException(cell.result() + ": this result was made with " + before + ", the grid now has "
                    + cell.sets() + "; remove it and its run, or choose another output in " + grid.file());
        }
    }

    private boolean train(Cell cell, Listener listener) {
        if (cell.variant().of().isPresent()) {
            return true; // it evaluates the runs of another variant
        }
        RunConfig config = config(cell);
        boolean begun = RunFolder.isRunFolder(cell.run());
        if (begun) {
            String before = Recipes.toYaml(new RunFolder(cell.run()).readConfig());
            if (!before.equals(Recipes.toYaml(config))) {
                throw new QuietStarException(
                        cell.run() + ": the run of variant '" + cell.variant().name()
                                + "' was begun with other settings than " + grid.file()
                                + " has now; remove it, or choose another output");
            }
        }
        try (Trainer trainer = begun || beginsWithShared(config, cell)
                ? QuietStar.resume(cell.run())
                : QuietStar.trainer(config, cell.run())) {
            training = Optional.of(trainer);
            trainer.addListener(listener.training());
            if (stopping) {
                return false;
            }
            return trainer.train() && !stopping;
        } finally {
            training = Optional.empty();
        }
    }

    /** Whether the cell's run begins with stages that another variant has trained already. */
    private boolean beginsWithShared(RunConfig config, Cell cell) {
        Answers.require(config);
        List<Path> others = grid.cells().stream()
                .filter(other -> other.seed() == cell.seed() && !other.run().equals(cell.run()))
                .map(Cell::run)
                .distinct()
                .toList();
        return SharedStages.begin(config, cell.run(), others).isPresent();
    }

    /** Evaluates a cell and stores its result; false where it was stopped meanwhile. */
    private boolean evaluate(Cell cell) {
        List<String> sets = cell.sets().stream()
                .filter(set -> set.startsWith("evaluation."))
                .toList();
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.put("variant", cell.variant().name()).put("seed", cell.seed());
        cell.sets().forEach(result.putArray("set")::add);
        StageFlops.of(cell.run(), config(cell).lastStage().name())
                .ifPresent(flops -> result.put(AblationTable.FLOPS, flops));
        try (QuietStar model = QuietStar.load(cell.run(), sets.toArray(String[]::new))) {
            if (model.config().lastStage().data().holdsOut()) {
                PerplexityReport report = model.evaluate(List.of(), EvaluationListener.none());
                result.put("nll_base", report.baseNll()).put(AblationTable.NLL_MIXED, report.mixedNll());
                result.put(AblationTable.GAIN, report.gain());
            }
            ObjectNode tasks = result.putObject("tasks");
            for (AnswerTask task : model.tasks()) {
                tasks.set(task.name(), model.answers(task).summary());
            }
        }
        if (stopping) {
            return false;
        }
        write(cell.result(), result.toPrettyString() + "\n");
        writeTable();
        return true;
    }

    private void writeTable() {
        AblationTable table = table();
        Path folder = grid.output();
        write(folder.resolve("table.txt"), table.toText());
        write(folder.resolve("table.json"), table.toJson().toPrettyString() + "\n");
        List<String> pictures = table.measures().stream()
                .filter(measure -> !measure.equals(AblationTable.FLOPS))
                .flatMap(measure -> draw(table, measure).stream())
                .toList();
        write(
                folder.resolve("README.md"),
                table.toMarkdown("Ablation " + grid.file().getFileName(), pictures));
    }

    /** Draws a measure and returns the file's name; none where this machine has no fonts, and the numbers stay. */
    private Optional<String> draw(AblationTable table, String measure) {
        String name = measure.replaceAll("[^A-Za-z0-9_-]", "-") + ".png";
        try {
            Plots.ablation(table, measure).write(grid.output().resolve(name));
            return Optional.of(name);
        } catch (QuietStarException e) {
            return Optional.empty();
        }
    }

    /** The table of the cells that are finished. */
    public AblationTable table() {
        Map<String, List<JsonNode>> results = new LinkedHashMap<>();
        for (AblationGrid.Variant variant : grid.variants()) {
            List<JsonNode> own = new ArrayList<>();
            grid.cells().stream()
                    .filter(cell -> cell.variant().equals(variant) && Files.isRegularFile(cell.result()))
                    .forEach(cell -> own.add(JsonText.read(cell.result())));
            if (!own.isEmpty()) {
                results.put(variant.name(), own);
            }
        }
        return AblationTable.of(results);
    }

    private static void write(Path file, String text) {
        try {
            Durable.replace(file, text);
        } catch (IOException e) {
            throw new QuietStarException(file + ": the results cannot be written: " + e, e);
        }
    }
}
