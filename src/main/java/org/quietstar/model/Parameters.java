package org.quietstar.model;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Named trainable arrays. Graphs that are built on the same parameters share the arrays, which are therefore only ever
 * changed in place.
 */
public final class Parameters implements AutoCloseable {
    private final Map<String, INDArray> arrays = new LinkedHashMap<>();

    /**
     * Takes the arrays as they are, so that a later change in place is seen by everyone who holds them; but a view of
     * another array is copied, since a SameDiff variable would silently hold a copy of its own.
     */
    public Parameters(Map<String, INDArray> arrays) {
        arrays.forEach((name, array) -> this.arrays.put(name, array.isView() ? array.dup('c') : array));
    }

    /** The array of that name. Throws IllegalArgumentException where there is none. */
    public INDArray get(String name) {
        INDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("There is no parameter '" + name + "'; there are " + arrays.keySet());
        }
        return array;
    }

    public boolean contains(String name) {
        return arrays.containsKey(name);
    }

    /** All parameters in a fixed order. */
    public Map<String, INDArray> asMap() {
        return Collections.unmodifiableMap(arrays);
    }

    /** The numbers' type, the same for all. */
    public DataType dataType() {
        return arrays.values().iterator().next().dataType();
    }

    /** How many numbers there are. */
    public long count() {
        return arrays.values().stream().mapToLong(INDArray::length).sum();
    }

    /** These and the others, sharing the arrays. */
    public Parameters and(Parameters others) {
        Map<String, INDArray> all = new LinkedHashMap<>(arrays);
        all.putAll(others.arrays);
        return new Parameters(all);
    }

    /** Those of the given names that there are, sharing the arrays, in this order. */
    public Parameters only(Set<String> names) {
        Map<String, INDArray> some = new LinkedHashMap<>(arrays);
        some.keySet().retainAll(names);
        return new Parameters(some);
    }

    /**
     * An array of normally distributed numbers, the same for the same seed and name on every machine.
     *
     * @param seed seed of the whole model
     * @param name mixed into the seed, so that no two parameters are alike
     */
    public static INDArray normal(DataType type, long seed, String name, double standardDeviation, long... shape) {
        var random = new Random(seed * 0x9E3779B97F4A7C15L + name.hashCode());
        double[] numbers =
                new double[Math.toIntExact(java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextGaussian() * standardDeviation;
        }
        try (INDArray exact = Nd4j.createFromArray(numbers)) {
            return exact.reshape(shape).castTo(type).dup('c').detach();
        }
    }

    /** Frees the arrays that are not the others' as well. */
    public void closeAllBut(Parameters others) {
        Set<INDArray> shared = Collections.newSetFromMap(new IdentityHashMap<>());
        shared.addAll(others.arrays.values());
        arrays.values().stream().filter(array -> !shared.contains(array)).forEach(INDArray::close);
    }

    @Override
    public void close() {
        arrays.values().forEach(INDArray::close);
    }
}
