package org.quietstar.config.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.QuietStarException;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;

/** Keys that people bring from elsewhere. */
class KnownElsewhereTest {
    @Test
    void everyNameLeadsToAKeyThatThereIs() {
        var schema = new Schema(RunConfig.class, StageConfig.class, "train.mode");
        KnownElsewhere.all().forEach((name, path) -> {
            assertThat(schema.find(path)).as(name + " -> " + path).isPresent();
            assertThat(name).matches("[a-z0-9_]+");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "per_device_train_batch_size: 4, data.batchSize",
        "'train: {per-device-train-batch-size: 4}', data.batchSize",
        "learning_rate: 1, optimizer.learningRate",
        "max_steps: 100, train.steps",
        "num_train_epochs: 3, train.steps"
    })
    void theMessageNamesTheKey(String yaml, String key) {
        assertThatThrownBy(() -> Recipes.fromYaml(yaml, "r.yaml", List.of()))
                .isInstanceOf(QuietStarException.class)
                .hasMessageStartingWith("r.yaml:1: ")
                .hasMessageContaining("here it is " + key);
    }
}
