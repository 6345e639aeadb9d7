/**
 * Execution of a plan: kernels bound to arrays ({@link org.quietstar.samediff.plan.run.OpBinding}, and {@link
 * org.quietstar.samediff.plan.run.BlasMatmul} for products), cut into shards among threads ({@link
 * org.quietstar.samediff.plan.run.Sharding}, {@link org.quietstar.samediff.plan.run.WorkerTeam}) that meet at barriers ({@link
 * org.quietstar.samediff.plan.run.ParallelSchedule}). Public for the packages of the compiler alone.
 *
 * <pre>{@code
 * ParallelSchedule schedule = new ParallelSchedule(NativeThreads.count(), Sharding.LEAST_WORK);
 * schedule.run(); // kernels would be added before
 * int meetings = schedule.barriers();
 * }</pre>
 */
package org.quietstar.samediff.plan.run;
