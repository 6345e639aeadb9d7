package org.quietstar.data;

/** Is notified of what happens while text is read. Calls come from the thread that prepares batches. */
@FunctionalInterface
public interface DataListener {
    /** A record was left out. Called once for each place, however many epochs read it. */
    void onBadRecord(BadRecord record);

    /** A listener that ignores everything. */
    static DataListener none() {
        return record -> {};
    }
}
