package org.quietstar.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.quietstar.QuietStar;
import org.quietstar.config.RunConfig;
import org.quietstar.runtime.Backend;
import org.quietstar.runtime.MemoryLimits;
import org.quietstar.train.MemoryPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quietstar plan RECIPE}: the memory that a run will take. */
@Command(
        name = "plan",
        description = "Says how much memory a recipe's stages will take, and for what, without allocating it; and what "
                + "would make it less.",
        mixinStandardHelpOptions = true)
final class PlanCommand implements Runnable {
    @Parameters(index = "0", paramLabel = "RECIPE", description = "A recipe, for example configs/tiny.yaml.")
    private Path file;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Overrides a key: --set train.lora.rank=8")
    private List<String> sets = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        RunConfig config = QuietStar.config(file, sets);
        MemoryLimits limits =
                MemoryLimits.current(Backend.require(config.backend().word()));
        MemoryTable.print(spec.commandLine().getOut(), MemoryPlan.of(config), limits);
    }
}
