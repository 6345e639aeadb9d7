/**
 * Optimisations of a plan, one a file, each with a line that says what it does ({@link
 * org.quietstar.samediff.plan.pass.Pass#summary}). An {@link org.quietstar.samediff.plan.pass.OpRewrite} sees one op at a
 * time while shapes are inferred, a {@link org.quietstar.samediff.plan.pass.GraphPass} all kernels together. Their order is
 * {@link org.quietstar.samediff.plan.pass.PassPipeline}. More than 20 files, for each pass is one. Public for the packages
 * of the compiler alone.
 *
 * <pre>{@code
 * for (Pass pass : PassPipeline.ALL) {
 *     System.out.println(pass.name() + ": " + pass.summary());
 * }
 * }</pre>
 */
package org.quietstar.samediff.plan.pass;
