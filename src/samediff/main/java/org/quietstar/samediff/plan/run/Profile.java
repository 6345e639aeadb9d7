package org.quietstar.samediff.plan.run;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.factory.Nd4j;

/** Time and count of executed kernels by kind of op. */
public final class Profile {
    /**
     * Time of one kind of op.
     *
     * @param kind ND4J's name of the op
     * @param count how often it was executed
     */
    public record Time(String kind, double seconds, int count) {}

    /** Not an op: the first thread has nothing to do until others have come as far. */
    static final String WAITING = "waiting for threads";

    private final Map<String, double[]> entries = new TreeMap<>();

    /** Executes a kernel and adds its time. */
    void measure(Kernel kernel) {
        long start = System.nanoTime();
        kernel.execute();
        Nd4j.getExecutioner().commit(); // on a device it has only begun
        add(kernel.kind(), (System.nanoTime() - start) * 1e-9, 1);
    }

    void add(String kind, double seconds, int count) {
        double[] entry = entries.computeIfAbsent(kind, k -> new double[2]);
        entry[0] += seconds;
        entry[1] += count;
    }

    /** Sum over all kinds. */
    double seconds() {
        return entries.values().stream().mapToDouble(entry -> entry[0]).sum();
    }

    /** What was measured, slowest kind first. */
    public List<Time> times() {
        List<Time> times = new ArrayList<>();
        entries.forEach((kind, entry) -> times.add(new Time(kind, entry[0], (int) entry[1])));
        times.sort(Comparator.comparingDouble(Time::seconds).reversed());
        return times;
    }
}
