package org.quietstar.eval;

/**
 * Numbers the documents of a text that is read window by window, in order: a document ends with the id that ends it. One that
 * is longer than a few windows is numbered in blocks of so many: what stands far apart in it depends on each other little,
 * and a text of one document would have no interval at all. An end that no window holds joins two documents.
 */
public final class DocumentCounter {
    /** Windows in a block of a long document. */
    static final int WINDOWS = 4;

    private final int eosId;
    private final int blockTokens;
    private final boolean eachWindow;
    private int number;
    private int tokens;
    private boolean begun;
    private boolean ended;

    /**
     * @param length tokens in a window, L
     * @param eachWindow whether every window is of another document
     */
    public DocumentCounter(int eosId, int length, boolean eachWindow) {
        this.eosId = eosId;
        this.blockTokens = WINDOWS * length;
        this.eachWindow = eachWindow;
    }

    /** A window begins with this id, which is no label. */
    void beginWindow(int id) {
        if (eachWindow && begun) {
            ended = true;
        }
        of(id);
    }

    /** The number of the document that the next token stands in. */
    int of(int id) {
        if (ended || tokens == blockTokens) {
            number++;
            tokens = 0;
            ended = false;
        }
        begun = true;
        tokens++;
        ended = id == eosId;
        return number;
    }
}
