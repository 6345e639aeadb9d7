package org.quietstar.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import org.quietstar.runtime.MemoryLimits;
import org.quietstar.runtime.MemoryNeed;
import org.quietstar.train.MemoryPlan;

/** Prints a {@link MemoryPlan}. */
final class MemoryTable {
    private MemoryTable() {}

    /** What each stage takes, what there is, and what would make it smaller. */
    static void print(PrintWriter out, MemoryPlan plan, MemoryLimits limits) {
        for (MemoryPlan.Stage stage : plan.stages()) {
            out.println(String.format(Locale.ROOT, "stage %s, %,d numbers trained", stage.name(), stage.trained()));
            for (Map.Entry<String, Long> part : stage.parts().entrySet()) {
                if (part.getValue() > 0) {
                    row(out, part.getKey(), part.getValue());
                }
            }
            row(out, "total", stage.total());
        }
        out.println("this process may take");
        row(out, plan.total() <= limits.available() ? "it fits" : "it does not fit", limits.available());
        if (!plan.savings().isEmpty()) {
            out.println("total with");
            plan.savings().forEach(saving -> row(out, saving.arguments(), saving.total()));
        }
        out.flush();
    }

    private static void row(PrintWriter out, String what, long bytes) {
        out.println(String.format(Locale.ROOT, "  %12s  %s", MemoryNeed.text(bytes), what));
    }

    /** One line that names each stage's total. */
    static String line(MemoryPlan plan, MemoryLimits limits) {
        var text = new StringBuilder("memory:");
        for (MemoryPlan.Stage stage : plan.stages()) {
            text.append(String.format(
                    Locale.ROOT,
                    " %s about %s (weights %s, gradients %s, optimiser %s, activations %s, buffers %s);",
                    stage.name(),
                    MemoryNeed.text(stage.total()),
                    MemoryNeed.text(stage.weights()),
                    MemoryNeed.text(stage.gradients()),
                    MemoryNeed.text(stage.optimizer()),
                    MemoryNeed.text(stage.activations()),
                    MemoryNeed.text(stage.buffers())));
        }
        return text + " there are " + MemoryNeed.text(limits.available());
    }
}
