package org.quietstar.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.quietstar.QuietStarException;

/**
 * What ND4J needs of its surroundings, looked at before it is loaded: without it ND4J fails in the middle of its own start,
 * with a trace, or takes the process down.
 */
final class Surroundings {
    /** Resident bytes of a process that has loaded ND4J and computes with a small model, with some room. */
    static final long LEAST_PHYSICAL = 256L << 20;

    private static final String PHYSICAL = "org.bytedeco.javacpp.maxphysicalbytes";
    private static final String JNA_FOLDER = "jna.tmpdir";
    private static final String CACHE = "org.bytedeco.javacpp.cachedir";
    private static final Map<Character, Long> UNITS =
            Map.of('k', 1L << 10, 'm', 1L << 20, 'g', 1L << 30, 't', 1L << 40);

    private Surroundings() {}

    /**
     * Throws where ND4J cannot be loaded or would end the process.
     *
     * @throws QuietStarException that names what is missing and what to set
     */
    static void require() {
        requireMemory(System.getProperty(PHYSICAL, ""));
        Path cache = requireFolder(cacheFolders());
        // JNA, which asks OpenBLAS for its core, unpacks a library of its own.
        if (System.getProperty(JNA_FOLDER) == null && !isWritable(Path.of(System.getProperty("java.io.tmpdir")))) {
            System.setProperty(JNA_FOLDER, cache.toString());
        }
    }

    /** @param limit as JavaCPP reads it: bytes, or a number with k, m, g or t; 0 or empty means none */
    static void requireMemory(String limit) {
        long bytes = bytes(limit);
        if (bytes > 0 && bytes < LEAST_PHYSICAL) {
            throw new QuietStarException("QUIETSTAR_PHYSICAL=" + limit + " (" + PHYSICAL
                    + ") is too little memory: at least " + (LEAST_PHYSICAL >> 20)
                    + "m are needed before any model is loaded; raise it, or unset it");
        }
    }

    private static long bytes(String text) {
        String size = text.strip().toLowerCase(Locale.ROOT);
        String digits = size.replaceFirst("[a-z]+$", "");
        if (!digits.matches("[0-9]{1,15}")) {
            return 0; // JavaCPP's to refuse
        }
        long unit = digits.length() == size.length() ? 1 : UNITS.getOrDefault(size.charAt(digits.length()), 1L);
        return Long.parseLong(digits) * unit;
    }

    /** Where JavaCPP unpacks native libraries, in its order. */
    private static List<Path> cacheFolders() {
        List<Path> folders = new ArrayList<>();
        String set = System.getProperty(CACHE, "");
        if (!set.isEmpty()) {
            folders.add(Path.of(set));
        }
        folders.add(Path.of(System.getProperty("user.home"), ".javacpp", "cache"));
        folders.add(
                Path.of(System.getProperty("java.io.tmpdir"), ".javacpp-" + System.getProperty("user.name"), "cache"));
        return folders;
    }

    /** The first folder that can be written to; throws where none can. */
    static Path requireFolder(List<Path> folders) {
        List<Path> tried = new ArrayList<>();
        for (Path folder : folders) {
            if (isWritable(folder)) {
                return folder;
            }
            tried.add(folder);
        }
        throw new QuietStarException("ND4J's libraries cannot be unpacked: none of " + tried
                + " can be written to; set QUIETSTAR_CACHE (" + CACHE
                + " for a JVM of your own) to a folder that can, with 500 MB of room");
    }

    private static boolean isWritable(Path folder) {
        try {
            Files.createDirectories(folder);
            return Files.isWritable(folder);
        } catch (IOException | SecurityException e) {
            return false;
        }
    }
}
