package org.quietstar.cli;

import org.quietstar.runtime.Versions;
import picocli.CommandLine.IVersionProvider;

/** The version that the build gave to the jar, for {@code --version}. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"quietstar " + Versions.current().quietstar()};
    }
}
