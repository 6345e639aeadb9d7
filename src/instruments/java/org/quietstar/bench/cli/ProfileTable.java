package org.quietstar.bench.cli;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.quietstar.bench.TrainingStep.OpTime;
import org.quietstar.bench.TrainingStep.PartProfile;

/** Where a step's time goes: by part, and by kind of op over all parts. */
final class ProfileTable {
    private static final String HEAD = "%-32s %10s %7s %7s%n";
    private static final String REST = "between kernels, not listed";

    private final PrintWriter out;

    ProfileTable(PrintWriter out) {
        this.out = out;
    }

    void print(List<PartProfile> parts) {
        double total = parts.stream().mapToDouble(PartProfile::seconds).sum();
        out.printf(Locale.ROOT, HEAD, "part", "ms", "kernels", "share");
        for (PartProfile part : parts) {
            int kernels = part.ops().stream().mapToInt(OpTime::count).sum();
            row(part.name(), part.seconds(), part.ops().isEmpty() ? "-" : kernels + "", total);
        }
        out.println();
        out.printf(Locale.ROOT, HEAD, "op", "ms", "kernels", "share");
        List<OpTime> kinds = byKind(parts);
        kinds.forEach(op -> row(op.kind(), op.seconds(), op.count() + "", total));
        row(REST, total - kinds.stream().mapToDouble(OpTime::seconds).sum(), "-", total);
        out.println();
    }

    private void row(String name, double seconds, String count, double total) {
        out.printf(Locale.ROOT, "%-32s %10.2f %7s %6.1f%%%n", name, seconds * 1e3, count, 100 * seconds / total);
    }

    /** The ops of all parts, slowest kind first. */
    private static List<OpTime> byKind(List<PartProfile> parts) {
        Map<String, OpTime> kinds = new TreeMap<>();
        for (PartProfile part : parts) {
            for (OpTime op : part.ops()) {
                kinds.merge(
                        op.kind(),
                        op,
                        (a, b) -> new OpTime(a.kind(), a.seconds() + b.seconds(), a.count() + b.count()));
            }
        }
        return kinds.values().stream()
                .sorted(Comparator.comparingDouble(OpTime::seconds).reversed())
                .toList();
    }
}
