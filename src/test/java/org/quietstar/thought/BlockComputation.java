package org.quietstar.thought;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.model.Decoder;
import org.quietstar.model.DecoderParameters;
import org.quietstar.samediff.GradientFunction;
import org.quietstar.samediff.plan.StaticPlan;

/**
 * One way of computing the hidden states of text and blocks (docs/algorithm.md, section 2): one or more graphs, whose rows are named
 * by the rows of the learning graph, so that ways can be held against each other.
 */
final class BlockComputation {
    /**
     * Rows that go through the decoder together.
     *
     * @param states hidden states after each layer, then after the final norm
     * @param learningRows the learning graph's row of each row; several rows may be the same
     */
    record Part(List<SDVariable> states, int[] learningRows) {
        static Part of(Decoder.Hidden hidden, int[] learningRows) {
            List<SDVariable> states = new ArrayList<>(hidden.states());
            states.add(hidden.normed());
            return new Part(states, learningRows);
        }
    }

    private record Graph(SameDiff sd, List<Part> parts, Map<String, INDArray> inputs) {}

    /**
     * @param states [layers + 2][R][D]
     * @param spread largest difference between two rows that stand for the same row of the learning graph
     * @param gradients of Σ cotangents ∘ logits
     */
    record Result(double[][][] states, double spread, Map<String, INDArray> gradients) {}

    private final TinyModel tiny;
    private final List<Graph> graphs = new ArrayList<>();

    BlockComputation(TinyModel tiny) {
        this.tiny = tiny;
    }

    void add(SameDiff sd, List<Part> parts, Map<String, INDArray> inputs) {
        graphs.add(new Graph(sd, parts, inputs));
    }

    /** @param cotangents factor of every logit of every row of the learning graph, [R][V] */
    Result compute(double[][] cotangents) {
        var collector = new Collector(cotangents);
        graphs.forEach(collector::run);
        return new Result(collector.states, collector.spread, collector.gradients);
    }

    private final class Collector {
        final double[][] cotangents;
        final double[][][] states =
                new double[tiny.model().layers() + 2][tiny.layout().rows()][];
        final boolean[] used = new boolean[tiny.layout().rows()];
        final Map<String, INDArray> gradients = new LinkedHashMap<>();
        double spread;

        Collector(double[][] cotangents) {
            this.cotangents = cotangents;
        }

        void run(Graph graph) {
            SDVariable sum = null;
            List<String> outputs = new ArrayList<>();
            for (Part part : graph.parts) {
                SDVariable term = functional(graph.sd, part);
                sum = sum == null ? term : sum.add(term);
                part.states.forEach(state -> outputs.add(state.name()));
            }
            sum.rename("functional");
            List<String> names = new ArrayList<>(tiny.parameters().asMap().keySet());
            names.removeIf(name -> !graph.sd.hasVariable(name));
            var gradient = GradientFunction.of(graph.sd, "functional", names);
            try (var plan = StaticPlan.compile(gradient, graph.inputs, gradient.outputs(outputs))) {
                plan.run();
                graph.parts.forEach(part -> keepStates(part, plan));
                names.stream().filter(gradient::dependsOn).forEach(name -> {
                    INDArray array = plan.output(gradient.gradientOf(name));
                    gradients.merge(name, array.dup('c'), (a, b) -> a.add(b));
                });
            }
        }

        /** Every row of the learning graph counts once, whatever number of rows stand for it. */
        private SDVariable functional(SameDiff sd, Part part) {
            double[][] factors = new double[part.learningRows.length][TinyModel.VOCAB];
            for (int i = 0; i < factors.length; i++) {
                int row = part.learningRows[i];
                if (!used[row]) {
                    used[row] = true;
                    factors[i] = cotangents[row];
                }
            }
            SDVariable head = sd.getVariable(DecoderParameters.head(tiny.model()));
            if (head == null) {
                head = sd.var(DecoderParameters.HEAD, tiny.parameters().get(DecoderParameters.HEAD));
            }
            SDVariable hidden = part.states.get(part.states.size() - 1);
            SDVariable logits = sd.mmul(hidden, head, false, true, false);
            return sd.sum(logits.mul(sd.constant(Nd4j.createFromArray(factors).castTo(DataType.DOUBLE))));
        }

        private void keepStates(Part part, StaticPlan plan) {
            for (int i = 0; i < states.length; i++) {
                double[][] values = plan.output(part.states.get(i).name()).toDoubleMatrix();
                for (int r = 0; r < values.length; r++) {
                    int row = part.learningRows[r];
                    if (states[i][row] == null) {
                        states[i][row] = values[r];
                    }
                    for (int j = 0; j < values[r].length; j++) {
                        spread = Math.max(spread, Math.abs(values[r][j] - states[i][row][j]));
                    }
                }
            }
        }
    }
}
