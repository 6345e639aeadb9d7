package org.quietstar.samediff;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quietstar.samediff.StaticPlan.OpTime;

/** Time and count of executed kernels by kind of op. */
final class Profile {
    private final Map<String, double[]> entries = new TreeMap<>();

    /** Executes a kernel and adds its time. */
    void measure(Kernel kernel) {
        long start = System.nanoTime();
        kernel.execute();
        double[] entry = entries.computeIfAbsent(kernel.kind(), kind -> new double[2]);
        entry[0] += (System.nanoTime() - start) * 1e-9;
        entry[1]++;
    }

    /** What was measured, slowest kind first. */
    List<OpTime> times() {
        List<OpTime> times = new ArrayList<>();
        entries.forEach((kind, entry) -> times.add(new OpTime(kind, entry[0], (int) entry[1])));
        times.sort(Comparator.comparingDouble(OpTime::seconds).reversed());
        return times;
    }
}
