package org.quietstar.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig.TextFormat;
import org.quietstar.text.PlainText;

/**
 * Finds the files that the configuration names: files, folders (with all folders in them) and globs such as
 * {@code corpus/**}{@code /*.jsonl.gz}.
 */
public final class TextSources {
    private static final String KNOWN = ".txt, .text, .jsonl or .ndjson, each also with .gz or .zst, or .parquet";

    private TextSources() {}

    /**
     * The files behind {@code patterns}, sorted by path, each once.
     *
     * @param key the configuration key that the patterns come from, for messages
     * @param patterns files, folders, globs
     * @param format auto goes by the file name
     * @throws QuietStarException for a pattern that matches no file, and for a file of unknown format
     */
    public static List<TextFile> resolve(String key, List<String> patterns, TextFormat format) {
        var files = new TreeMap<Path, TextFile>();
        for (String pattern : patterns) {
            int before = files.size();
            List<Path> found = find(key, pattern);
            boolean named = existsLiterally(pattern) && found.equals(List.of(Path.of(pattern)));
            for (Path path : found) {
                // A folder may hold a README; a file that was named must be one we can read.
                if (named
                        || format != TextFormat.AUTO
                        || TextFile.formatOf(path).isPresent()) {
                    files.put(path.toAbsolutePath().normalize(), textFile(key, path, format));
                }
            }
            if (files.size() == before && found.stream().noneMatch(path -> isKnown(files, path))) {
                throw new QuietStarException(key + ": \"" + pattern + "\" matches no file that ends in " + KNOWN
                        + (found.isEmpty() ? "" : ", but " + found.size() + " others, such as " + found.get(0))
                        + ". Paths are relative to " + Path.of("").toAbsolutePath()
                        + "; data.format: text, jsonl or parquet takes files of any name");
            }
        }
        return List.copyOf(files.values());
    }

    private static boolean isKnown(Map<Path, TextFile> files, Path path) {
        return files.containsKey(path.toAbsolutePath().normalize());
    }

    private static TextFile textFile(String key, Path path, TextFormat format) {
        try {
            long size = Files.size(path);
            var file = new TextFile(path, TextFile.Format.TEXT, Compression.of(path), size);
            // What the file is comes first: of a Parquet file its name says less.
            byte[] start = file.start();
            if (TextFile.isParquet(start)) {
                return parquet(key, file, format);
            }
            PlainText.obstacle(start).ifPresent(what -> {
                throw new QuietStarException(path + ": " + what + " (" + key + ")");
            });
            return new TextFile(path, format(key, path, format), Compression.of(path), size);
        } catch (IOException exception) {
            throw new QuietStarException(key + ": " + path + " cannot be read (" + exception + ")", exception);
        }
    }

    private static TextFile parquet(String key, TextFile file, TextFormat format) {
        if (file.compression() != Compression.NONE) {
            throw new QuietStarException(file.path() + ": is a Parquet file that was compressed as a whole; unpack it ("
                    + key + "): its columns are compressed already");
        }
        if (format != TextFormat.AUTO && format != TextFormat.PARQUET) {
            throw new QuietStarException(file.path() + ": is a Parquet file (" + key + "); data.format says "
                    + format.word() + ": leave it at auto");
        }
        return new TextFile(file.path(), TextFile.Format.PARQUET, Compression.NONE, file.size());
    }

    private static TextFile.Format format(String key, Path path, TextFormat format) {
        return switch (format) {
            case TEXT -> TextFile.Format.TEXT;
            case JSONL -> TextFile.Format.JSONL;
            case PARQUET -> TextFile.Format.PARQUET;
            case AUTO ->
                TextFile.formatOf(path)
                        .or(() -> jsonNamed(path))
                        .orElseThrow(() -> new QuietStarException(key + ": the name of " + path
                                + " does not tell its format; it must end in " + KNOWN
                                + ", or set data.format: text, jsonl or parquet"));
        };
    }

    /** A .json file that was named may hold lines; whether it does is seen when its records are looked at. */
    private static Optional<TextFile.Format> jsonNamed(Path path) {
        return Compression.bareName(path).endsWith(".json") ? Optional.of(TextFile.Format.JSONL) : Optional.empty();
    }

    private static List<Path> find(String key, String pattern) {
        if (pattern.isBlank()) {
            throw new QuietStarException(key + ": an empty path; name a file, a folder or a glob");
        }
        try {
            boolean wildcards = pattern.matches(".*[*?\\[{].*");
            if (!wildcards || existsLiterally(pattern)) {
                Path path = Path.of(pattern);
                return Files.isDirectory(path)
                        ? walk(path, any -> true)
                        : Files.exists(path) ? List.of(path) : List.of();
            }
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
            Path root = fixedPart(pattern);
            return Files.isDirectory(root) ? walk(root, matcher) : List.of();
        } catch (UncheckedIOException | IOException exception) {
            throw new QuietStarException(key + ": \"" + pattern + "\" cannot be read (" + exception + ")", exception);
        } catch (PatternSyntaxException exception) {
            throw new QuietStarException(
                    key + ": \"" + pattern + "\" is no valid glob: " + exception.getDescription(), exception);
        }
    }

    private static boolean existsLiterally(String pattern) {
        try {
            return Files.exists(Path.of(pattern));
        } catch (InvalidPathException exception) {
            return false; // Windows knows no file name with a wildcard in it.
        }
    }

    /** The folder before the first name with a wildcard. */
    private static Path fixedPart(String pattern) {
        String fixed = pattern.substring(
                0, pattern.length() - pattern.replaceFirst("^[^*?\\[{]*", "").length());
        int slash = fixed.lastIndexOf('/');
        return Path.of(slash < 0 ? "" : slash == 0 ? "/" : fixed.substring(0, slash));
    }

    private static List<Path> walk(Path root, PathMatcher matcher) throws IOException {
        var found = new ArrayList<Path>();
        try (Stream<Path> paths = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
            paths.filter(path -> Files.isRegularFile(path) && matcher.matches(path))
                    .filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted()
                    .forEach(found::add);
        }
        return found;
    }
}
