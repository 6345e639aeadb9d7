package org.quietstar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Made-up libraries, with payloads of 16 bytes that are never zero. */
final class FatBinariesTest {
    private static final int PTX = 1;
    private static final int CUBIN = 2;
    private static final int PAYLOAD = 16;
    private static final int CONTAINER_HEADER = 16;
    private static final int CODE_HEADER = 64;

    @TempDir
    private Path folder;

    private record Code(int kind, int architecture) {}

    /** Two compilation units: one with everything, one without intermediate code. */
    private static final List<List<Code>> UNITS = List.of(
            List.of(
                    new Code(CUBIN, 35),
                    new Code(CUBIN, 70),
                    new Code(CUBIN, 80),
                    new Code(CUBIN, 86),
                    new Code(PTX, 70),
                    new Code(PTX, 86)),
            List.of(new Code(CUBIN, 80)));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "90 | PTX86          ",
                "89 | CUBIN86 CUBIN80",
                "80 | CUBIN80 CUBIN80",
                "75 | CUBIN70        ",
                "35 | CUBIN35        ",
                "62 |                "
            })
    void whatTheDeviceRunsStays(int device, String kept) throws IOException {
        Path library = Files.write(folder.resolve("lib.so"), library(UNITS));
        long blanked = FatBinaries.blank(library, device);
        List<String> stays = kept(Files.readAllBytes(library));
        assertThat(String.join(" ", stays)).isEqualTo(kept == null ? "" : kept);
        assertThat(blanked).isEqualTo((long) (7 - stays.size()) * PAYLOAD);
    }

    @Test
    void onlyPayloadsChange() throws IOException {
        byte[] before = library(UNITS);
        Path library = Files.write(folder.resolve("lib.so"), before);
        FatBinaries.blank(library, 90);
        byte[] after = Files.readAllBytes(library);
        assertThat(after).hasSameSizeAs(before);
        int changed = 0;
        for (int i = 0; i < after.length; i++) {
            changed += after[i] == before[i] ? 0 : 1;
            assertThat(after[i]).as("byte %d", i).isIn(before[i], (byte) 0);
        }
        assertThat(changed).isEqualTo(6 * PAYLOAD);
    }

    @Test
    void aLibraryWithoutDeviceCodeStaysAsItIs() throws IOException {
        byte[] before = library(List.of());
        Path library = Files.write(folder.resolve("lib.so"), before);
        assertThat(FatBinaries.blank(library, 90)).isZero();
        assertThat(Files.readAllBytes(library)).isEqualTo(before);
    }

    @Test
    void whatIsNoLibraryIsRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("lib.txt"), "no library".repeat(20));
        assertThatThrownBy(() -> FatBinaries.blank(text, 90))
                .isInstanceOf(IOException.class)
                .hasMessage(text + " is not an ELF library of 64 bits");
    }

    @Test
    void aDamagedContainerIsRefusedAndNothingChanged() throws IOException {
        byte[] damaged = library(UNITS);
        int secondCode = 64 + CONTAINER_HEADER + CODE_HEADER + PAYLOAD;
        ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN).putInt(secondCode + 4, 0);
        Path library = Files.write(folder.resolve("lib.so"), damaged);
        assertThatThrownBy(() -> FatBinaries.blank(library, 90))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a container at byte 64 that cannot be read");
        assertThat(Files.readAllBytes(library)).isEqualTo(damaged);
    }

    /** Header, the section of containers, the section of names, and the table of these two. */
    private static byte[] library(List<List<Code>> units) {
        ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0x464C457F).put((byte) 2).position(64);
        for (List<Code> unit : units) {
            out.putInt(0xBA55ED50).putShort((short) 1).putShort((short) CONTAINER_HEADER);
            out.putLong((long) unit.size() * (CODE_HEADER + PAYLOAD));
            for (Code code : unit) {
                int at = out.position();
                out.putShort((short) code.kind()).putShort((short) 0x0101);
                out.putInt(CODE_HEADER).putLong(PAYLOAD);
                out.putInt(at + 28, code.architecture());
                out.position(at + CODE_HEADER);
                for (int i = 0; i < PAYLOAD; i++) {
                    out.put((byte) 7);
                }
            }
            out.putLong(0); // a gap
        }
        int names = out.position();
        byte[] text = "\0.nv_fatbin\0.shstrtab\0".getBytes(StandardCharsets.US_ASCII);
        out.put(text);
        int table = out.position();
        section(out, 1, 64, units.isEmpty() ? 0 : names - 64);
        section(out, 12, names, text.length);
        out.putLong(40, table).putShort(58, (short) 64).putShort(60, (short) 2).putShort(62, (short) 1);
        byte[] bytes = new byte[out.position()];
        out.get(0, bytes);
        return bytes;
    }

    private static void section(ByteBuffer out, int name, int from, int length) {
        int at = out.position();
        out.putInt(at, name).putLong(at + 24, from).putLong(at + 32, length);
        out.position(at + 64);
    }

    private static List<String> kept(byte[] library) {
        ByteBuffer bytes = ByteBuffer.wrap(library).order(ByteOrder.LITTLE_ENDIAN);
        List<String> kept = new ArrayList<>();
        int at = 64;
        for (List<Code> unit : UNITS) {
            at += CONTAINER_HEADER;
            for (Code code : unit) {
                boolean whole = true;
                for (int i = 0; i < PAYLOAD; i++) {
                    whole &= bytes.get(at + CODE_HEADER + i) == 7;
                }
                if (whole) {
                    kept.add((code.kind() == PTX ? "PTX" : "CUBIN") + code.architecture());
                }
                at += CODE_HEADER + PAYLOAD;
            }
            at += 8;
        }
        return kept;
    }
}
