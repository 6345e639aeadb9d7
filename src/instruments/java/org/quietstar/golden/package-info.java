/**
 * The program's own graphs, in double precision, held against numbers that an independent program recorded: losses,
 * activations and gradients of a whole step. {@code docs/algorithm.md} says what is compared; the command is {@code
 * check-golden}.
 *
 * <pre>{@code
 * List<GoldenCheck.Row> rows = GoldenCheck.run(Path.of("src/test/resources/recorded/golden/defaults"));
 * double worst = rows.stream().mapToDouble(GoldenCheck.Row::error).max().orElseThrow(); // relative
 * System.out.println(rows.size() + " comparisons, at most " + worst + " off");
 * }</pre>
 */
package org.quietstar.golden;
