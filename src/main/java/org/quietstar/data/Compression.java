package org.quietstar.data;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** How a file is compressed, as its name says. */
public enum Compression {
    /** Not at all. */
    NONE(""),
    /** gzip: {@code .gz}. */
    GZIP("\\.gz"),
    /** Zstandard: {@code .zst}. */
    ZSTD("\\.zstd?");

    private static final int BUFFER = 1 << 16;

    /** What its names end in, a regular expression; nothing for none. */
    private final String ending;

    Compression(String ending) {
        this.ending = ending;
    }

    /** What the name of a file says. */
    static Compression of(Path path) {
        String name = lowerName(path);
        return name.matches(".*" + GZIP.ending) ? GZIP : name.matches(".*" + ZSTD.ending) ? ZSTD : NONE;
    }

    /** The name in lower case, without the ending of the compression. */
    static String bareName(Path path) {
        return lowerName(path).replaceFirst(of(path).ending + "$", "");
    }

    private static String lowerName(Path path) {
        return path.getFileName().toString().toLowerCase(Locale.ROOT);
    }

    /** The bytes behind a compressed stream; damage ends it with a ZipException or an EOFException. */
    InputStream unpacked(InputStream stream) throws IOException {
        return switch (this) {
            case NONE -> stream;
            case GZIP -> new GZIPInputStream(new BufferedInputStream(stream, BUFFER), BUFFER);
            case ZSTD -> new Unpacked(new ZstdInputStream(new BufferedInputStream(stream, BUFFER)));
        };
    }

    /** Zstandard's errors as those of gzip. */
    private static final class Unpacked extends FilterInputStream {
        Unpacked(InputStream stream) {
            super(stream);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            try {
                return super.read(target, offset, length);
            } catch (ZstdIOException e) {
                throw damaged(e);
            }
        }

        @Override
        public long skip(long count) throws IOException {
            try {
                return super.skip(count);
            } catch (ZstdIOException e) {
                throw damaged(e);
            }
        }

        private static ZipException damaged(ZstdIOException cause) {
            var damaged = new ZipException(cause.getMessage());
            damaged.initCause(cause);
            return damaged;
        }
    }
}
