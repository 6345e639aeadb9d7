package org.quietstar.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Blanks out, in CUDA libraries, the code that a given device does not run, so that they pack small. A library's
 * {@code .nv_fatbin} section is a row of containers, one for each compilation unit, with the unit's code for several
 * architectures: machine code (cubin), which runs on devices of its major compute capability from its minor one on, and
 * intermediate code (PTX), which the driver compiles for a newer device. Of each container the newest machine code that
 * runs stays, or else the newest intermediate code that can be compiled; headers stay, and so does every offset.
 *
 * <pre>java src/bench/java/org/quietstar/bench/FatBinaries.java 9.0 libnd4jcuda.so libcublas.so.11</pre>
 */
public final class FatBinaries {
    private static final int ELF_MAGIC = 0x464C457F;
    private static final int CONTAINER_MAGIC = 0xBA55ED50;
    private static final int PTX = 1;
    private static final int CUBIN = 2;
    private static final int ARCHITECTURE = 28;

    private final ByteBuffer bytes;
    private final int device;

    private FatBinaries(ByteBuffer bytes, int device) {
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
        this.device = device;
    }

    /** Code for one architecture: where its payload is in the file. */
    private record Code(int kind, int architecture, int from, int length) {}

    /** Compute capability and libraries, which are changed in place. */
    public static void main(String[] args) throws IOException {
        if (args.length < 2 || !args[0].matches("\\d+\\.\\d")) {
            System.err.println("usage: FatBinaries CAPABILITY LIBRARY..., for example: FatBinaries 9.0 libnd4jcuda.so");
            System.exit(2);
        }
        for (String library : List.of(args).subList(1, args.length)) {
            Path file = Path.of(library);
            long blanked = blank(file, Integer.parseInt(args[0].replace(".", "")));
            System.out.printf(Locale.ROOT, "%s: %.0f MB blanked out%n", file.getFileName(), blanked / 1e6);
        }
    }

    /**
     * Blanks out the code that a device does not run.
     *
     * @param library an ELF file of 64 bits, below 2 GiB
     * @param device ten times the compute capability: 90
     * @return the bytes that were blanked out; none in a library without device code
     * @throws IOException where the file is not such a library; it is then as it was
     */
    public static long blank(Path library, int device) throws IOException {
        try (FileChannel channel = FileChannel.open(library, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size());
            var binaries = new FatBinaries(bytes, device);
            List<Code> superfluous = binaries.superfluous(library);
            superfluous.forEach(binaries::clear);
            bytes.force();
            return superfluous.stream().mapToLong(Code::length).sum();
        }
    }

    private List<Code> superfluous(Path library) throws IOException {
        if (bytes.capacity() < 64 || bytes.getInt(0) != ELF_MAGIC || bytes.get(4) != 2) {
            throw new IOException(library + " is not an ELF library of 64 bits");
        }
        List<Code> result = new ArrayList<>();
        long table = bytes.getLong(40);
        int entry = bytes.getShort(58);
        int sections = bytes.getShort(60);
        int names = offset(table + (long) bytes.getShort(62) * entry);
        for (int s = 0; s < sections; s++) {
            int header = offset(table + (long) s * entry);
            if (text(offset(bytes.getLong(names + 24) + bytes.getInt(header))).equals(".nv_fatbin")) {
                int from = offset(bytes.getLong(header + 24));
                collect(library, from, from + offset(bytes.getLong(header + 32)), result);
            }
        }
        return result;
    }

    private void collect(Path library, int from, int to, List<Code> superfluous) throws IOException {
        int at = from;
        while (at < to) {
            if (bytes.getInt(at) != CONTAINER_MAGIC) {
                at += 8; // containers begin at multiples of 8
                continue;
            }
            int first = at + bytes.getShort(at + 6);
            int end = offset(first + bytes.getLong(at + 8));
            List<Code> codes = new ArrayList<>();
            for (int p = first; p < end; ) {
                int payload = offset(p + (long) bytes.getInt(p + 4));
                int length = offset(bytes.getLong(p + 8));
                if (payload <= p || end > to) {
                    throw new IOException(library + " has a container at byte " + at + " that cannot be read");
                }
                codes.add(new Code(bytes.getShort(p), bytes.getInt(p + ARCHITECTURE), payload, length));
                p = offset((long) payload + length);
            }
            int cubin = best(codes, CUBIN, device / 10 * 10);
            int ptx = cubin > 0 ? 0 : best(codes, PTX, 0);
            codes.stream()
                    .filter(code -> code.architecture() != (code.kind() == PTX ? ptx : cubin))
                    .forEach(superfluous::add);
            at = end;
        }
    }

    /** The newest architecture of a kind between {@code least} and the device's own; 0 where there is none. */
    private int best(List<Code> codes, int kind, int least) {
        return codes.stream()
                .filter(code -> code.kind() == kind && code.architecture() >= least && code.architecture() <= device)
                .mapToInt(Code::architecture)
                .max()
                .orElse(0);
    }

    private void clear(Code code) {
        bytes.put(code.from(), new byte[code.length()]);
    }

    private String text(int at) {
        int end = at;
        while (bytes.get(end) != 0) {
            end++;
        }
        byte[] characters = new byte[end - at];
        bytes.get(at, characters);
        return new String(characters, StandardCharsets.US_ASCII);
    }

    private static int offset(long value) throws IOException {
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IOException("an offset of " + value + " bytes is beyond a file of 2 GiB");
        }
        return (int) value;
    }
}
