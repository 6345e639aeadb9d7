package org.quietstar.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.OptimizerConfig;
import org.quietstar.model.Parameters;
import org.quietstar.thought.ThoughtParameters;

/** AdamW against the algorithm of its paper (Loshchilov and Hutter, arXiv 1711.05101) in plain Java. */
class AdamWTest {
    private static final String MATRIX = "model.layers.0.mlp.up_proj.weight";
    private static final String NORM = "model.norm.weight";
    /** An epsilon as large as the gradients shows where it is added. */
    private static final OptimizerConfig CONFIG = OptimizerConfig.defaults()
            .withLearningRate(0.01)
            .withBeta1(0.8)
            .withBeta2(0.95)
            .withEpsilon(0.05)
            .withWeightDecay(0.1)
            .withWarmupSteps(0)
            .withThoughtEmbeddingLrScale(7.0)
            .withMixingHeadLrScale(3.0);

    /** One parameter in double precision. */
    private static final class Reference {
        final double[] theta;
        final double[] m;
        final double[] v;
        final double rateFactor;
        final double decay;
        int updates;

        Reference(INDArray start, double rateFactor, double decay) {
            this.theta = start.dup().reshape(-1).toDoubleVector();
            this.m = new double[theta.length];
            this.v = new double[theta.length];
            this.rateFactor = rateFactor;
            this.decay = decay;
        }

        void update(double[] gradient, double scale, double learningRate) {
            updates++;
            double rate = learningRate * rateFactor;
            for (int i = 0; i < theta.length; i++) {
                double g = gradient[i] * scale;
                m[i] = CONFIG.beta1() * m[i] + (1 - CONFIG.beta1()) * g;
                v[i] = CONFIG.beta2() * v[i] + (1 - CONFIG.beta2()) * g * g;
                double mHat = m[i] / (1 - Math.pow(CONFIG.beta1(), updates));
                double vHat = v[i] / (1 - Math.pow(CONFIG.beta2(), updates));
                theta[i] -= rate * (mHat / (Math.sqrt(vHat) + CONFIG.epsilon()) + decay * theta[i]);
            }
        }
    }

    private final Random random = new Random(5);

    private INDArray array(long... shape) {
        INDArray array = Nd4j.zeros(DataType.DOUBLE, shape);
        for (int i = 0; i < array.length(); i++) {
            array.putScalar(i, random.nextGaussian() * 0.1);
        }
        return array;
    }

    private Parameters parameters() {
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        arrays.put(MATRIX, array(3, 4));
        arrays.put(NORM, array(5));
        arrays.put(ThoughtParameters.W1, array(2, 3));
        arrays.put(ThoughtParameters.B1, array(3));
        arrays.put(ThoughtParameters.START, array(4));
        arrays.put(ThoughtParameters.END, array(4));
        return new Parameters(arrays);
    }

    private static Map<String, Reference> references(Parameters parameters) {
        Map<String, Reference> references = new LinkedHashMap<>();
        parameters.asMap().forEach((name, array) -> {
            boolean marker = name.equals(ThoughtParameters.START) || name.equals(ThoughtParameters.END);
            boolean head = name.equals(ThoughtParameters.W1) || name.equals(ThoughtParameters.B1);
            boolean decays = name.equals(MATRIX) || name.equals(ThoughtParameters.W1) || marker;
            references.put(name, new Reference(array, marker ? 7 : head ? 3 : 1, decays ? marker ? 0.1 / 7 : 0.1 : 0));
        });
        return references;
    }

    /** Both take the same random gradients. */
    private void step(AdamW optimizer, Map<String, Reference> references, double scale, double learningRate) {
        Map<String, INDArray> gradients = new LinkedHashMap<>();
        references.forEach((name, reference) -> {
            INDArray gradient = optimizer.state().get("m." + name).like();
            for (int i = 0; i < gradient.length(); i++) {
                gradient.putScalar(i, random.nextGaussian() * 0.1);
            }
            reference.update(gradient.dup().reshape(-1).toDoubleVector(), scale, learningRate);
            gradients.put(name, gradient);
        });
        optimizer.update(gradients, scale, learningRate);
    }

    private static void assertAgrees(Parameters parameters, Map<String, Reference> references) {
        references.forEach(
                (name, reference) -> assertThat(parameters.get(name).reshape(-1).toDoubleVector())
                        .as(name)
                        .containsExactly(reference.theta, within(1e-10)));
    }

    @Test
    void agreesWithTheAlgorithmOverManySteps() {
        Parameters parameters = parameters();
        Map<String, Reference> references = references(parameters);
        var optimizer = AdamW.of(CONFIG, parameters);
        for (int i = 0; i < 20; i++) {
            step(optimizer, references, i % 3 == 0 ? 0.25 : 1, 0.01 / (i + 1));
            assertAgrees(parameters, references);
        }
        assertThat(optimizer.updates()).isEqualTo(20);
    }

    /** ND4J's kernel takes its epsilon for a rate of 0, which moves every parameter by 1e-8 a step. */
    @Test
    void aRateOfZeroMovesNothingButTheMoments() {
        Parameters parameters = parameters();
        Map<String, Reference> references = references(parameters);
        var optimizer = AdamW.of(CONFIG, parameters);
        step(optimizer, references, 1, 0.01);
        double[] before = parameters.get(MATRIX).ravel().toDoubleVector();
        step(optimizer, references, 1, 0);
        assertThat(parameters.get(MATRIX).ravel().toDoubleVector()).isEqualTo(before);
        step(optimizer, references, 1, 0.01);
        assertAgrees(parameters, references);
        assertThat(optimizer.updates()).isEqualTo(3);
    }

    @Test
    void goesOnFromASavedState() {
        Parameters parameters = parameters();
        Map<String, Reference> references = references(parameters);
        var first = AdamW.of(CONFIG, parameters);
        for (int i = 0; i < 3; i++) {
            step(first, references, 1, 0.01);
        }
        var second = AdamW.resume(CONFIG, parameters, first.state(), first.updates());
        step(second, references, 1, 0.01);
        assertAgrees(parameters, references);
        assertThat(second.updates()).isEqualTo(4);
    }

    @Test
    void aParameterWithoutGradientStaysAsItIs() {
        Parameters parameters = parameters();
        double[] before = parameters.get(NORM).toDoubleVector();
        var optimizer = AdamW.of(CONFIG, parameters);
        Map<String, INDArray> gradients = new LinkedHashMap<>();
        gradients.put(MATRIX, array(3, 4));
        optimizer.update(gradients, 1, 0.01);
        assertThat(parameters.get(NORM).toDoubleVector()).isEqualTo(before);
    }

    @Test
    void aSavedStateIsTakenOverNotCopied() {
        Parameters parameters = parameters();
        Map<String, INDArray> saved = AdamW.of(CONFIG, parameters).state();
        INDArray other = array(2, 2);
        saved.put("m.frozen.weight", other);
        try (var optimizer = AdamW.resume(CONFIG, parameters, saved, 3)) {
            optimizer.state().forEach((name, moment) -> assertThat(moment).isSameAs(saved.get(name)));
            assertThat(other.wasClosed())
                    .as("moments that nothing trains are freed")
                    .isTrue();
        }
        assertThat(saved.values()).allMatch(INDArray::wasClosed);
        assertThat(parameters.asMap().values()).noneMatch(INDArray::wasClosed);
    }

    @Test
    void aStateThatLacksAParameterIsRefused() {
        Parameters parameters = parameters();
        assertThatThrownBy(() -> AdamW.resume(CONFIG, parameters, Map.of(), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("m." + MATRIX);
    }
}
