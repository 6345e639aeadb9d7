package org.quietstar.runtime;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Structure;
import org.junit.jupiter.api.Assumptions;

/** What the C library has handed out in this process: exact where the resident size also counts Java's heap. */
public final class NativeHeap {
    private NativeHeap() {}

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

    /** The one function of the C library that is wanted. */
    public interface CLibrary extends Library {
        MallocInfo mallinfo2();
    }

    /** Bytes in use; the test is skipped where the C library is not glibc 2.33 or newer. */
    public static long usedBytes() {
        try {
            MallocInfo info = Native.load("c", CLibrary.class).mallinfo2();
            return info.uordblks + info.hblkhd;
        } catch (UnsatisfiedLinkError e) {
            return Assumptions.abort("the C library does not tell what it has handed out: " + e.getMessage());
        }
    }
}
