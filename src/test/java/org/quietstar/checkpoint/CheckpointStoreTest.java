package org.quietstar.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.QuietStarException;
import org.quietstar.config.CheckpointConfig;
import org.quietstar.config.CheckpointConfig.BestBy;

class CheckpointStoreTest {
    @TempDir
    Path run;

    private final List<String> damages = new ArrayList<>();

    private CheckpointStore store(int keepLast, boolean keepBest) {
        return new CheckpointStore(run, new CheckpointConfig(10, keepLast, keepBest, BestBy.LOSS, 1));
    }

    private void hear(Path checkpoint, String why) {
        damages.add(checkpoint.getFileName() + " | " + why);
    }

    private static Checkpoint checkpoint(long step, OptionalDouble score) {
        Map<String, INDArray> weights = new LinkedHashMap<>();
        weights.put("model.embed_tokens.weight", Nd4j.ones(DataType.FLOAT, 7, 3).mul(step));
        weights.put("lm_head.weight", Nd4j.createFromArray(Float.intBitsToFloat(0x7fc00123), -0f, Float.MIN_VALUE));
        Map<String, INDArray> thought = Map.of("START", Nd4j.createFromArray(1.0 / 3, Double.NaN));
        Map<String, INDArray> optimizer = Map.of("t", Nd4j.createFromArray(1, 2, 3), "n", Nd4j.createFromArray(step));
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("stage", "think");
        state.put("position", Map.of("shard", 2L, "offset", Long.MAX_VALUE));
        state.put("rng", List.of(Long.MIN_VALUE, -1L));
        state.put("loss", 0.1 + 0.2);
        state.put("best", Double.POSITIVE_INFINITY);
        state.put("tiny", Double.MIN_VALUE);
        state.put("yaml", "a: 1\n# ü\n");
        state.put("done", false);
        return new Checkpoint(step, weights, thought, optimizer, state, score);
    }

    private static Checkpoint checkpoint(long step) {
        return checkpoint(step, OptionalDouble.empty());
    }

    private Path folder(long step) {
        return run.resolve("checkpoints").resolve(String.format(java.util.Locale.ROOT, "step-%08d", step));
    }

    private List<String> names() {
        String[] names = run.resolve("checkpoints").toFile().list();
        Arrays.sort(names);
        return List.of(names);
    }

    private static void assertSameBits(Map<String, INDArray> actual, Map<String, INDArray> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, array) -> {
            INDArray read = actual.get(name);
            assertThat(read.dataType()).as(name).isEqualTo(array.dataType());
            assertThat(read.shape()).as(name).isEqualTo(array.shape());
            if (array.dataType() == DataType.FLOAT) {
                float[] a = array.data().asFloat();
                float[] b = read.data().asFloat();
                for (int i = 0; i < a.length; i++) {
                    assertThat(Float.floatToRawIntBits(b[i])).as(name).isEqualTo(Float.floatToRawIntBits(a[i]));
                }
            } else {
                assertThat(read.data().asDouble())
                        .as(name)
                        .containsExactly(array.data().asDouble());
            }
        });
    }

    @Test
    void comesBackBitForBit() {
        CheckpointStore store = store(2, true);
        Checkpoint saved = checkpoint(120, OptionalDouble.of(1.0 / 3));
        CheckpointInfo info = store.save(saved);
        assertThat(info.path()).isEqualTo(folder(120));
        Checkpoint loaded = store.loadLatest(this::hear).orElseThrow();
        assertThat(loaded.step()).isEqualTo(120);
        assertThat(loaded.score()).hasValue(1.0 / 3);
        assertThat(loaded.state()).isEqualTo(saved.state());
        assertThat(new ArrayList<>(loaded.state().keySet()))
                .isEqualTo(new ArrayList<>(saved.state().keySet()));
        assertSameBits(loaded.weights(), saved.weights());
        assertSameBits(loaded.thought(), saved.thought());
        assertSameBits(loaded.optimizer(), saved.optimizer());
        assertThat(damages).isEmpty();
    }

    @Test
    void aModelIsLoadedWithoutTheOptimizersState() throws IOException {
        CheckpointStore store = store(2, true);
        Checkpoint saved = checkpoint(3, OptionalDouble.of(0.5));
        Path moments = store.save(saved).path().resolve("optimizer.safetensors");
        byte[] bytes = Files.readAllBytes(moments);
        bytes[bytes.length - 1] ^= 1;
        Files.write(moments, bytes);
        for (boolean best : new boolean[] {false, true}) {
            Checkpoint model = store.loadModel(best, this::hear);
            assertSameBits(model.weights(), saved.weights());
            assertSameBits(model.thought(), saved.thought());
            assertThat(model.optimizer()).isEmpty();
        }
        assertThat(damages).as("what is not read is not hashed").isEmpty();
        assertThat(store.loadLatest(this::hear)).as("training needs them").isEmpty();
        assertThat(damages).singleElement().asString().contains("optimizer.safetensors");
    }

    @Test
    void shardsLargeWeightsAndSavesEmptyParts() {
        Map<String, INDArray> weights = new LinkedHashMap<>();
        for (int i = 0; i < 3; i++) {
            weights.put("w" + i, Nd4j.arange(200_000).castTo(DataType.FLOAT).addi(i));
        }
        CheckpointInfo info = store(1, false)
                .save(new Checkpoint(1, weights, Map.of(), Map.of(), Map.of(), OptionalDouble.of(Double.NaN)));
        assertThat(info.path().resolve("model-00003-of-00003.safetensors")).exists();
        Checkpoint loaded = CheckpointStore.load(info.path(), Checkpoint.Content.ALL);
        assertThat(loaded.weights()).isEqualTo(weights);
        assertThat(loaded.thought()).isEmpty();
        assertThat(loaded.score()).as("NaN is no score").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.safetensors",
                "thought.safetensors",
                "optimizer.safetensors",
                "state.json",
                "manifest.json",
                "manifest.sha256"
            })
    void passesOverDamageOfEveryKindInEveryFile(String name) throws IOException {
        CheckpointStore store = store(9, false);
        for (long step = 1; step <= 4; step++) {
            store.save(checkpoint(step));
        }
        Path truncated = folder(2).resolve(name);
        try (RandomAccessFile file = new RandomAccessFile(truncated.toFile(), "rw")) {
            file.setLength(file.length() - 1);
        }
        Path flipped = folder(3).resolve(name);
        byte[] bytes = Files.readAllBytes(flipped);
        bytes[bytes.length / 2] ^= 1;
        Files.write(flipped, bytes);
        Files.delete(folder(4).resolve(name));

        assertThat(store.latest(this::hear).orElseThrow().path()).isEqualTo(folder(1));
        assertThat(damages).hasSize(3);
        assertThat(damages.get(0)).startsWith("step-00000004 | ").contains(name).contains("missing");
        assertThat(damages.get(1)).startsWith("step-00000003 | ").contains("manifest");
        assertThat(damages.get(2)).startsWith("step-00000002 | ").contains("manifest");
        if (!name.startsWith("manifest")) {
            assertThat(damages.get(1)).contains(flipped.toString()).contains("SHA-256");
            assertThat(damages.get(2)).contains(truncated.toString()).contains("bytes where the manifest says");
        }
        assertThatThrownBy(() -> CheckpointStore.load(folder(3), Checkpoint.Content.ALL))
                .isInstanceOf(QuietStarException.class);
    }

    @Test
    void nothingThereIsNothing() {
        CheckpointStore store = store(1, true);
        assertThat(store.list()).isEmpty();
        assertThat(store.latest(this::hear)).isEmpty();
        assertThat(store.best(this::hear)).isEmpty();
        assertThat(store.loadLatest(this::hear)).isEmpty();
        assertThat(run.resolve("checkpoints")).doesNotExist();
    }

    @Test
    void removesLeftoversOfAKilledProcess() throws IOException {
        CheckpointStore store = store(5, false);
        store.save(checkpoint(1));
        for (String leftover :
                List.of(".writing-step-00000002", ".deleting-step-00000000", ".replaced-step-00000001")) {
            Files.createDirectories(run.resolve("checkpoints").resolve(leftover).resolve("sub"));
        }
        assertThat(store.latest(this::hear).orElseThrow().step()).isEqualTo(1);
        assertThat(damages).as("half-written folders have no valid name").isEmpty();
        store.save(checkpoint(2));
        assertThat(names()).containsExactly("step-00000001", "step-00000002");
    }

    @Test
    void aCheckpointThatWasToBeReplacedStillCounts() throws IOException {
        CheckpointStore store = store(5, false);
        store.save(checkpoint(1));
        Files.move(folder(1), folder(1).resolveSibling(".replaced-step-00000001"));
        assertThat(store.loadLatest(this::hear).orElseThrow().step()).isEqualTo(1);
        store.save(checkpoint(2));
        assertThat(names()).containsExactly("step-00000001", "step-00000002");
    }

    @Test
    void savingAStepAgainReplacesIt() {
        CheckpointStore store = store(1, false);
        store.save(checkpoint(7, OptionalDouble.of(1)));
        store.save(checkpoint(7, OptionalDouble.of(2)));
        assertThat(names()).containsExactly("step-00000007");
        assertThat(store.list()).extracting(CheckpointInfo::score).containsExactly(OptionalDouble.of(2));
    }

    @Test
    void keepsTheNewestAndTheBest() {
        CheckpointStore store = store(2, true);
        double[] scores = {3, 1, 2, 1.5, 1.2};
        for (int i = 0; i < scores.length; i++) {
            store.save(checkpoint(10L * i, OptionalDouble.of(scores[i])));
        }
        store.save(checkpoint(50));
        assertThat(names()).containsExactly("step-00000010", "step-00000040", "step-00000050");
        assertThat(store.best(this::hear).orElseThrow().step()).isEqualTo(10);
        assertThat(store.list()).extracting(CheckpointInfo::step).containsExactly(10L, 40L, 50L);
        store(1, false).save(checkpoint(60));
        assertThat(names()).containsExactly("step-00000060");
    }

    @Test
    void keepsTheStepsThatItIsTold() {
        var store = new CheckpointStore(run, new CheckpointConfig(10, 1, false, BestBy.LOSS, 1), Set.of(20L, 30L, 60L));
        for (long step = 10; step <= 50; step += 10) {
            store.save(checkpoint(step));
        }
        assertThat(names()).containsExactly("step-00000020", "step-00000030", "step-00000050");
        assertThat(store.find(20)).hasValue(folder(20));
        assertThat(store.find(10)).isEmpty();
        store.save(checkpoint(25));
        assertThat(names())
                .as("later ones belong to a course that was left")
                .containsExactly("step-00000020", "step-00000025");
    }

    @Test
    void aKeptStepThatWasToBeReplacedIsFound() throws IOException {
        CheckpointStore store = store(5, false);
        store.save(checkpoint(1));
        Path replaced = Files.move(folder(1), folder(1).resolveSibling(".replaced-step-00000001"));
        assertThat(store.find(1)).hasValue(replaced);
    }

    @Test
    void theBestOfTheIntactOnes() throws IOException {
        CheckpointStore store = store(3, true);
        store.save(checkpoint(1, OptionalDouble.of(2)));
        store.save(checkpoint(2, OptionalDouble.of(1)));
        byte[] bytes = Files.readAllBytes(folder(2).resolve("state.json"));
        bytes[0] ^= 1;
        Files.write(folder(2).resolve("state.json"), bytes);
        assertThat(store.best(this::hear).orElseThrow().step()).isEqualTo(1);
        assertThat(damages).singleElement().asString().contains("state.json");
    }

    @Test
    void damagedAndLaterOnesDoNotCrowdOutSoundOnes() throws IOException {
        CheckpointStore store = store(2, false);
        store.save(checkpoint(1));
        store.save(checkpoint(3));
        Files.delete(folder(3).resolve("manifest.json"));
        store.save(checkpoint(2));
        assertThat(names()).containsExactly("step-00000001", "step-00000002");
    }

    @Test
    void aFailedSaveLeavesTheEarlierOnesAlone() throws IOException {
        CheckpointStore store = store(1, false);
        store.save(checkpoint(1));
        Map<String, INDArray> halves = Map.of("t", Nd4j.create(DataType.FLOAT16, 2));
        assertThatThrownBy(() ->
                        store.save(new Checkpoint(2, halves, Map.of(), Map.of(), Map.of(), OptionalDouble.empty())))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.save(new Checkpoint(
                        2, Map.of(), Map.of(), Map.of(), Map.of("x", new int[0]), OptionalDouble.empty())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("state.x");
        assertThat(store.latest(this::hear).orElseThrow().step()).isEqualTo(1);

        Path blocked = Files.writeString(run.resolve("file"), "x");
        CheckpointStore other = new CheckpointStore(blocked, new CheckpointConfig(1, 1, false, BestBy.LOSS, 1));
        assertThatThrownBy(() -> other.save(checkpoint(1)))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining(blocked.resolve("checkpoints").toString());
    }

    @Test
    void aReaderNeverSeesHalfACheckpoint() throws ExecutionException, InterruptedException {
        CheckpointStore store = store(1, false);
        store.save(checkpoint(0));
        AtomicBoolean writing = new AtomicBoolean(true);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<Integer> reader = thread.submit(() -> {
            CheckpointStore reading = store(1, false);
            long last = 0;
            int loads = 0;
            do {
                Checkpoint loaded = reading.loadLatest(this::hear).orElseThrow();
                assertThat(loaded.step()).isGreaterThanOrEqualTo(last);
                assertThat(loaded.weights().get("model.embed_tokens.weight").getFloat(0))
                        .isEqualTo((float) loaded.step());
                last = loaded.step();
                loads++;
            } while (writing.get());
            return loads;
        });
        try {
            for (long step = 1; step <= 40; step++) {
                store.save(checkpoint(step));
            }
        } finally {
            writing.set(false);
            thread.shutdown();
        }
        assertThat(reader.get()).isPositive();
        assertThat(damages).isEmpty();
    }
}
