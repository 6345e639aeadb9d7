package org.quietstar.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.quietstar.QuietStarException;

/**
 * The folder of all checkpoints of a run, and the names in it that say what a subfolder is. Each step of putting one in
 * place or taking one away is one rename, so that a kill at any moment leaves names that tell how far it came.
 */
final class CheckpointFolder {
    private static final Pattern NAME = Pattern.compile("step-\\d{8}");
    private static final int DIGITS = 8;
    /** Prefix of a checkpoint that is being written; worthless after a kill. */
    private static final String WRITING = ".writing-";
    /** Prefix of a checkpoint that makes way for a new one of the same step; valid until the new one is in place. */
    private static final String REPLACED = ".replaced-";
    /** Prefix of a checkpoint that is being deleted. */
    private static final String DELETING = ".deleting-";

    private final Path folder;

    CheckpointFolder(Path folder) {
        this.folder = folder;
    }

    /** Where the checkpoint of a step lies. */
    Path place(long step) {
        return folder.resolve(String.format(Locale.ROOT, "step-%08d", step));
    }

    /** Where the checkpoint of a step lies while it is being written. */
    Path writing(long step) {
        return folder.resolve(WRITING + place(step).getFileName());
    }

    /** Creates the folder, or undoes what a killed process left half done in it. */
    void clearLeftovers() throws IOException {
        Files.createDirectories(folder);
        Durable.syncFolder(folder.toAbsolutePath().getParent());
        for (Path path : children()) {
            if (startsWith(path, REPLACED) && !Files.exists(original(path))) {
                Durable.rename(path, original(path));
            } else if (startsWith(path, REPLACED) || startsWith(path, WRITING) || startsWith(path, DELETING)) {
                Durable.deleteFolder(path);
            }
        }
    }

    /** Puts a new checkpoint in place. A folder cannot replace one that is not empty, so the old one steps aside. */
    void install(Path writing, Path target) throws IOException {
        Path replaced = folder.resolve(REPLACED + target.getFileName());
        if (Files.exists(target)) {
            Durable.rename(target, replaced);
        }
        Durable.rename(writing, target);
        if (Files.exists(replaced)) {
            Durable.deleteFolder(replaced);
        }
    }

    /** Removes the checkpoints in place that are not among {@code kept}. */
    void removeAllBut(Set<Path> kept) throws IOException {
        for (Path path : children()) {
            if (isInPlace(path) && !kept.contains(path)) {
                Path deleting = folder.resolve(DELETING + path.getFileName());
                Durable.rename(path, deleting);
                Durable.deleteFolder(deleting);
            }
        }
    }

    /** All folders that may be checkpoints, by step: those in place, and those that lack the one to replace them. */
    List<Path> candidates() {
        try {
            return children().stream()
                    .filter(path -> isInPlace(path) || (startsWith(path, REPLACED) && !Files.exists(original(path))))
                    .sorted(Comparator.comparing(CheckpointFolder::digits))
                    .toList();
        } catch (IOException e) {
            throw new QuietStarException(folder + ": cannot be read: " + e, e);
        }
    }

    private List<Path> children() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.sorted().toList();
        }
    }

    private static boolean isInPlace(Path path) {
        return NAME.matcher(path.getFileName().toString()).matches();
    }

    private static boolean startsWith(Path path, String prefix) {
        return path.getFileName().toString().startsWith(prefix);
    }

    private static String digits(Path path) {
        String name = path.getFileName().toString();
        return name.substring(name.length() - DIGITS);
    }

    private Path original(Path replaced) {
        return folder.resolve(replaced.getFileName().toString().substring(REPLACED.length()));
    }
}
