package org.quietstar.safetensors;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Little-endian elements of a safetensors file as arrays of ND4J's types, whole runs at a time. */
final class TensorDecoder {
    private TensorDecoder() {}

    /** Whether elements of {@code from} may be read as {@code to}: fractions are never cut off silently. */
    static boolean canRead(TensorType from, DataType to) {
        return switch (to) {
            case FLOAT, DOUBLE -> true;
            case INT, LONG -> !from.isFloating();
            default -> false;
        };
    }

    /**
     * A new array [n] of the elements between position and limit of {@code bytes}.
     *
     * @throws ArithmeticException if an integer does not fit into {@code to}; the message names it
     */
    static INDArray decode(TensorType from, ByteBuffer bytes, DataType to) {
        int n = bytes.remaining() / from.bytes();
        return switch (to) {
            case FLOAT -> Nd4j.createFromArray(floats(from, bytes, n));
            case DOUBLE -> Nd4j.createFromArray(doubles(from, bytes, n));
            case LONG -> Nd4j.createFromArray(longs(from, bytes, n));
            case INT -> Nd4j.createFromArray(ints(from, bytes, n));
            default -> throw new IllegalArgumentException("cannot decode into " + to);
        };
    }

    private static float[] floats(TensorType from, ByteBuffer bytes, int n) {
        float[] out = new float[n];
        switch (from) {
            case F32 -> bytes.asFloatBuffer().get(out);
            case F64 -> {
                double[] wide = doubles(from, bytes, n);
                for (int i = 0; i < n; i++) {
                    out[i] = (float) wide[i];
                }
            }
            case F16, BF16 -> widen(from, bytes, out);
            default -> {
                long[] whole = longs(from, bytes, n);
                for (int i = 0; i < n; i++) {
                    out[i] = whole[i];
                }
            }
        }
        return out;
    }

    private static double[] doubles(TensorType from, ByteBuffer bytes, int n) {
        double[] out = new double[n];
        if (from == TensorType.F64) {
            bytes.asDoubleBuffer().get(out);
        } else if (from.isFloating()) {
            float[] narrow = floats(from, bytes, n);
            for (int i = 0; i < n; i++) {
                out[i] = narrow[i];
            }
        } else {
            long[] whole = longs(from, bytes, n);
            for (int i = 0; i < n; i++) {
                out[i] = whole[i];
            }
        }
        return out;
    }

    private static long[] longs(TensorType from, ByteBuffer bytes, int n) {
        long[] out = new long[n];
        if (from == TensorType.I64) {
            bytes.asLongBuffer().get(out);
        } else {
            int[] narrow = ints(from, bytes, n);
            for (int i = 0; i < n; i++) {
                out[i] = narrow[i];
            }
        }
        return out;
    }

    private static int[] ints(TensorType from, ByteBuffer bytes, int n) {
        int[] out = new int[n];
        switch (from) {
            case I32 -> bytes.asIntBuffer().get(out);
            case I64 -> {
                LongBuffer wide = bytes.asLongBuffer();
                for (int i = 0; i < n; i++) {
                    out[i] = narrow(wide.get(i));
                }
            }
            case I16 -> {
                ShortBuffer shorts = bytes.asShortBuffer();
                for (int i = 0; i < n; i++) {
                    out[i] = shorts.get(i);
                }
            }
            default -> {
                int start = bytes.position();
                for (int i = 0; i < n; i++) {
                    byte value = bytes.get(start + i);
                    out[i] = switch (from) {
                        case I8 -> value;
                        case U8 -> value & 0xff;
                        default -> value == 0 ? 0 : 1;
                    };
                }
            }
        }
        return out;
    }

    private static int narrow(long value) {
        if (value != (int) value) {
            throw new ArithmeticException("the value " + value + " does not fit into INT32; read it as INT64");
        }
        return (int) value;
    }

    private static void widen(TensorType from, ByteBuffer bytes, float[] out) {
        ShortBuffer halves = bytes.asShortBuffer();
        if (from == TensorType.BF16) {
            for (int i = 0; i < out.length; i++) {
                out[i] = Float.intBitsToFloat(halves.get(i) << 16);
            }
        } else {
            for (int i = 0; i < out.length; i++) {
                out[i] = halfToFloat(halves.get(i));
            }
        }
    }

    /** The value of an IEEE 754 binary16 number; Java has this from version 20 on only. */
    static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >> 10) & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0) {
            // Zero or subnormal: fraction · 2⁻²⁴, exact in a float.
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        // Infinity and NaN keep their fraction bits; other exponents move from bias 15 to bias 127.
        int wideExponent = exponent == 0x1f ? 0xff : exponent + (127 - 15);
        return Float.intBitsToFloat(sign | (wideExponent << 23) | (fraction << 13));
    }
}
