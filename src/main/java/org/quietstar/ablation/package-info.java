/**
 * Grids of runs: a recipe, variants of it and seeds, and the table of what came of them. Reading and counting are here;
 * {@code Ablation} in the root package trains and evaluates.
 *
 * <pre>{@code
 * AblationGrid grid = AblationGrid.read(Path.of("configs/effect/rivals.yaml"));
 * for (AblationGrid.Cell cell : grid.cells()) {
 *     System.out.println(cell.variant().name() + ", seed " + cell.seed() + ": " + cell.sets());
 * }
 * }</pre>
 */
package org.quietstar.ablation;
