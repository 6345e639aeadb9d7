package org.quietstar.bench.cli;

import org.quietstar.cli.Instrument;
import picocli.CommandLine.Command;

/** {@code quietstar bench}: the measurements, one subcommand each. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Measures a training step with random weights: sampling, all losses, all gradients, no optimiser; or"
                        + " generation.",
        subcommands = {
            BenchTrainCommand.class,
            BenchMemoryCommand.class,
            BenchScalingCommand.class,
            BenchGenerateCommand.class
        })
public final class BenchCommand implements Instrument {}
