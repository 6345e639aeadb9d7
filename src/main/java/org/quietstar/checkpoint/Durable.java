package org.quietstar.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** File operations that are on the disk when they return. */
public final class Durable {
    private Durable() {}

    /** Writes a whole file. */
    public static void write(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    /** Writes a text file whole or not at all, over one that may be there; its folder is made where there is none. */
    public static void replace(Path file, String text) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.createDirectories(file.getParent());
        write(part, text.getBytes(StandardCharsets.UTF_8));
        rename(part, file);
    }

    /** Makes what a file holds durable. */
    static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Renames a file or folder within its folder, in one step; fails if {@code to} is a folder that is not empty. */
    public static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncFolder(to.getParent());
    }

    /** Makes the names in a folder durable: what is created or renamed in it is lost at a power cut without this. */
    public static void syncFolder(Path folder) throws IOException {
        // Windows cannot open folders as files, and makes names durable by itself.
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Deletes a folder with all that is in it. */
    public static void deleteFolder(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(folder)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.delete(path);
        }
    }

    /** Deletes what a failed operation left, as far as that is possible now; its own failure is what matters. */
    public static void discard(Path folder) {
        try {
            if (Files.exists(folder)) {
                deleteFolder(folder);
            }
        } catch (IOException e) {
            // The next save tries again.
            return;
        }
    }
}
