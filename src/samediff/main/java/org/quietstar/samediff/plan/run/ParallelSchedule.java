package org.quietstar.samediff.plan.run;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.samediff.plan.ir.KernelNode;

/**
 * A plan's kernels as several threads execute them. Each step is cut into as many parts as there are threads, where it can
 * be, and thread t takes part t of every step; what cannot be cut is the first thread's. Threads wait for each other only
 * where one touches what another has written, or writes what another has read, since they last met: rows of a decoder go
 * through most of a layer without.
 */
public final class ParallelSchedule {
    /** A step's arrays, whole or a share of them. */
    private record Part(List<INDArray> inputs, List<INDArray> outputs) {
        Kernel kernel(KernelNode step) {
            if (BlasMatmul.fits(step)) {
                return BlasMatmul.of(step, inputs, outputs.get(0));
            }
            if (WideSum.fits(step) && WideSum.fits(inputs.get(0))) {
                return WideSum.of(inputs.get(0), outputs.get(0));
            }
            var binding = new OpBinding(step.op(), inputs);
            binding.setOutputs(outputs);
            return binding;
        }
    }

    /** What a member does between two barriers, and the memory that it touches. */
    private static final class Segment {
        final List<Kernel> kernels = new ArrayList<>();
        final List<MemoryRange> read = new ArrayList<>();
        final List<MemoryRange> written = new ArrayList<>();

        boolean conflictsWith(List<MemoryRange> reads, List<MemoryRange> writes) {
            return overlap(written, reads) || overlap(written, writes) || overlap(read, writes);
        }

        /** What was touched in a phase that has ended matters no more. */
        void forgetMemory() {
            read.clear();
            written.clear();
        }

        private static boolean overlap(List<MemoryRange> some, List<MemoryRange> others) {
            return some.stream().anyMatch(one -> others.stream().anyMatch(one::overlaps));
        }
    }

    private final int members;
    private final long leastWork;
    /** No step was cut so far; ND4J's own threads may take part in what the first thread executes. */
    private boolean forOne = true;

    private final List<List<Segment>> phases = new ArrayList<>();

    /**
     * @param members threads, from 1
     * @param leastWork operations from which on a step is cut
     */
    public ParallelSchedule(int members, long leastWork) {
        this.members = members;
        this.leastWork = leastWork;
        begin();
    }

    private void begin() {
        if (!phases.isEmpty()) {
            phases.get(phases.size() - 1).forEach(Segment::forgetMemory);
        }
        phases.add(IntStream.range(0, members).mapToObj(m -> new Segment()).toList());
    }

    /** Adds a step whose arrays are these. */
    public void add(KernelNode step, List<INDArray> inputs, List<INDArray> outputs) {
        List<Part> parts = Sharding.of(step, members, leastWork)
                .map(cut -> parts(cut, inputs, outputs.get(0)))
                .orElse(List.of(new Part(inputs, outputs)));
        if (IntStream.range(0, parts.size()).anyMatch(m -> conflicts(m, parts.get(m)))) {
            begin();
        }
        forOne = forOne && parts.size() == 1;
        for (int m = 0; m < parts.size(); m++) {
            Segment segment = phases.get(phases.size() - 1).get(m);
            segment.kernels.add(parts.get(m).kernel(step));
            if (members > 1) {
                segment.read.addAll(ranges(parts.get(m).inputs));
                segment.written.addAll(ranges(parts.get(m).outputs));
            }
        }
    }

    private List<Part> parts(Sharding cut, List<INDArray> inputs, INDArray output) {
        return IntStream.range(0, members)
                .mapToObj(
                        m -> new Part(cut.inputs(inputs, output, m, members), List.of(cut.output(output, m, members))))
                .toList();
    }

    private boolean conflicts(int member, Part part) {
        if (members == 1) {
            return false; // nor has an array on a device an address here
        }
        List<MemoryRange> reads = ranges(part.inputs);
        List<MemoryRange> writes = ranges(part.outputs);
        List<Segment> phase = phases.get(phases.size() - 1);
        return IntStream.range(0, members)
                .anyMatch(m -> m != member && phase.get(m).conflictsWith(reads, writes));
    }

    private static List<MemoryRange> ranges(List<INDArray> arrays) {
        return arrays.stream().map(MemoryRange::of).toList();
    }

    /** How often the threads meet in a run. */
    public int barriers() {
        return forOne ? 0 : phases.size();
    }

    /** Executes all steps. */
    public void run() {
        execute((phase, member) -> {
            for (Kernel kernel : phases.get(phase).get(member).kernels) {
                kernel.execute();
            }
        });
    }

    /** Executes all steps, with the first thread's kernels measured, and how long it waited for the others. */
    public void run(Profile profile) {
        long start = System.nanoTime();
        double before = profile.seconds();
        execute((phase, member) -> {
            for (Kernel kernel : phases.get(phase).get(member).kernels) {
                if (member == 0) {
                    profile.measure(kernel);
                } else {
                    kernel.execute();
                }
            }
        });
        if (!forOne) {
            profile.add(Profile.WAITING, (System.nanoTime() - start) * 1e-9 - (profile.seconds() - before), barriers());
        }
    }

    private void execute(WorkerTeam.Job job) {
        if (forOne) {
            for (int phase = 0; phase < phases.size(); phase++) {
                job.run(phase, 0);
            }
            return;
        }
        NativeThreads.limit();
        try {
            WorkerTeam.run(members, phases.size(), job);
        } finally {
            NativeThreads.restore();
        }
    }
}
