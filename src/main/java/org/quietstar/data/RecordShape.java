package org.quietstar.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import org.quietstar.QuietStarException;
import org.quietstar.data.parquet.ParquetRows;
import org.quietstar.text.JsonText;
import org.quietstar.tokenizer.ChatTemplate;

/**
 * Looks at the first records of a JSON-lines file before a run begins: where none of them has a text, the file as a whole has
 * another shape than the recipe says, and that is said once.
 */
final class RecordShape {
    /** So many records tell what the others are like. */
    private static final int SAMPLED = 1000;
    /** Bytes in which they are looked for. */
    private static final int SAMPLED_BYTES = 1 << 20;

    private final TextFile file;
    private final JsonRecord record;
    private final String field;
    private final boolean hasTemplate;
    private int records;
    private String first = "";
    private Optional<JsonRecord.Fault> firstFault = Optional.empty();

    private boolean conversation;

    private RecordShape(TextFile file, String field, Optional<ChatTemplate> template) {
        this.file = file;
        this.field = field;
        this.hasTemplate = template.isPresent();
        this.record = new JsonRecord(field, template);
    }

    /**
     * Throws where no record of the first thousand has a text.
     *
     * @param template that writes conversations
     * @return whether the first record that has one is a conversation
     * @throws QuietStarException that says what shape the file has
     */
    static boolean require(TextFile file, String field, Optional<ChatTemplate> template) {
        var shape = new RecordShape(file, field, template);
        try {
            switch (file.format()) {
                case JSONL -> shape.requireInLines();
                case PARQUET -> shape.requireInRows();
                case TEXT -> {
                    return false;
                }
            }
        } catch (IOException e) {
            throw new QuietStarException(file.path() + ": cannot be read (" + e.getMessage() + ")", e);
        }
        return shape.conversation;
    }

    private void requireInRows() throws IOException {
        try (ParquetRows rows = ParquetRows.open(file.path(), field, 0)) {
            for (Optional<JsonNode> value = rows.next(); value.isPresent() && records < SAMPLED; value = rows.next()) {
                JsonNode found = value.get();
                if (hasText(found.toString(), () -> record.content(found))) {
                    return;
                }
            }
        }
        firstFault.ifPresent(this::refuse);
    }

    private void requireInLines() throws IOException {
        try (var input =
                new LineInput(file, FilePosition.START, true, SAMPLED_BYTES, new ReadLog(DataListener.none(), false))) {
            for (LineInput.Segment line = input.next();
                    line != null && line.endsLine() && records < SAMPLED && input.offset() < SAMPLED_BYTES;
                    line = input.next()) {
                if (line.text() == null) {
                    return;
                }
                String text = line.text();
                if (!text.isBlank() && hasText(text, () -> record.content(text))) {
                    return;
                }
            }
        }
        firstFault.ifPresent(this::refuse);
    }

    /** Reads what a record holds. */
    private interface Reading {
        JsonRecord.Content content() throws JsonRecord.Fault;
    }

    private boolean hasText(String line, Reading reading) {
        records++;
        try {
            conversation = reading.content().conversation();
            return true;
        } catch (JsonRecord.Fault fault) {
            if (firstFault.isEmpty()) {
                first = line;
                firstFault = Optional.of(fault);
            }
            return false;
        }
    }

    private void refuse(JsonRecord.Fault fault) {
        if (fault.kind() == BadRecord.Kind.NO_FIELD) {
            throw error(none("has the field \"" + field + "\" that data.textField names; there are: " + fields()
                    + "; set data.textField to the one with the text"));
        }
        if (fault.kind() == BadRecord.Kind.NO_TEXT) {
            throw error(none("has a text in the field of data.textField: " + fault.reason() + turns(fault)));
        }
        if (fault.kind() == BadRecord.Kind.NO_TEMPLATE || fault.kind() == BadRecord.Kind.NO_UTF8) {
            throw error(none("can be read: the first: " + fault.reason()));
        }
        if (first.stripLeading().startsWith("[")) {
            throw error("is one JSON array, not one record a line; make lines of it" + jq(".[]"));
        }
        if (first.stripLeading().startsWith("{")) {
            throw error("has records over several lines, not one a line; make lines of them" + jq("."));
        }
        throw error(none(
                "is a JSON object; the first " + fault.reason() + "; data.format: text reads a file as plain text"));
    }

    private String jq(String filter) {
        return ", for instance with: jq -c '" + filter + "' " + file.path().getFileName() + " > records.jsonl";
    }

    private String none(String has) {
        return String.format(Locale.ROOT, "none of the %,d records looked at %s", records, has);
    }

    private String turns(JsonRecord.Fault fault) {
        return fault.reason().contains(" turns ") && !hasTemplate
                ? "; the tokenizer has no chat template: put the model's chat_template.jinja, or its tokenizer_config.json"
                        + " with chat_template, beside its tokenizer.json, or write each conversation as one text into a field"
                        + " of its own"
                : "";
    }

    private String fields() {
        try {
            return JsonText.parse(first) instanceof ObjectNode object
                    ? String.join(", ", JsonRecord.names(object, ""))
                    : "none";
        } catch (JsonText.Fault noJson) {
            throw new IllegalStateException(noJson); // it was read before
        }
    }

    private QuietStarException error(String what) {
        return new QuietStarException(file.path() + ": " + what);
    }
}
