package org.quietstar.data;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.datavec.api.records.Record;
import org.quietstar.tokenizer.Tokenizer;

/**
 * Documents as windows of at most L token ids. Every document is the ids that {@code data.beginOfText} puts before it,
 * its own, and then the end-of-document id; how documents are cut is {@code data.packing}.
 */
final class TokenWindows {
    private final TextRecordReader documents;
    private final Tokenizer tokenizer;
    private final int[] prefix;
    private final HoldOutSplit split;
    private final WindowCutter cutter;
    private final ArrayDeque<int[]> pending = new ArrayDeque<>();
    private Position mark;
    private int taken;
    private boolean ended;

    /**
     * A place between two windows: reading starts at {@code documents} with the ids {@code carried} from before, and the
     * first {@code taken} windows that come are known already.
     */
    @SuppressWarnings("ArrayRecordComponent") // never changed after it was made
    record Position(TextRecordReader.Position documents, int[] carried, int taken) implements Serializable {}

    /**
     * @param documents what is read; closed by whoever made it
     * @param tokenizer encodes the documents; not closed
     * @param prefix ids that every document begins with
     */
    TokenWindows(
            TextRecordReader documents,
            Tokenizer tokenizer,
            List<Integer> prefix,
            HoldOutSplit split,
            WindowCutter cutter) {
        this.documents = documents;
        this.tokenizer = tokenizer;
        this.prefix = prefix.stream().mapToInt(Integer::intValue).toArray();
        this.split = split;
        this.cutter = cutter;
    }

    /** Reads all documents once more, the files in the given order. */
    void startEpoch(int epoch, int[] fileOrder) {
        documents.restart(fileOrder);
        begin(epoch, new int[0]);
    }

    /** Continues at {@code position} of an epoch. */
    void seek(int epoch, int[] fileOrder, Position position) {
        documents.seek(fileOrder, position.documents());
        begin(epoch, position.carried());
        for (int i = 0; i < position.taken(); i++) {
            next();
        }
    }

    private void begin(int epoch, int[] carried) {
        pending.clear();
        ended = false;
        taken = 0;
        cutter.startEpoch(epoch);
        cutter.carry(carried);
        mark = new Position(documents.position(), carried, 0);
    }

    /** The place to {@link #seek} to for the windows from here on. */
    Position position() {
        if (pending.isEmpty() && !ended && cutter.restartable()) {
            return new Position(documents.position(), cutter.carried(), 0);
        }
        return new Position(mark.documents(), mark.carried(), taken);
    }

    /** Whether the epoch has another window. */
    boolean hasNext() {
        while (pending.isEmpty() && !ended) {
            if (cutter.restartable()) {
                mark = new Position(documents.position(), cutter.carried(), 0);
                taken = 0;
            }
            if (documents.hasNext()) {
                encode(documents.nextRecord());
            } else {
                cutter.endEpoch(pending::add);
                ended = true;
            }
        }
        return !pending.isEmpty();
    }

    /** The next window, 2 … L ids. */
    int[] next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no window is left");
        }
        taken++;
        return pending.remove();
    }

    private void encode(Record record) {
        var place = (DocumentMetaData) record.getMetaData();
        if (!split.includes(place)) {
            return;
        }
        String words = record.getRecord().get(0).toString();
        int[] text = place.conversation() ? tokenizer.encodeConversation(words) : tokenizer.encode(words);
        // A chat template may write the ids of both ends itself.
        int before = place.part() == 0 && !(place.conversation() && begins(text)) ? prefix.length : 0;
        boolean ends = place.last() && !(place.conversation() && ends(text));
        int[] ids = new int[before + text.length + (ends ? 1 : 0)];
        System.arraycopy(prefix, 0, ids, 0, before);
        System.arraycopy(text, 0, ids, before, text.length);
        if (ends) {
            ids[ids.length - 1] = tokenizer.eosId();
        }
        cutter.add(ids, place, pending::add);
    }

    private boolean begins(int... text) {
        return text.length >= prefix.length && Arrays.equals(text, 0, prefix.length, prefix, 0, prefix.length);
    }

    private boolean ends(int... text) {
        return text.length > 0 && text[text.length - 1] == tokenizer.eosId();
    }
}
