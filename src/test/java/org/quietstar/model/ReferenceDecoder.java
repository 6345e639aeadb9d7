package org.quietstar.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.quietstar.config.ModelConfig;

/**
 * One causal sequence through the decoder in plain Java loops, position by position and head by head. Each parameter is read
 * once, when it is needed first.
 */
public final class ReferenceDecoder {
    private final ModelConfig model;
    private final Parameters parameters;
    private final Map<String, double[][]> matrices = new HashMap<>();
    private final Map<String, double[]> vectors = new HashMap<>();

    public ReferenceDecoder(ModelConfig model, Parameters parameters) {
        this.model = model;
        this.parameters = parameters;
    }

    private boolean gpt2() {
        return model.family().equals("gpt2");
    }

    /** Final hidden states [L][D] after the last norm. */
    public double[][] hidden(int[] ids) {
        double[][] embedding = matrix(gpt2() ? "transformer.wte.weight" : "model.embed_tokens.weight");
        double[][] x = new double[ids.length][];
        for (int p = 0; p < ids.length; p++) {
            x[p] = embedding[ids[p]].clone();
            if (gpt2()) {
                add(x[p], matrix("transformer.wpe.weight")[p]);
            }
        }
        for (int layer = 0; layer < model.layers(); layer++) {
            attend(layer, x);
            for (double[] row : x) {
                feedForward(layer, row);
            }
        }
        double[][] result = new double[x.length][];
        for (int p = 0; p < x.length; p++) {
            result[p] = gpt2() ? layerNorm(x[p], "transformer.ln_f") : norm(x[p], vector("model.norm.weight"));
        }
        return result;
    }

    /** Logits [L][V]. */
    public double[][] logits(int[] ids) {
        double[][] hidden = hidden(ids);
        double[][] head = matrix(
                !model.tiedEmbeddings()
                        ? "lm_head.weight"
                        : gpt2() ? "transformer.wte.weight" : "model.embed_tokens.weight");
        double[][] logits = new double[ids.length][];
        for (int p = 0; p < ids.length; p++) {
            logits[p] = times(head, hidden[p]);
        }
        return logits;
    }

    private void attend(int layer, double[][] x) {
        int e = model.resolvedHeadDim();
        double[][] q = new double[x.length][];
        double[][] k = new double[x.length][];
        double[][] v = new double[x.length][];
        for (int p = 0; p < x.length; p++) {
            if (gpt2()) {
                double[] all = conv1d(layerNorm(x[p], gpt2Name(layer, "ln_1")), gpt2Name(layer, "attn.c_attn"));
                int d = model.hiddenSize();
                q[p] = Arrays.copyOfRange(all, 0, d);
                k[p] = Arrays.copyOfRange(all, d, 2 * d);
                v[p] = Arrays.copyOfRange(all, 2 * d, 3 * d);
                continue;
            }
            double[] y = norm(x[p], vector(DecoderParameters.layer(layer, "input_layernorm")));
            q[p] = rotated(headNorm(input(y, layer, "q"), layer, "q"), p);
            k[p] = rotated(headNorm(input(y, layer, "k"), layer, "k"), p);
            v[p] = input(y, layer, "v");
        }
        for (int p = 0; p < x.length; p++) {
            double[] all = new double[model.heads() * e];
            for (int h = 0; h < model.heads(); h++) {
                int shared = h / (model.heads() / model.kvHeads());
                head(all, h * e, shared * e, q[p], k, v, p);
            }
            add(
                    x[p],
                    gpt2()
                            ? conv1d(all, gpt2Name(layer, "attn.c_proj"))
                            : times(matrix(DecoderParameters.layer(layer, "self_attn.o_proj")), all));
        }
    }

    private static String gpt2Name(int layer, String part) {
        return "transformer.h." + layer + "." + part;
    }

    /** What a layer reads as queries, keys or values; Qwen 2 adds a bias. */
    private double[] input(double[] y, int layer, String kind) {
        String name = "model.layers." + layer + ".self_attn." + kind + "_proj";
        double[] result = times(matrix(name + ".weight"), y);
        if (model.family().equals("qwen2")) {
            add(result, vector(name + ".bias"));
        }
        return result;
    }

    /** Qwen 3 norms each head. */
    private double[] headNorm(double[] x, int layer, String kind) {
        if (!model.family().equals("qwen3")) {
            return x;
        }
        double[] scale = vector("model.layers." + layer + ".self_attn." + kind + "_norm.weight");
        int e = model.resolvedHeadDim();
        double[] y = new double[x.length];
        for (int head = 0; head < x.length; head += e) {
            System.arraycopy(norm(Arrays.copyOfRange(x, head, head + e), scale), 0, y, head, e);
        }
        return y;
    }

    /** x·W + b with W stored [in][out]. */
    private double[] conv1d(double[] x, String name) {
        double[][] weight = matrix(name + ".weight");
        double[] y = vector(name + ".bias").clone();
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < y.length; j++) {
                y[j] += x[i] * weight[i][j];
            }
        }
        return y;
    }

    private double[] layerNorm(double[] x, String name) {
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance =
                Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        double[] weight = vector(name + ".weight");
        double[] y = vector(name + ".bias").clone();
        for (int i = 0; i < x.length; i++) {
            y[i] += (x[i] - mean) / Math.sqrt(variance + model.rmsNormEps()) * weight[i];
        }
        return y;
    }

    /** Llama 3's scaled frequencies, as its reference implementation tells three cases apart by the wavelength. */
    private double frequency(int i) {
        double plain = 1 / Math.pow(model.ropeTheta(), 2.0 * i / model.resolvedHeadDim());
        double factor = model.ropeScalingFactor();
        double wavelength = 2 * Math.PI / plain;
        double longest = model.ropeOriginalPositions() / model.ropeLowFrequencyFactor();
        double shortest = model.ropeOriginalPositions() / model.ropeHighFrequencyFactor();
        if (factor == 1 || wavelength < shortest) {
            return plain;
        }
        if (wavelength > longest) {
            return plain / factor;
        }
        double smooth = (model.ropeOriginalPositions() / wavelength - model.ropeLowFrequencyFactor())
                / (model.ropeHighFrequencyFactor() - model.ropeLowFrequencyFactor());
        return (1 - smooth) * plain / factor + smooth * plain;
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
                double angle = position * frequency(i);
                double a = x[head + i];
                double b = x[head + i + e / 2];
                y[head + i] = a * Math.cos(angle) - b * Math.sin(angle);
                y[head + i + e / 2] = b * Math.cos(angle) + a * Math.sin(angle);
            }
        }
        return y;
    }

    private void feedForward(int layer, double[] x) {
        if (gpt2()) {
            double[] inner = conv1d(layerNorm(x, gpt2Name(layer, "ln_2")), gpt2Name(layer, "mlp.c_fc"));
            for (int i = 0; i < inner.length; i++) {
                double u = Math.sqrt(2 / Math.PI) * (inner[i] + 0.044715 * Math.pow(inner[i], 3));
                inner[i] *= 0.5 * (1 + Math.tanh(u));
            }
            add(x, conv1d(inner, gpt2Name(layer, "mlp.c_proj")));
            return;
        }
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
        return matrices.computeIfAbsent(name, n -> parameters.get(n).toDoubleMatrix());
    }

    private double[] vector(String name) {
        return vectors.computeIfAbsent(name, n -> parameters.get(n).toDoubleVector());
    }
}
