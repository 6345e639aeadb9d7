/**
 * The command line, one class per command, gathered in {@link org.quietstar.cli.Main}. Nothing else prints or exits.
 * Exit codes: 0 done, 1 a check failed or the program is at fault, 2 something that the user can fix. More than 20 files,
 * because each command is one, and each thing that several of them print.
 *
 * <pre>{@code
 * CommandLine program = Main.commandLine();
 * program.setOut(new PrintWriter(new StringWriter()));
 * int exitCode = program.execute("plan", "configs/tiny.yaml", "--set", "thought.thoughtTokens=12");
 * boolean fixed = exitCode != Main.EXIT_USER_ERROR;
 * }</pre>
 */
package org.quietstar.cli;
