package org.quietstar.runtime;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Structure;
import java.util.OptionalLong;

/**
 * What the C library has handed out in this process, ND4J's arrays among it: exact, where the resident size also counts
 * Java's heap, and JavaCPP's own count knows little of ND4J's arrays.
 */
public final class AllocatedMemory {
    private AllocatedMemory() {}

    /** The C library's {@code struct mallinfo2}. */
    @Structure.FieldOrder({
        "arena",
        "ordblks",
        "smblks",
        "hblks",
        "hblkhd",
        "usmblks",
        "fsmblks",
        "uordblks",
        "fordblks",
        "keepcost"
    })
    public static class MallocInfo extends Structure implements Structure.ByValue {
        public long arena;
        public long ordblks;
        public long smblks;
        public long hblks;
        public long hblkhd;
        public long usmblks;
        public long fsmblks;
        public long uordblks;
        public long fordblks;
        public long keepcost;
    }

    /** The only function of the C library that is needed. */
    public interface CLibrary extends Library {
        MallocInfo mallinfo2();
    }

    /** Bytes in use; empty where the C library is not glibc 2.33 or newer. */
    public static OptionalLong bytes() {
        try {
            MallocInfo info = Native.load("c", CLibrary.class).mallinfo2();
            return OptionalLong.of(info.uordblks + info.hblkhd);
        } catch (UnsatisfiedLinkError e) {
            return OptionalLong.empty(); // another C library, or no such function in it
        }
    }
}
