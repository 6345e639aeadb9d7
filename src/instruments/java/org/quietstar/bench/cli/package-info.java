/**
 * The command {@code bench}: what it measures is in {@code org.quietstar.bench}, here is what it prints.
 *
 * <pre>{@code
 * Instrument bench = new BenchCommand(); // the command line finds it by itself
 * CommandLine line = Main.commandLine();
 * int exitCode = line.execute("bench", "train", "--size", "tiny");
 * }</pre>
 */
package org.quietstar.bench.cli;
