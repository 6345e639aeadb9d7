package org.quietstar.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.StageTree;
import org.quietstar.config.DataConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.config.ThoughtConfig;
import org.quietstar.config.TrainConfig;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.LanguageModelMemory;
import org.quietstar.model.LoraAdapters;
import org.quietstar.model.attention.HeadShape;
import org.quietstar.model.attention.KvCache;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.MemoryLimits;
import org.quietstar.runtime.MemoryNeed;
import org.quietstar.thought.LearningMemory;
import org.quietstar.thought.ThoughtLayout;
import org.quietstar.thought.ThoughtParameters;
import org.quietstar.thought.ThoughtTeacher;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;

/**
 * The memory that a run will take, from its configuration alone: nothing is allocated and no file is read. Arrays are
 * single precision. Weights, gradients, optimiser state and kept activations are exact; buffers are estimates
 * ({@link LearningMemory}, {@link LanguageModelMemory}).
 *
 * @param stages what each stage takes, in order; those without steps take nothing and are left out
 * @param savings the same run with one setting changed, where that makes it smaller
 */
public record MemoryPlan(List<Stage> stages, List<Saving> savings) {
    private static final DataType TYPE = DataType.FLOAT;
    /** The JVM, the libraries and what else a small run was seen to hold. */
    private static final long PROGRAM = 600L << 20;

    public MemoryPlan {
        stages = List.copyOf(stages);
        savings = List.copyOf(savings);
    }

    /**
     * Bytes of one stage.
     *
     * @param weights the decoder's parameters, adapters, and the thoughts'
     * @param gradients sums over micro-batches, three times where the parts' norms are measured
     *     ({@code train.gradientNormsEvery})
     * @param optimizer AdamW's two moments of what is trained
     * @param activations kept from the forward for the backward pass
     * @param buffers intermediate results, logits, and gradients while they are computed
     * @param evaluation of held-out text in the course of training
     * @param trained numbers that are trained
     */
    public record Stage(
            String name,
            long weights,
            long gradients,
            long optimizer,
            long activations,
            long buffers,
            long evaluation,
            long trained) {

        private Stage with(Teacher teacher) {
            return new Stage(
                    name,
                    weights + teacher.weights,
                    gradients,
                    optimizer,
                    activations + teacher.activations,
                    buffers + teacher.buffers,
                    evaluation,
                    trained);
        }

        /** Rationales are written before a turn has gradients and an optimiser. */
        private Stage withWriting(long bytes) {
            return new Stage(
                    name,
                    weights,
                    gradients,
                    optimizer,
                    activations,
                    Math.max(buffers, bytes - gradients - optimizer),
                    evaluation,
                    trained);
        }

        /** Bytes in all, those of the program itself included. */
        public long total() {
            return parts().values().stream().mapToLong(Long::longValue).sum();
        }

        /** Bytes by what they are for. */
        public Map<String, Long> parts() {
            Map<String, Long> parts = new LinkedHashMap<>();
            parts.put("weights", weights);
            parts.put("gradients", gradients);
            parts.put("optimiser", optimizer);
            parts.put("activations", activations);
            parts.put("buffers, logits", buffers);
            parts.put("held-out loss", evaluation);
            parts.put("program", PROGRAM);
            return parts;
        }
    }

    /**
     * What a change of the recipe would make of the run.
     *
     * @param sets assignments as {@code --set} takes them
     * @param total bytes of the largest stage then
     */
    public record Saving(List<String> sets, long total) {
        public Saving {
            sets = List.copyOf(sets);
        }

        /** The assignments as a shell takes them. */
        public String arguments() {
            return sets.stream()
                    .map(set -> "--set " + (set.contains("[") ? "'" + set + "'" : set))
                    .collect(Collectors.joining(" "));
        }
    }

    /** Plans a run, whose tokenizer is opened only if the vocabulary's size is not written. */
    public static MemoryPlan of(RunConfig config) {
        if (config.model().vocabSize() > 0) {
            return of(config, config.model().vocabSize());
        }
        try (Tokenizer tokenizer = Tokenizers.open(config.tokenizer())) {
            return of(config, tokenizer.vocabSize());
        }
    }

    /**
     * Plans a run.
     *
     * @param vocabSize rows of the embedding table where {@code model.vocabSize} is 0
     * @throws QuietStarException where {@code train.freeze} or {@code train.lora} does not fit the model, or this process
     *     has another backend than {@code backend} says
     */
    public static MemoryPlan of(RunConfig config, int vocabSize) {
        // Before anything makes ND4J load its kernels, which may be none for this device.
        Backend.require(config.backend().word());
        List<Stage> stages = stages(config, vocabSize);
        long total = largest(stages);
        List<Saving> savings = new ArrayList<>();
        for (Change change : changes(config)) {
            totalWith(config, vocabSize, change).stream()
                    .filter(less -> less < total)
                    .forEach(less -> savings.add(new Saving(change.sets(), less)));
        }
        return new MemoryPlan(stages, savings);
    }

    /** Bytes of the largest stage after a change of all stages; empty where the run cannot be changed in that way. */
    private static OptionalLong totalWith(RunConfig config, int vocabSize, Change change) {
        try {
            RunConfig changed = config.withStages(
                    config.stages().stream().map(change.made()).toList());
            Recipes.check(changed);
            return OptionalLong.of(largest(stages(changed, vocabSize)));
        } catch (QuietStarException impossible) {
            return OptionalLong.empty();
        }
    }

    /** A change of every stage: the assignments as {@code --set} takes them, and what they do. */
    private record Change(List<String> sets, UnaryOperator<StageConfig> made) {
        static Change data(String set, UnaryOperator<DataConfig> made) {
            return new Change(List.of("data." + set), stage -> stage.withData(made.apply(stage.data())));
        }

        static Change train(String set, UnaryOperator<TrainConfig> made) {
            return new Change(List.of("train." + set), stage -> stage.withTrain(made.apply(stage.train())));
        }

        Change and(Change other) {
            List<String> both =
                    Stream.concat(sets.stream(), other.sets.stream()).toList();
            return new Change(both, stage -> other.made.apply(made.apply(stage)));
        }
    }

    /** Bytes of the largest stage. */
    public long total() {
        return largest(stages);
    }

    private static long largest(List<Stage> stages) {
        return stages.stream().mapToLong(Stage::total).max().orElse(0);
    }

    private static List<Change> changes(RunConfig config) {
        StageConfig last = config.lastStage();
        int sequences = last.data().batchSize() * last.train().gradientAccumulation();
        int half = last.data().sequenceLength() / 2;
        Change lora =
                Change.train("lora.rank=8", train -> train.withLora(train.lora().withRank(8)));
        Change noNorms = Change.train("gradientNormsEvery=0", train -> train.withGradientNormsEvery(0));
        Change oneByOne = Change.data("batchSize=1", data -> data.withBatchSize(1))
                .and(Change.train(
                        "gradientAccumulation=" + sequences, train -> train.withGradientAccumulation(sequences)));
        return List.of(
                noNorms,
                Change.train(
                        "freeze=[model.embed_tokens.*]", train -> train.withFreeze(List.of("model.embed_tokens.*"))),
                Change.train("freeze=[model.*]", train -> train.withFreeze(List.of("model.*"))),
                lora,
                oneByOne,
                Change.data("sequenceLength=" + half, data -> data.withSequenceLength(half)),
                new Change(
                        List.of("thought.thoughtsPerPosition=1"),
                        stage -> stage.withThought(stage.thought().withThoughtsPerPosition(1))),
                lora.and(noNorms).and(oneByOne));
    }

    private static List<Stage> stages(RunConfig config, int vocabSize) {
        ModelConfig model = config.model().vocabSize() == 0 ? config.model().withVocabSize(vocabSize) : config.model();
        List<Stage> stages = new ArrayList<>();
        for (int i = 0; i < config.stages().size(); i++) {
            StageConfig stage = config.stages().get(i);
            if (stage.train().steps() > 0) {
                Stage plan = stage(stage, model);
                stages.add(
                        stage.distills()
                                ? plan.with(teacher(config, i, model))
                                : stage.isStar() ? plan.withWriting(writing(config, stage, model)) : plan);
            }
        }
        return stages;
    }

    /** What a stage takes for the model that it learns from; adapters are merged neither there nor here. */
    private static Teacher teacher(RunConfig config, int index, ModelConfig model) {
        StageConfig stage = config.stages().get(index);
        boolean pauses = config.ancestors(index)
                .mapToObj(config.stages()::get)
                .filter(StageConfig::thinks)
                .findFirst()
                .filter(StageConfig::pauses)
                .isPresent();
        ThoughtConfig settings = new StageTree(config).thoughtSettings(index);
        ThoughtLayout sizes = ThoughtTeacher.layout(
                settings, pauses, stage.data().batchSize(), stage.data().sequenceLength());
        long weights = bytes(DecoderParameters.shapes(model))
                + bytes(LoraAdapters.shapes(model, stage.train().lora()))
                + bytes(ThoughtParameters.shapes(model, settings, pauses));
        return new Teacher(
                weights,
                LearningMemory.keptForScoring(model, sizes, TYPE),
                LearningMemory.teacherBuffers(model, sizes, TYPE)
                        + (long) sizes.textRows() * model.vocabSize() * TYPE.width());
    }

    /** Bytes of a teacher's weights, of the activations that it keeps, and of its buffers and the product with its targets. */
    private record Teacher(long weights, long activations, long buffers) {}

    /** Keys and values of the rationales that are written together, each as long as a sequence, and their logits. */
    private static long writing(RunConfig config, StageConfig stage, ModelConfig model) {
        long texts = config.evaluation().taskBatchSize();
        return KvCache.bytes(
                        HeadShape.of(model),
                        model.layers(),
                        texts * stage.data().sequenceLength(),
                        TYPE)
                + texts * model.vocabSize() * TYPE.width();
    }

    private static Stage stage(StageConfig stage, ModelConfig model) {
        boolean thoughts = stage.thinks();
        Map<String, long[]> decoder = DecoderParameters.shapes(model);
        Map<String, long[]> trained = TrainableParameters.shapes(stage, model);
        long weights =
                bytes(decoder) + bytes(LoraAdapters.shapes(model, stage.train().lora()));
        int batch = stage.data().batchSize();
        int length = stage.data().sequenceLength();
        long ofTrained = bytes(trained);
        boolean evaluates = stage.train().evaluateEvery() > 0;
        if (!thoughts) {
            long evaluation = evaluates ? LanguageModelMemory.scoringBuffers(model, batch, length, TYPE) : 0;
            long buffers = LanguageModelMemory.buffers(model, batch, length, trained, TYPE);
            return new Stage(
                    stage.name(), weights, ofTrained, 2 * ofTrained, 0, buffers, evaluation, ofTrained / TYPE.width());
        }
        ThoughtLayout sizes = ThoughtLayout.of(stage);
        var scored = ThoughtLayout.forScoring(batch, length, stage.thought().thoughtTokens());
        long evaluation = evaluates
                ? LearningMemory.keptForScoring(model, scored, TYPE)
                        + LearningMemory.scoringBuffers(model, scored, TYPE)
                : 0;
        return new Stage(
                stage.name(),
                weights + bytes(ThoughtParameters.shapes(model, stage.thought(), stage.pauses())),
                (stage.train().gradientNormsEvery() > 0 && !stage.pauses() ? 3 : 1) * ofTrained,
                2 * ofTrained,
                LearningMemory.activations(model, sizes, TYPE),
                LearningMemory.buffers(model, sizes, trained, TYPE),
                evaluation,
                ofTrained / TYPE.width());
    }

    private static long bytes(Map<String, long[]> shapes) {
        return shapes.values().stream()
                .mapToLong(shape -> Arrays.stream(shape).reduce(TYPE.width(), (a, b) -> a * b))
                .sum();
    }

    /**
     * Refuses a run that does not fit, unless {@code train.memoryCheck} is off in the stages that are too large.
     *
     * @throws QuietStarException that says what is needed, what there is, and the ways out
     */
    public void requireFits(RunConfig config, MemoryLimits limits) {
        Set<String> checked = config.stages().stream()
                .filter(stage -> stage.train().memoryCheck())
                .map(StageConfig::name)
                .collect(Collectors.toSet());
        Optional<Stage> largest = stages.stream()
                .filter(stage -> checked.contains(stage.name()))
                .max(Comparator.comparingLong(Stage::total));
        if (largest.isEmpty() || largest.get().total() <= limits.available()) {
            return;
        }
        Stage worst = largest.get();
        String out = savings.isEmpty()
                ? ""
                : "; "
                        + savings.stream()
                                .min((a, b) -> Long.compare(a.total(), b.total()))
                                .map(s -> s.arguments() + " makes it " + MemoryNeed.text(s.total()))
                                .orElse("");
        throw new QuietStarException("The run needs about " + MemoryNeed.text(worst.total()) + " of memory in stage '"
                + worst.name()
                + "' (weights " + MemoryNeed.text(worst.weights()) + ", gradients " + MemoryNeed.text(worst.gradients())
                + ", optimiser "
                + MemoryNeed.text(worst.optimizer()) + ", activations " + MemoryNeed.text(worst.activations())
                + ", buffers "
                + MemoryNeed.text(worst.buffers()) + "), this process may take " + MemoryNeed.text(limits.available())
                + ". Nothing was allocated. quietstar plan shows what makes it smaller" + out
                + "; train.memoryCheck: false tries it all the same");
    }
}
