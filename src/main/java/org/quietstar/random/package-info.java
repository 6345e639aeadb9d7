/**
 * Random numbers that a checkpoint can hold: a generator whose whole state is one number, and seeds made of keys.
 *
 * <p>What is drawn at a step depends on the run's seed and the step alone, so that a run that was stopped draws what it
 * would have drawn.
 *
 * <pre>{@code
 * SplitMix random = SplitMix.of(42, 7); // seed 42, step 7
 * double first = random.nextDouble(); // in [0, 1)
 * SplitMix same = new SplitMix(random.state()); // continues where the other stands
 * }</pre>
 */
package org.quietstar.random;
