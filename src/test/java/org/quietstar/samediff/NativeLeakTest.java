package org.quietstar.samediff;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.runtime.NativeHeap;

/** Ops of M2.1 that lose native memory, which {@code samediff} therefore avoids. */
class NativeLeakTest {
    /** GatherWithGradient: why it is not the sum of segments. */
    @Test
    @Tag("m2.1")
    void unsortedSegmentSumLosesMemoryWhereScatterAddDoesNot() {
        int rows = 5000;
        INDArray ids = Nd4j.zeros(DataType.INT32, 10_000);
        for (int i = 0; i < ids.length(); i++) {
            ids.putScalar(i, i % rows);
        }
        INDArray gradient = Nd4j.ones(DataType.FLOAT, ids.length(), 8);
        INDArray table = Nd4j.zeros(DataType.FLOAT, rows, 8);
        INDArray sum = Nd4j.zeros(DataType.FLOAT, rows, 8);
        CustomOp segments = DynamicCustomOp.builder("unsorted_segment_sum")
                .addInputs(gradient, ids)
                .addOutputs(sum)
                .addIntegerArguments(rows)
                .build();
        CustomOp scatter = DynamicCustomOp.builder("scatter_add")
                .addInputs(table, ids, gradient)
                .addOutputs(sum)
                .addBooleanArguments(true)
                .build();
        assertThat(bytesLostIn(segments, 20)).isGreaterThan(10_000_000);
        assertThat(bytesLostIn(scatter, 20)).isLessThan(3_000_000);
        assertThat(sum).isEqualTo(Nd4j.valueArrayOf(new long[] {rows, 8}, 2f, DataType.FLOAT));
    }

    private static long bytesLostIn(CustomOp op, int calls) {
        Nd4j.exec(op);
        long before = NativeHeap.usedBytes();
        for (int i = 0; i < calls; i++) {
            Nd4j.exec(op);
        }
        return NativeHeap.usedBytes() - before;
    }
}
