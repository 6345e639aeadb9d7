package org.quietstar.cli;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import org.quietstar.QuietStarException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: one class per command, each listed here; the measuring instruments add theirs ({@link Instrument}). */
@Command(
        name = "quietstar",
        description = "Teaches a language model to think before it speaks (Quiet-STaR, arXiv 2403.09629).",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TrainCommand.class,
            EvaluateCommand.class,
            AblateCommand.class,
            ExportCommand.class,
            GenerateCommand.class,
            ConfigCommand.class,
            PlanCommand.class,
            DatasetCommand.class,
            DoctorCommand.class
        })
public final class Main {
    /** Exit code for input that the user can fix. */
    public static final int EXIT_USER_ERROR = 2;

    private Main() {}

    public static void main(String[] args) {
        // Text is UTF-8 whatever the terminal's locale says: a model may write any character.
        var out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
        var err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
        System.exit(run(commandLine().setOut(out).setErr(err), args));
    }

    /** Executes a command line; memory that runs out is the user's to know of, not a trace. */
    static int run(CommandLine commandLine, String... args) {
        try {
            UserErrors.requireReadable(args);
            return commandLine.execute(args);
        } catch (QuietStarException failure) {
            return UserErrors.tellOrThrow(failure, commandLine.getErr());
        } catch (OutOfMemoryError | LinkageError failure) {
            return UserErrors.tellOrThrow(failure, commandLine.getErr());
        }
    }

    /** The configured parser, as the tests call it. */
    public static CommandLine commandLine() {
        var commandLine = new CommandLine(new Main());
        ServiceLoader.load(Instrument.class, Main.class.getClassLoader()).forEach(commandLine::addSubcommand);
        commandLine.setExecutionExceptionHandler(
                (exception, command, result) -> UserErrors.tellOrThrow(exception, command.getErr()));
        return commandLine;
    }
}
