package org.quietstar.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.quietstar.config.yaml.Format;
import org.quietstar.config.yaml.KeySpec;
import org.quietstar.config.yaml.Schema;

class ConfigReferenceTest {

    @Test
    void everyKeyStandsThereWithTypeUnitRangeDefaultAndSentence() {
        String text = ConfigReference.text();
        String flowing = text.replaceAll("\\s+", " ");
        for (Schema.Section section : Recipes.SCHEMA.sections()) {
            assertThat(text).contains("\n" + section.name() + ": " + section.sentence() + "\n");
            for (KeySpec key : section.keys()) {
                assertThat(flowing)
                        .contains(key.path() + ": " + key.kind() + "; default " + Format.yaml(key.defaultValue()) + " "
                                + key.rule().value());
            }
        }
        assertThat(text)
                .contains("  seed: a whole number, 0 or more; default 42\n")
                .contains("  train.steps: a whole number, 0 or more (steps); default 100\n      Optimiser steps.\n")
                .contains("  data.packing: pack, random-span or pad; default pack\n")
                .contains("  data.train: a list of texts, or one text; default []\n");
    }

    @Test
    void stagesAreExplained() {
        assertThat(ConfigReference.text().replaceAll("\\s+", " "))
                .contains("'from: NAME' lets it start from what an earlier stage ended with");
    }

    @Test
    void linesHoldAtMost100Columns() {
        assertThat(ConfigReference.text().lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    @Test
    void sentencesAreSentences() {
        for (Schema.Section section : Recipes.SCHEMA.sections()) {
            for (KeySpec key : section.keys()) {
                assertThat(key.rule().value()).as(key.path()).endsWith(".").hasSizeGreaterThan(12);
            }
        }
    }
}
