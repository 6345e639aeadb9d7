package org.quietstar.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.quietstar.QuietStar;
import org.quietstar.config.ConfigReference;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quietstar config FILE}: checks a recipe and prints it with all defaults filled in. */
@Command(
        name = "config",
        description = "Checks a recipe and prints it resolved: every key, defaults and --set included. The output is a "
                + "recipe again.",
        mixinStandardHelpOptions = true)
final class ConfigCommand implements Runnable {
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "A recipe, for example configs/tiny.yaml.")
    private Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets a key for the run and all its stages (train.steps=50) or for one stage "
                    + "(stages.NAME.train.steps=50). May be repeated.")
    private List<String> sets = new ArrayList<>();

    /** Puts the reference of all keys below the usage help. */
    @Spec
    void spec(CommandSpec commandSpec) {
        spec = commandSpec;
        String reference = ConfigReference.text().replace("%", "%%").replace("@|", "@ |");
        spec.usageMessage().width(100).footerHeading("%nKeys%n%n").footer(reference.split("\n", -1));
    }

    @Override
    public void run() {
        RunConfig config = QuietStar.config(file, sets);
        var out = spec.commandLine().getOut();
        out.print(Recipes.toYaml(config));
        out.flush();
    }
}
