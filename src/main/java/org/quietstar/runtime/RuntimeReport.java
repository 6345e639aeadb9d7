package org.quietstar.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.factory.Environment;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What this process runs on and how fast that is.
 *
 * @param versions what is running
 * @param backend class name of ND4J's backend
 * @param device what it executes on
 * @param processor the processor
 * @param blas the matrix library
 * @param openMpThreads threads of ND4J's own operations
 * @param memory limits
 * @param speed measured
 * @param environment the environment variables that the native settings are about, as this process has them
 * @param recommended what they should be
 * @param debugging ND4J's debugging aids that are switched on; empty is fast
 */
public record RuntimeReport(
        Versions versions,
        String backend,
        Backend device,
        Processor processor,
        BlasInfo blas,
        int openMpThreads,
        MemoryLimits memory,
        Speed speed,
        Map<String, String> environment,
        Map<String, String> recommended,
        List<String> debugging) {

    public RuntimeReport {
        environment = Collections.unmodifiableMap(new TreeMap<>(environment));
        recommended = Collections.unmodifiableMap(new TreeMap<>(recommended));
        debugging = List.copyOf(debugging);
    }

    /**
     * Gathers the facts of this process; loads ND4J's backend and measures for about a second.
     *
     * @throws org.quietstar.QuietStarException where the backend cannot run on the device that is there
     */
    public static RuntimeReport gather() {
        Backend device = Backend.require("auto");
        BlasInfo blas = BlasInfo.inForce();
        Map<String, String> recommended = NativeSettings.recommended();
        Map<String, String> environment = new TreeMap<>(System.getenv());
        environment.keySet().retainAll(recommended.keySet());
        return new RuntimeReport(
                Versions.current(),
                Nd4j.getBackend().getClass().getSimpleName(),
                device,
                Processor.current(),
                blas,
                Nd4j.getEnvironment().maxThreads(),
                MemoryLimits.current(device),
                Speed.measure(),
                environment,
                recommended,
                debuggingAids());
    }

    private static List<String> debuggingAids() {
        Environment nd4j = Nd4j.getEnvironment();
        List<String> aids = new ArrayList<>();
        if (nd4j.isDebug()) {
            aids.add("debug");
        }
        if (nd4j.isVerbose()) {
            aids.add("verbose");
        }
        if (nd4j.isProfiling()) {
            aids.add("profiling");
        }
        if (nd4j.isDetectingLeaks()) {
            aids.add("leak detection");
        }
        return aids;
    }
}
