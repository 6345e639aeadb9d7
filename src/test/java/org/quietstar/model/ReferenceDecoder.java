package org.quietstar.model;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.config.ModelConfig;

/** One causal sequence through the decoder in plain Java loops, position by position and head by head. */
public final class ReferenceDecoder {
    private final ModelConfig model;
    private final Parameters parameters;

    public ReferenceDecoder(ModelConfig model, Parameters parameters) {
        this.model = model;
        this.parameters = parameters;
    }

    /** Final hidden states [L][D] after the last norm. */
    public double[][] hidden(int[] ids) {
        double[][] embedding = matrix(DecoderParameters.EMBEDDING);
        double[][] x = new double[ids.length][];
        for (int p = 0; p < ids.length; p++) {
            x[p] = embedding[ids[p]].clone();
        }
        for (int layer = 0; layer < model.layers(); layer++) {
            attend(layer, x);
            for (double[] row : x) {
                feedForward(layer, row);
            }
        }
        double[] scale = vector(DecoderParameters.FINAL_NORM);
        double[][] result = new double[x.length][];
        for (int p = 0; p < x.length; p++) {
            result[p] = norm(x[p], scale);
        }
        return result;
    }

    /** Logits [L][V]. */
    public double[][] logits(int[] ids) {
        double[][] hidden = hidden(ids);
        double[][] head = matrix(DecoderParameters.head(model));
        double[][] logits = new double[ids.length][];
        for (int p = 0; p < ids.length; p++) {
            logits[p] = times(head, hidden[p]);
        }
        return logits;
    }

    private void attend(int layer, double[][] x) {
        double[] scale = vector(DecoderParameters.layer(layer, "input_layernorm"));
        double[][] wq = matrix(DecoderParameters.layer(layer, "self_attn.q_proj"));
        double[][] wk = matrix(DecoderParameters.layer(layer, "self_attn.k_proj"));
        double[][] wv = matrix(DecoderParameters.layer(layer, "self_attn.v_proj"));
        double[][] wo = matrix(DecoderParameters.layer(layer, "self_attn.o_proj"));
        int e = model.resolvedHeadDim();
        double[][] q = new double[x.length][];
        double[][] k = new double[x.length][];
        double[][] v = new double[x.length][];
        for (int p = 0; p < x.length; p++) {
            double[] y = norm(x[p], scale);
            q[p] = rotated(times(wq, y), p);
            k[p] = rotated(times(wk, y), p);
            v[p] = times(wv, y);
        }
        for (int p = 0; p < x.length; p++) {
            double[] all = new double[model.heads() * e];
            for (int h = 0; h < model.heads(); h++) {
                int shared = h / (model.heads() / model.kvHeads());
                head(all, h * e, shared * e, q[p], k, v, p);
            }
            add(x[p], times(wo, all));
        }
    }

    /** Softmax over the keys that position p sees, and the mean of their values. */
    private void head(double[] out, int at, int shared, double[] q, double[][] k, double[][] v, int p) {
        int e = model.resolvedHeadDim();
        int first = model.slidingWindow() > 0 ? Math.max(0, p - model.slidingWindow() + 1) : 0;
        double total = 0;
        double[] sum = new double[e];
        for (int j = first; j <= p; j++) {
            double score = 0;
            for (int i = 0; i < e; i++) {
                score += q[at + i] * k[j][shared + i];
            }
            double weight = Math.exp(score / Math.sqrt(e));
            total += weight;
            for (int i = 0; i < e; i++) {
                sum[i] += weight * v[j][shared + i];
            }
        }
        for (int i = 0; i < e; i++) {
            out[at + i] = sum[i] / total;
        }
    }

    /** Each pair (i, i + E/2) of each head turned by position · theta^(−2i/E). */
    private double[] rotated(double[] x, int position) {
        int e = model.resolvedHeadDim();
        double[] y = new double[x.length];
        for (int head = 0; head < x.length; head += e) {
            for (int i = 0; i < e / 2; i++) {
                double angle = position / Math.pow(model.ropeTheta(), 2.0 * i / e);
                double a = x[head + i];
                double b = x[head + i + e / 2];
                y[head + i] = a * Math.cos(angle) - b * Math.sin(angle);
                y[head + i + e / 2] = b * Math.cos(angle) + a * Math.sin(angle);
            }
        }
        return y;
    }

    private void feedForward(int layer, double[] x) {
        double[] y = norm(x, vector(DecoderParameters.layer(layer, "post_attention_layernorm")));
        double[] gate = times(matrix(DecoderParameters.layer(layer, "mlp.gate_proj")), y);
        double[] up = times(matrix(DecoderParameters.layer(layer, "mlp.up_proj")), y);
        for (int i = 0; i < gate.length; i++) {
            up[i] *= gate[i] / (1 + Math.exp(-gate[i]));
        }
        add(x, times(matrix(DecoderParameters.layer(layer, "mlp.down_proj")), up));
    }

    private double[] norm(double[] x, double[] scale) {
        double squares = 0;
        for (double value : x) {
            squares += value * value;
        }
        double root = Math.sqrt(squares / x.length + model.rmsNormEps());
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] / root * scale[i];
        }
        return y;
    }

    private static void add(double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            x[i] += y[i];
        }
    }

    private static double[] times(double[][] matrix, double[] x) {
        double[] y = new double[matrix.length];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += matrix[i][j] * x[j];
            }
        }
        return y;
    }

    private double[][] matrix(String name) {
        INDArray array = parameters.get(name);
        return array.toDoubleMatrix();
    }

    private double[] vector(String name) {
        return parameters.get(name).toDoubleVector();
    }
}
