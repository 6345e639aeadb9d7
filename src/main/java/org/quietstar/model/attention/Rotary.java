package org.quietstar.model.attention;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.config.ModelConfig;
import org.quietstar.samediff.GatherWithGradient;

/**
 * Rotary positions, halves rotated against each other as in Hugging Face's Llama: x·cos + (x·Π)·sin, where Π swaps the
 * halves and negates the second. Writing the swap as a product with a constant [E, E] matrix keeps its gradient a
 * product, too, where slicing and concatenating would copy twice.
 */
public final class Rotary implements PositionEncoding {
    private final SameDiff sd;
    private final HeadShape heads;
    private final int rows;
    private final SDVariable cos;
    private final SDVariable sin;
    private final SDVariable queryCos;
    private final SDVariable querySin;
    private final SDVariable swap;

    /**
     * @param positions INT32 [R]
     * @param rows R
     * @param maxPosition largest of the positions
     */
    public Rotary(SameDiff sd, ModelConfig model, SDVariable positions, int rows, int maxPosition, DataType type) {
        this.sd = sd;
        this.heads = HeadShape.of(model);
        this.rows = rows;
        int e = heads.width();
        double[][] cosines = new double[maxPosition + 1][e];
        double[][] sines = new double[maxPosition + 1][e];
        for (int r = 0; r <= maxPosition; r++) {
            for (int i = 0; i < e; i++) {
                double angle = r * frequency(model, Math.pow(model.ropeTheta(), -2.0 * (i % (e / 2)) / e));
                cosines[r][i] = Math.cos(angle);
                sines[r][i] = Math.sin(angle);
            }
        }
        INDArray c = Nd4j.createFromArray(cosines);
        INDArray s = Nd4j.createFromArray(sines);
        double scale = 1 / Math.sqrt(e);
        this.cos = rowsOf(c, positions, type);
        this.sin = rowsOf(s, positions, type);
        this.queryCos = rowsOf(c.mul(scale), positions, type);
        this.querySin = rowsOf(s.mul(scale), positions, type);
        this.swap = sd.constant(swapMatrix(e).castTo(type));
    }

    /**
     * Llama 3's stretching of the context: angles that turn seldom within the original context are slowed down by the
     * whole factor, those that turn often are left alone, and between the two it is linear in the number of turns.
     */
    private static double frequency(ModelConfig model, double plain) {
        if (model.ropeScalingFactor() == 1) {
            return plain;
        }
        double low = model.ropeLowFrequencyFactor();
        double turns = model.ropeOriginalPositions() * plain / (2 * Math.PI);
        double left = (turns - low) / (model.ropeHighFrequencyFactor() - low);
        double share = Math.max(0, Math.min(1, left));
        return plain * (share + (1 - share) / model.ropeScalingFactor());
    }

    /** The table's row of each position, [R, 1, E]. */
    private SDVariable rowsOf(INDArray table, SDVariable positions, DataType type) {
        SDVariable picked = new GatherWithGradient(sd, sd.constant(table.castTo(type)), positions).outputVariable();
        return sd.reshape(picked, rows, 1, heads.width());
    }

    private static INDArray swapMatrix(int e) {
        double[][] matrix = new double[e][e];
        for (int i = 0; i < e / 2; i++) {
            matrix[i + e / 2][i] = -1;
            matrix[i][i + e / 2] = 1;
        }
        return Nd4j.createFromArray(matrix);
    }

    @Override
    public SDVariable embed(SDVariable embeddings) {
        return embeddings;
    }

    /** Rotated and divided by √E, [R, H·E]. */
    @Override
    public SDVariable queries(SDVariable x) {
        return rotate(x, queryCos, querySin, heads.queryWidth());
    }

    /** Rotated, [R, KV·E]. */
    @Override
    public SDVariable keys(SDVariable x) {
        return rotate(x, cos, sin, heads.keyWidth());
    }

    private SDVariable rotate(SDVariable x, SDVariable c, SDVariable s, int width) {
        int e = heads.width();
        int n = width / e;
        SDVariable swapped = sd.mmul(sd.reshape(x, (long) rows * n, e), swap);
        SDVariable turned = sd.reshape(x, rows, n, e)
                .mul(c)
                .add(sd.reshape(swapped, rows, n, e).mul(s));
        return sd.reshape(turned, rows, width);
    }
}
