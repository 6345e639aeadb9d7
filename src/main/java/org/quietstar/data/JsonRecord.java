package org.quietstar.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.quietstar.text.JsonText;
import org.quietstar.tokenizer.ChatTemplate;

/** Finds the text in one line of a JSON-lines file: at a field's name, or, with dots, in objects within it. */
final class JsonRecord {
    private final String field;
    private final Optional<ChatTemplate> template;

    /**
     * What is read of a record.
     *
     * @param text of the document
     * @param identity what says which document it is: the text, or what is said in a conversation
     * @param conversation whether a chat template has written the text
     */
    record Content(String text, String identity, boolean conversation) {
        /** Of a record without a text. */
        static final Content NONE = new Content("", "", false);
    }

    /** Why a record has no text. */
    static final class Fault extends Exception {
        private static final long serialVersionUID = 1L;
        private final BadRecord.Kind kind;

        Fault(BadRecord.Kind kind, String reason) {
            super(reason);
            this.kind = kind;
        }

        BadRecord.Kind kind() {
            return kind;
        }

        String reason() {
            return getMessage();
        }
    }

    /**
     * @param field that holds the text
     * @param template that writes conversations
     */
    JsonRecord(String field, Optional<ChatTemplate> template) {
        this.field = field;
        this.template = template;
    }

    /** What a line holds. */
    Content content(String json) throws Fault {
        ObjectNode record = object(json);
        JsonNode value = value(record);
        if (value.isMissingNode()) {
            throw new Fault(
                    BadRecord.Kind.NO_FIELD,
                    "has no field \"" + field + "\"; its fields are " + names(record, "")
                            + "; data.textField chooses one");
        }
        return content(value);
    }

    /** What the field's value holds. */
    Content content(JsonNode value) throws Fault {
        Content content = read(value);
        if (hasLoneSurrogate(content.text)) {
            throw new Fault(
                    BadRecord.Kind.HALF_CHARACTER,
                    "field \"" + field + "\" holds half a surrogate pair, which is no character");
        }
        return content;
    }

    private Content read(JsonNode value) throws Fault {
        if (value.isTextual()) {
            return new Content(value.textValue(), value.textValue(), false);
        }
        if (Conversation.isIn(value) && template.isPresent()) {
            Conversation conversation = Conversation.of(value);
            return new Content(conversation.written(template.get()), conversation.said(), true);
        }
        if (value.isBinary()) {
            throw new Fault(BadRecord.Kind.NO_UTF8, "is not UTF-8; write the text as UTF-8");
        }
        throw new Fault(BadRecord.Kind.NO_TEXT, "field \"" + field + "\" is " + what(value) + ", must be a string");
    }

    private static ObjectNode object(String json) throws Fault {
        JsonNode node;
        try {
            node = JsonText.parse(json);
        } catch (JsonText.Fault fault) {
            throw new Fault(BadRecord.Kind.NO_JSON, fault.reason());
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new Fault(BadRecord.Kind.NO_OBJECT, "is " + what(node) + ", must be an object");
    }

    /** A field of that very name comes before one in an inner object. */
    private JsonNode value(ObjectNode record) {
        JsonNode whole = record.path(field);
        return whole.isMissingNode() && field.contains(".") ? record.at("/" + pointer(field)) : whole;
    }

    private static String pointer(String field) {
        return field.replace("~", "~0").replace("/", "~1").replace('.', '/');
    }

    /** What stands in a record: each field, those of inner objects with dots. */
    static List<String> names(ObjectNode record, String prefix) {
        var names = new ArrayList<String>();
        record.properties().forEach(entry -> {
            String name = prefix + entry.getKey();
            if (prefix.isEmpty() && entry.getValue() instanceof ObjectNode inner && !inner.isEmpty()) {
                names.addAll(names(inner, name + "."));
            } else {
                names.add(name);
            }
        });
        return names;
    }

    private static String what(JsonNode node) {
        if (Conversation.isIn(node)) {
            return "a list of " + node.size() + " turns of a conversation";
        }
        if (node.isArray() && !node.isEmpty() && node.get(0).isObject()) {
            return "a list of objects";
        }
        return "a JSON " + node.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }
}
