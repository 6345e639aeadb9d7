package org.quietstar.data;

/** Is told what happens while text is read. Calls come from the thread that prepares batches. */
@FunctionalInterface
public interface DataListener {
    /** A record was left out. Called once for each place, however many epochs read it. */
    void onBadRecord(BadRecord record);

    /** Hears nothing. */
    static DataListener none() {
        return record -> {};
    }
}
