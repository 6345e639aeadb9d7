package org.quietstar.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.quietstar.QuietStarException;
import org.quietstar.text.JsonText;
import org.quietstar.text.PlainText;

/**
 * What a Hugging Face {@code tokenizer.json} says about its tokens, read without the native library: which ids are
 * special, how large the vocabulary is, how many bytes of text each id represents.
 */
final class TokenizerJson {
    /** Tokenizers in forms that are not read here. */
    private static final List<String> OTHERS = List.of(
            "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "vocab.json", "vocab.txt", "qwen.tiktoken");

    private final Path file;
    private final byte[] bytes;
    private final ObjectNode root;
    private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
    private final Map<String, Integer> added = new LinkedHashMap<>();
    private final Map<String, Integer> special = new LinkedHashMap<>();

    private TokenizerJson(Path file, byte[] bytes, ObjectNode root) {
        this.file = file;
        this.bytes = bytes;
        this.root = root;
        forEachToken(root.path("model").path("vocab"), vocabulary::put);
        for (JsonNode token : root.path("added_tokens")) {
            added.put(token.path("content").asText(), token.path("id").asInt());
            if (token.path("special").asBoolean()) {
                special.put(token.path("content").asText(), token.path("id").asInt());
            }
        }
    }

    /** Reads and checks {@code file}; throws QuietStarException where it is missing or no tokenizer. */
    static TokenizerJson read(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException exception) {
            String reason = Files.isDirectory(file)
                    ? "is a folder; name the tokenizer.json in it"
                    : Files.exists(file) ? "cannot be read (" + exception + ")" : "is not there" + otherTokenizer(file);
            throw new QuietStarException(file + ": the file " + reason, exception);
        }
        // A byte-order mark changes nothing, not even the fingerprint.
        String text = PlainText.decode(bytes, file.toString());
        if (JsonText.parse(text, file.toString()) instanceof ObjectNode root
                && !root.path("model").path("vocab").isEmpty()) {
            return new TokenizerJson(file, text.getBytes(StandardCharsets.UTF_8), root);
        }
        throw new QuietStarException(file + ": is no Hugging Face tokenizer.json: model.vocab is missing or empty."
                + " The file beside it named tokenizer_config.json or vocab.json is another one");
    }

    /** What lies in the folder in place of tokenizer.json, and the way out. */
    private static String otherTokenizer(Path file) {
        for (String other : OTHERS) {
            if (Files.exists(file.resolveSibling(other))) {
                return ", but " + other + " is, which is a tokenizer in another form; make tokenizer.json of it, for"
                        + " instance with transformers: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)";
            }
        }
        return "; a tokenizer.json in Hugging Face's form is wanted (tokenizer.path)";
    }

    /** The special ids that the file's template puts before a text; none where it puts none. */
    List<Integer> promptPrefix() {
        for (JsonNode template : root.path("post_processor").findParents("single")) {
            JsonNode name = template.path("single").path(0).path("SpecialToken").path("id");
            JsonNode id = template.path("special_tokens")
                    .path(name.asText())
                    .path("ids")
                    .path(0);
            if (id.isInt()) {
                return List.of(id.asInt());
            }
        }
        return List.of();
    }

    /** The content of the file, without a byte-order mark. */
    byte[] bytes() {
        return bytes;
    }

    /** Whether both have the same tokens under the same ids. */
    boolean sameTokens(TokenizerJson other) {
        return vocabulary.equals(other.vocabulary) && added.equals(other.added);
    }

    /** Largest id and one. */
    int size() {
        int largest = -1;
        for (int id : vocabulary.values()) {
            largest = Math.max(largest, id);
        }
        for (int id : added.values()) {
            largest = Math.max(largest, id);
        }
        return largest + 1;
    }

    /** Content and id of the special tokens, as the file declares them. */
    Map<String, Integer> special() {
        return special;
    }

    /** Content and id of the tokens that the file adds to the model's own and that are part of text. */
    Map<String, Integer> addedText() {
        Map<String, Integer> text = new LinkedHashMap<>(added);
        text.keySet().removeAll(special.keySet());
        return text;
    }

    /** Id of the first of {@code names} that is a special token. */
    OptionalInt firstSpecial(List<String> names) {
        return names.stream()
                .filter(special::containsKey)
                .mapToInt(special::get)
                .findFirst();
    }

    /** Whether the file declares an id special. */
    boolean isSpecial(int id) {
        return special.containsValue(id);
    }

    /** Id that the model gives to text it has no token for. */
    OptionalInt unknownId() {
        JsonNode name = root.path("model").path("unk_token");
        JsonNode id = root.path("model").path("unk_id");
        return id.isInt() ? OptionalInt.of(id.asInt()) : name.isTextual() ? idOf(name.asText()) : OptionalInt.empty();
    }

    /**
     * UTF-8 bytes of text for each id, 0 for special ids. Byte-level vocabularies spell each byte as one character;
     * others spell a space as U+2581 and a byte they have no token for as {@code <0xNN>}.
     */
    int[] textBytes() {
        boolean byteLevel = mentions("ByteLevel");
        boolean byteFallback = root.path("model").path("byte_fallback").asBoolean();
        String prefix = root.path("model").path("continuing_subword_prefix").asText("");
        String suffix = root.path("model").path("end_of_word_suffix").asText("");
        boolean wordPiece = "WordPiece".equals(root.path("model").path("type").asText());
        int[] lengths = new int[size()];
        vocabulary.forEach((token, id) -> {
            if (byteFallback && token.matches("<0x[0-9A-F]{2}>")) {
                lengths[id] = 1;
            } else if (byteLevel) {
                lengths[id] = token.codePointCount(0, token.length());
            } else {
                boolean continues = !prefix.isEmpty() && token.startsWith(prefix);
                String text = continues ? token.substring(prefix.length()) : wordPiece ? " " + token : token;
                if (!suffix.isEmpty() && text.endsWith(suffix)) {
                    text = text.substring(0, text.length() - suffix.length()) + " ";
                }
                lengths[id] = utf8Length(text.replace('\u2581', ' '));
            }
        });
        addedText().forEach((token, id) -> lengths[id] = utf8Length(token));
        special.values().forEach(id -> lengths[id] = 0);
        unknownId().ifPresent(id -> lengths[id] = 0);
        return lengths;
    }

    /**
     * The file with everything taken out that would change plain text: truncation, padding, the template that adds
     * specials, and the special tokens themselves, which the native library would otherwise find in the text. A special
     * token that lies outside the model's vocabulary keeps its place under a name that no text has, so that the ids of
     * those after it stay.
     */
    String withoutSpecials() {
        ObjectNode copy = asItStands();
        ArrayNode kept = copy.putArray("added_tokens");
        for (JsonNode token : root.path("added_tokens")) {
            String content = token.path("content").asText();
            if (!special.containsKey(content)) {
                kept.add(token);
            } else if (!vocabulary.containsKey(content)) {
                ObjectNode renamed = token.deepCopy();
                // U+FDD0 and U+FDD1 are non-characters, reserved for the inside of programs.
                renamed.put("content", "\uFDD0" + token.path("id").asInt() + "\uFDD1");
                renamed.put("normalized", false);
                renamed.put("special", true);
                kept.add(renamed);
            }
        }
        return copy.toString();
    }

    /** The file without what would be put before, behind or around a text, or cut from it; special tokens are found. */
    String withSpecials() {
        return asItStands().toString();
    }

    private ObjectNode asItStands() {
        ObjectNode copy = root.deepCopy();
        copy.putNull("truncation");
        copy.putNull("padding");
        copy.putNull("post_processor");
        return copy;
    }

    Path file() {
        return file;
    }

    /** The text of a token; empty where there is none of that id. */
    Optional<String> tokenOf(int id) {
        return Stream.concat(added.entrySet().stream(), vocabulary.entrySet().stream())
                .filter(entry -> entry.getValue() == id)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Id of a token, added or of the vocabulary. */
    OptionalInt idOf(String token) {
        Integer id = added.containsKey(token) ? added.get(token) : vocabulary.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    private boolean mentions(String type) {
        List<JsonNode> stages = new ArrayList<>(List.of(root.path("pre_tokenizer"), root.path("decoder")));
        stages.addAll(root.path("pre_tokenizer").findParents("type"));
        stages.addAll(root.path("decoder").findParents("type"));
        return stages.stream().anyMatch(stage -> type.equals(stage.path("type").asText()));
    }

    /** BPE, WordPiece and WordLevel have an object of token to id; Unigram an array of [token, score]. */
    private static void forEachToken(JsonNode vocab, BiConsumer<String, Integer> action) {
        if (vocab.isObject()) {
            vocab.properties()
                    .forEach(entry ->
                            action.accept(entry.getKey(), entry.getValue().asInt()));
        } else {
            for (int id = 0; id < vocab.size(); id++) {
                action.accept(vocab.get(id).path(0).asText(), id);
            }
        }
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
