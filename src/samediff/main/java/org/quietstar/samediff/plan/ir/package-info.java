/**
 * The intermediate representation of a plan: what the compiler turns a graph into before anything is bound to memory.
 *
 * <p>A {@link org.quietstar.samediff.plan.ir.Value} is what an op reads or writes; a view of another value has a {@link
 * org.quietstar.samediff.plan.ir.StridedLayout} in it. A {@link org.quietstar.samediff.plan.ir.GraphOp} is an op of the graph
 * with its values, a {@link org.quietstar.samediff.plan.ir.KernelNode} one that will be executed. Public for the packages of
 * the compiler alone.
 *
 * <pre>{@code
 * StridedLayout matrix = StridedLayout.dense(2, 3);
 * StridedLayout row = matrix.reshaped(6).orElseThrow();
 * boolean noGaps = matrix.isDense();
 * }</pre>
 */
package org.quietstar.samediff.plan.ir;
