package org.quietstar.examples;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.QuietStar;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.LanguageModelGraph;
import org.quietstar.model.Parameters;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.plan.StaticPlan;

/** A small Llama as a SameDiff graph, which learns one sentence by plain gradient descent. */
public final class Ex2_DecoderInSameDiff {
    public static void main(String[] args) {
        ModelConfig model = QuietStar.config(
                        "model: {vocabSize: 128, hiddenSize: 32, layers: 2, heads: 4, kvHeads: 2, initializerRange: 0.1}")
                .model();
        Parameters parameters = DecoderParameters.random(model, DataType.FLOAT, 42);
        // Variables have the names of Hugging Face's files.
        parameters.asMap().keySet().stream().limit(3).forEach(System.out::println);
        System.out.println("… " + DecoderParameters.count(model) + " parameters");

        byte[] sentence = "to be or not to be".getBytes(StandardCharsets.US_ASCII);
        int length = sentence.length - 1;
        int[] ids = new int[length];
        int[] next = new int[length];
        Arrays.setAll(ids, p -> sentence[p]);
        Arrays.setAll(next, p -> sentence[p + 1]);
        Map<String, INDArray> inputs = Map.of(
                LanguageModelGraph.IDS, Nd4j.createFromArray(ids), // INT32 [B·L]
                LanguageModelGraph.LABELS, Nd4j.createFromArray(next), // INT32 [B·L]
                LanguageModelGraph.WEIGHTS, Nd4j.valueArrayOf(new long[] {length, 1}, 1.0f / length)); // [B·L, 1]

        var graph = new LanguageModelGraph(model, 1, length, parameters);
        var gradients = GradientFunction.of(graph.graph(), LanguageModelGraph.LOSS, graph.parameterNames());
        List<String> outputs = gradients.outputs(List.of(LanguageModelGraph.LOSS));
        try (var plan = StaticPlan.compile(gradients, inputs, outputs)) {
            for (int step = 0; step <= 100; step++) {
                plan.run();
                if (step % 50 == 0) {
                    double loss = plan.output(LanguageModelGraph.LOSS).getDouble(0);
                    System.out.printf(Locale.ROOT, "step %d: %.3f nats per token%n", step, loss);
                }
                gradients
                        .gradientNames()
                        .forEach((name, gradient) ->
                                parameters.get(name).subi(plan.output(gradient).mul(0.05)));
            }
        }
    }
}
