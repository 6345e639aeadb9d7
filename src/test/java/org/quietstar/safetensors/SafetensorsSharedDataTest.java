package org.quietstar.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Files that other programs wrote; run only where the shared data is. */
class SafetensorsSharedDataTest {

    private static Path shared(String path) {
        Path place =
                Path.of(System.getProperty("quietstar.shared", "../shared")).resolve(path);
        assumeTrue(Files.exists(place), () -> "skipped: " + place + " is absent");
        return place;
    }

    @Test
    void readsGoldenInputs() {
        try (SafetensorsReader file = SafetensorsReader.open(shared("golden/a/inputs.safetensors"))) {
            INDArray x = file.read("x");
            INDArray gumbel = file.read("gumbel", DataType.DOUBLE);
            assertThat(x.dataType()).isEqualTo(DataType.INT32);
            assertThat(x.shape()).containsExactly(1, 12);
            assertThat(x.minNumber().intValue()).isNotNegative();
            assertThat(x.maxNumber().intValue()).isLessThan(64);
            assertThat(gumbel.shape()).containsExactly(3, 1, 2, 12, 64);
            // Mean and standard deviation of the Gumbel distribution: 0.5772 and 1.2825.
            assertThat(gumbel.meanNumber().doubleValue()).isBetween(0.52, 0.63);
            assertThat(gumbel.stdNumber().doubleValue()).isBetween(1.22, 1.34);
        }
    }

    @Test
    void readsTrainedModels() {
        try (ShardedSafetensors model = ShardedSafetensors.open(shared("data/models/stories260K"))) {
            INDArray embedding = model.read("model.embed_tokens.weight");
            assertThat(embedding.shape()).containsExactly(512, 64);
            assertThat(embedding.stdNumber().doubleValue()).isBetween(0.01, 1.0);
            long parameters = model.names().stream()
                    .mapToLong(name -> model.info(name).elements())
                    .sum();
            assertThat(parameters).isIn(260_032L, 260_032L + 512 * 64);
        }
        try (SafetensorsReader model = SafetensorsReader.open(shared("data/models/babyllama105/model.safetensors"))) {
            assertThat(model.info("model.embed_tokens.weight").shape()).containsExactly(105L, 128L);
            assertThat(model.metadata()).containsEntry("format", "pt");
        }
    }

    @Test
    void readsUnalignedHeaders() {
        try (SafetensorsReader file = SafetensorsReader.open(shared("data/fixtures/tiny_gpt2/model.safetensors"))) {
            for (String name : file.names()) {
                assertThat(file.read(name).ameanNumber().doubleValue()).isBetween(0.0, 10.0);
            }
            assertThat(file.read("wte.weight").shape()).containsExactly(11, 8);
        }
    }
}
