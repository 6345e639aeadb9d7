package org.quietstar.data;

import java.io.Closeable;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.ZipException;

/**
 * Lines of a text file with their byte offsets. A line longer than a limit comes in several segments, cut before white
 * space where there is any. A byte-order mark at the start of the file and carriage returns before line feeds are
 * dropped. A compressed file that breaks off is reported, and ends there.
 */
final class LineInput implements Closeable {
    /**
     * A line, or a piece of a long one.
     *
     * @param text without the line end; null where the bytes are no UTF-8 or hold a NUL (reported already)
     * @param offset of its first byte in the file
     * @param line number, from 1
     * @param startsLine whether the line begins here
     * @param endsLine whether the line ends here
     */
    record Segment(String text, long offset, long line, boolean startsLine, boolean endsLine) {
        boolean isBlankLine() {
            return startsLine && endsLine && text != null && text.isBlank();
        }
    }

    private final TextFile file;
    private final ReadLog log;
    private final int limit;
    private InputStream stream;
    private final byte[] buffer = new byte[1 << 16];
    private int bufferPosition;
    private int bufferEnd;
    private byte[] line = new byte[1 << 12];
    private int lineLength;
    private long offset;
    private long lineNumber;
    private boolean startsLine;

    /** Begins at {@code position}, the start of a line or of a segment of one; segments hold {@code limit} bytes at most. */
    LineInput(TextFile file, FilePosition position, boolean startsLine, int limit, ReadLog log) throws IOException {
        this.file = file;
        this.log = log;
        this.limit = limit;
        this.offset = position.offset();
        this.lineNumber = position.line();
        this.startsLine = startsLine;
        try {
            this.stream = file.open(position.offset());
        } catch (FileNotFoundException exception) {
            throw exception;
        } catch (ZipException | EOFException exception) {
            broken(exception);
        }
    }

    /** The next segment, or null at the end of the file. */
    Segment next() throws IOException {
        boolean endsLine = false;
        boolean atEnd = false;
        while (!endsLine && !atEnd && lineLength < limit) {
            if (bufferPosition == bufferEnd && !fill()) {
                atEnd = true;
            } else {
                endsLine = takeFromBuffer();
            }
        }
        if (atEnd && lineLength == 0) {
            return null;
        }
        return endsLine || atEnd ? segment(lineLength, endsLine ? 1 : 0, true) : segment(cut(), 0, false);
    }

    /** Byte offset of the next segment. */
    long offset() {
        return offset;
    }

    /** Line number of the next segment. */
    long line() {
        return lineNumber;
    }

    @Override
    public void close() throws IOException {
        if (stream != null) {
            stream.close();
        }
    }

    /** Moves bytes up to and without a line feed into {@code line}; true where the line feed was met. */
    private boolean takeFromBuffer() {
        int end = Math.min(bufferEnd, bufferPosition + limit - lineLength);
        int feed = bufferPosition;
        while (feed < end && buffer[feed] != '\n') {
            feed++;
        }
        int length = feed - bufferPosition;
        if (lineLength + length > line.length) {
            line = Arrays.copyOf(line, Math.max(lineLength + length, (int) Math.min(2L * line.length, limit)));
        }
        System.arraycopy(buffer, bufferPosition, line, lineLength, length);
        lineLength += length;
        boolean found = feed < end;
        bufferPosition = found ? feed + 1 : feed;
        return found;
    }

    private boolean fill() throws IOException {
        if (stream == null) {
            return false;
        }
        try {
            bufferPosition = 0;
            bufferEnd = Math.max(0, stream.read(buffer));
            return bufferEnd > 0;
        } catch (EOFException | ZipException exception) {
            bufferEnd = 0;
            broken(exception);
            return false;
        }
    }

    /** What was read of the line that breaks off is dropped, and the file ends. */
    private void broken(IOException exception) throws IOException {
        lineLength = 0;
        if (stream != null) {
            stream.close();
            stream = null;
        }
        log.bad(
                file.path(),
                lineNumber,
                BadRecord.Kind.DAMAGED,
                "the compressed data is damaged or breaks off here (" + exception.getMessage()
                        + "); what follows in this file is not read");
    }

    /** Where a full {@code line} is cut: before its last white space, else between two characters. */
    private int cut() {
        for (int i = lineLength - 1; i > lineLength / 2; i--) {
            if (line[i] == ' ' || line[i] == '\t') {
                return i;
            }
        }
        int cut = lineLength;
        // A byte 10xxxxxx continues a character; at most three of them do.
        for (int i = 0; i < 3 && (line[cut - 1] & 0xC0) == 0x80; i++) {
            cut--;
        }
        return (line[cut - 1] & 0xC0) == 0xC0 ? cut - 1 : lineLength;
    }

    private Segment segment(int length, int lineEndBytes, boolean endsLine) {
        int from =
                offset == 0 && length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF
                        ? 3
                        : 0;
        int to = endsLine && length > from && line[length - 1] == '\r' ? length - 1 : length;
        var segment = new Segment(decode(from, to), offset, lineNumber, startsLine, endsLine);
        System.arraycopy(line, length, line, 0, lineLength - length);
        lineLength -= length;
        offset += length + lineEndBytes;
        if (endsLine) {
            lineNumber++;
        }
        startsLine = endsLine;
        return segment;
    }

    private String decode(int from, int to) {
        String text = new String(line, from, to - from, StandardCharsets.UTF_8);
        if (text.indexOf('\0') >= 0) {
            log.bad(
                    file.path(),
                    lineNumber,
                    BadRecord.Kind.ZEROS,
                    "holds NUL bytes: the file is torn here, or not UTF-8 text");
            return null;
        }
        if (text.indexOf('\uFFFD') < 0) {
            return text;
        }
        try { // U+FFFD replaces broken bytes, or was in the file.
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line, from, to - from))
                    .toString();
        } catch (CharacterCodingException exception) {
            log.bad(
                    file.path(),
                    lineNumber,
                    BadRecord.Kind.NO_UTF8,
                    "is not UTF-8 (" + exception.getMessage() + "); convert the file to UTF-8");
            return null;
        }
    }
}
