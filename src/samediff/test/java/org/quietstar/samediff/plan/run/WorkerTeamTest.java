package org.quietstar.samediff.plan.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerTeamTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void nobodyBeginsAPhaseBeforeAllHaveEndedTheOneBefore(int size) {
        int phases = 500;
        int[][] done = new int[phases][size];
        var early = new AtomicIntegerArray(1);
        WorkerTeam.run(size, phases, (phase, member) -> {
            if (phase > 0) {
                for (int each : done[phase - 1]) {
                    if (each != phase) {
                        early.incrementAndGet(0);
                    }
                }
            }
            done[phase][member] = phase + 1;
        });
        assertThat(early.get(0)).isZero();
        assertThat(done[phases - 1]).containsOnly(phases);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void whatAMemberThrowsIsThrownToTheCallerAndEndsTheWork(int failing) {
        var begun = new AtomicIntegerArray(3);
        assertThatThrownBy(() -> WorkerTeam.run(3, 4, (phase, member) -> {
                    begun.incrementAndGet(member);
                    if (phase == 1 && member == failing) {
                        throw new IllegalArgumentException("member " + member);
                    }
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("member " + failing);
        for (int member = 0; member < 3; member++) {
            assertThat(begun.get(member)).isLessThanOrEqualTo(2);
        }
        var after = new AtomicIntegerArray(3);
        WorkerTeam.run(3, 4, (phase, member) -> after.incrementAndGet(member));
        assertThat(new int[] {after.get(0), after.get(1), after.get(2)}).containsOnly(4);
    }

    @Test
    void twoCallersHaveCrewsOfTheirOwn() throws InterruptedException {
        var counts = new AtomicIntegerArray(2);
        Thread[] callers = new Thread[2];
        for (int c = 0; c < 2; c++) {
            int caller = c;
            callers[c] = new Thread(() -> {
                for (int i = 0; i < 50; i++) {
                    WorkerTeam.run(2, 10, (phase, member) -> counts.incrementAndGet(caller));
                }
            });
            callers[c].start();
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(counts.get(0)).isEqualTo(1000);
        assertThat(counts.get(1)).isEqualTo(1000);
    }
}
