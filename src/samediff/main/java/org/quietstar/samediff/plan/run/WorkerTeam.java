package org.quietstar.samediff.plan.run;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that go through the phases of a job together, the caller's own thread among them: nobody begins a phase before
 * all have ended the one before. Phases take microseconds, so those who wait look again and again for a while before they
 * sleep; threads of ND4J and BLAS, which are woken for each of thousands of kernels, lose more time by it than small
 * kernels take.
 */
public final class WorkerTeam {
    /** What each member does in each phase. */
    interface Job {
        void run(int phase, int member);
    }

    private static final Map<Integer, Queue<WorkerTeam>> FREE = new ConcurrentHashMap<>();
    private static final int SPINS = 10_000;
    private static final int YIELDS = 100;

    private final int size;
    private final Thread[] threads;
    private final AtomicIntegerArray asleep;
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private Job job = (phase, member) -> {};
    private int phases;
    private volatile int turn;

    private WorkerTeam(int size) {
        this.size = size;
        this.asleep = new AtomicIntegerArray(size);
        this.threads = new Thread[size];
        for (int i = 1; i < size; i++) {
            int member = i;
            threads[i] = new Thread(() -> serve(member), "static plan " + member);
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    /**
     * Does a job with {@code size} threads.
     *
     * @throws RuntimeException what the first member to fail threw, once all have stopped
     */
    static void run(int size, int phases, Job job) {
        Queue<WorkerTeam> free = FREE.computeIfAbsent(size, n -> new ConcurrentLinkedQueue<>());
        WorkerTeam idle = free.poll();
        WorkerTeam crew = idle == null ? new WorkerTeam(size) : idle;
        crew.lead(phases, job);
        free.add(crew);
        Throwable thrown = crew.failure.getAndSet(null);
        if (thrown instanceof Error error) {
            throw error;
        } else if (thrown != null) {
            throw (RuntimeException) thrown;
        }
    }

    private void lead(int count, Job work) {
        threads[0] = Thread.currentThread();
        job = work;
        phases = count;
        meet(0);
        goThrough(0);
        threads[0] = null;
        job = (phase, member) -> {};
    }

    private void serve(int member) {
        while (true) {
            meet(member);
            goThrough(member);
        }
    }

    /** After a failure nobody works any more, but all still meet, so that none waits for one who has left. */
    private void goThrough(int member) {
        Job work = job;
        int count = phases;
        for (int phase = 0; phase < count; phase++) {
            try {
                if (failure.get() == null) {
                    work.run(phase, member);
                }
            } catch (RuntimeException | Error thrown) {
                failure.compareAndSet(null, thrown);
            }
            meet(member);
        }
    }

    /** Waits until all members have come here. */
    private void meet(int member) {
        int now = turn;
        if (arrived.incrementAndGet() < size) {
            await(now, member);
            return;
        }
        arrived.set(0);
        turn = now + 1;
        for (int i = 0; i < size; i++) {
            if (asleep.get(i) == 1) {
                LockSupport.unpark(threads[i]);
            }
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // a neighbour may need the core for what this thread waits for
    private void await(int now, int member) {
        for (int i = 0; i < SPINS + YIELDS; i++) {
            if (turn != now) {
                return;
            }
            if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
        asleep.set(member, 1);
        while (turn == now) {
            LockSupport.park(this);
        }
        asleep.set(member, 0);
    }
}
