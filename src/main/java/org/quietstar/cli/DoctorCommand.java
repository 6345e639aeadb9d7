package org.quietstar.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.Diagnosis;
import org.quietstar.runtime.MemoryLimits;
import org.quietstar.runtime.RuntimeReport;
import org.quietstar.runtime.Speed;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what is in force, measures it, and warns of what is slow. */
@Command(
        name = "doctor",
        description = "Shows what the program runs on, measures it, and says how to fix what is slow.",
        mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print one JSON object, for programs.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        RuntimeReport report = RuntimeReport.gather();
        List<Diagnosis.Finding> findings = Diagnosis.of(report);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            printJson(out, report, findings);
        } else {
            printText(out, report, findings);
        }
        out.flush();
        return 0;
    }

    private static void printJson(PrintWriter out, RuntimeReport report, List<Diagnosis.Finding> findings)
            throws JsonProcessingException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("report", report);
        all.put("warnings", findings);
        out.println(
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(all));
    }

    private static void printText(PrintWriter out, RuntimeReport report, List<Diagnosis.Finding> findings) {
        row(out, "Quiet-STaR", report.versions().quietstar());
        row(out, "ND4J", report.versions().nd4j() + ", " + report.backend());
        row(out, "Java", report.versions().java());
        row(out, "System", report.versions().os());
        row(
                out,
                "Processor",
                report.processor().model() + ", " + report.processor().threads() + " threads for us");
        printDevices(out, report.device());
        row(out, "Vector flags", String.join(" ", report.processor().vectorFlags()));
        row(out, "BLAS", report.blas().label());
        if (!report.blas().config().isEmpty()) {
            row(out, "", report.blas().config());
        }
        row(out, "Threads", report.blas().threads() + " BLAS, " + report.openMpThreads() + " OpenMP");
        for (Speed.Product product : report.speed().products()) {
            row(out, "sgemm", String.format(Locale.ROOT, "%4.0f GFLOP/s  %s", product.gflops(), product.shape()));
        }
        row(
                out,
                "Memory copy",
                String.format(Locale.ROOT, "%4.1f GB/s", report.speed().copyGigabytesPerSecond()));
        row(out, "Memory limits", text(report.memory()));
        report.environment().forEach((name, value) -> row(out, name, value));
        if (findings.isEmpty()) {
            row(out, "Verdict", "nothing is slow");
        }
        for (Diagnosis.Finding finding : findings) {
            out.println();
            out.println("WARNING: " + finding.problem());
            out.println("Fix:     " + finding.fix());
        }
    }

    private static String text(MemoryLimits memory) {
        return String.format(
                Locale.ROOT,
                "heap %.1f GiB, off-heap %.1f GiB, resident %.1f GiB, of %.1f GiB for this process",
                MemoryLimits.gib(memory.heapBytes()),
                MemoryLimits.gib(memory.offHeapBytes()),
                MemoryLimits.gib(memory.physicalBytes()),
                MemoryLimits.gib(memory.machineBytes()));
    }

    private static void printDevices(PrintWriter out, Backend backend) {
        if (!backend.isCuda()) {
            row(out, "CUDA", "not used: " + backend.whyCpu());
            return;
        }
        row(out, "CUDA", backend.label());
        backend.devices().stream().skip(1).forEach(device -> row(out, "", "not used: " + device));
    }

    private static void row(PrintWriter out, String name, String value) {
        out.println(String.format(Locale.ROOT, "%-24s%s", name, value));
    }
}
