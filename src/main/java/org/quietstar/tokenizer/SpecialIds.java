package org.quietstar.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntPredicate;
import org.quietstar.QuietStarException;
import org.quietstar.text.JsonText;

/**
 * Which ids end, begin and fill up texts: what the files beside {@code tokenizer.json} state ({@code generation_config.json},
 * then {@code config.json}, then {@code tokenizer_config.json}), else the special added tokens of usual names. An ordinary
 * piece of the vocabulary is none, whatever it is called: Qwen's vocabulary holds the text {@code </s>}.
 */
final class SpecialIds {
    private static final List<String> EOS_NAMES = List.of(
            "</s>",
            "<|endoftext|>",
            "<|end_of_text|>",
            "<eos>",
            "<|eos|>",
            "[EOS]",
            "<|im_end|>",
            "<|eot_id|>",
            "<｜end▁of▁sentence｜>");
    /** GPT-2 uses one token for both ends. */
    private static final List<String> BOS_NAMES = List.of(
            "<s>",
            "<|begin_of_text|>",
            "<bos>",
            "<|bos|>",
            "<|startoftext|>",
            "[BOS]",
            "<｜begin▁of▁sentence｜>",
            "<|endoftext|>");

    private static final List<String> PAD_NAMES =
            List.of("<pad>", "[PAD]", "<|pad|>", "<|padding|>", "<|finetune_right_pad_id|>");

    private final TokenizerJson json;
    private final List<JsonNode> ids = new ArrayList<>();
    private final JsonNode names;

    SpecialIds(TokenizerJson json) {
        this.json = json;
        ids.add(beside("generation_config.json"));
        ids.add(beside("config.json"));
        this.names = beside("tokenizer_config.json");
    }

    private JsonNode beside(String name) {
        Path file = json.file().resolveSibling(name);
        return Files.isRegularFile(file) ? JsonText.read(file) : MissingNode.getInstance();
    }

    /**
     * The ids that end a text, that which ends a document first.
     *
     * @throws QuietStarException where nothing says which they are
     */
    List<Integer> end() {
        List<Integer> stated = stated("eos", id -> true);
        if (!stated.isEmpty()) {
            return stated;
        }
        OptionalInt named = json.firstSpecial(EOS_NAMES);
        if (named.isEmpty()) {
            throw new QuietStarException(
                    json.file() + ": has no token that ends a document: none of " + EOS_NAMES
                            + " is among its special added_tokens, and no generation_config.json, config.json (eos_token_id) or"
                            + " tokenizer_config.json (eos_token) beside it names one. State it there, or use another tokenizer");
        }
        return List.of(named.getAsInt());
    }

    /** The id that begins a text. */
    OptionalInt begin() {
        List<Integer> stated = stated("bos", id -> true);
        return stated.isEmpty() ? json.firstSpecial(BOS_NAMES) : OptionalInt.of(stated.get(0));
    }

    /** The id of a token that is made for padding and nothing else. */
    OptionalInt pad() {
        Set<Integer> taken = new LinkedHashSet<>(end());
        begin().ifPresent(taken::add);
        json.unknownId().ifPresent(taken::add);
        List<Integer> stated = stated("pad", id -> json.isSpecial(id) && !taken.contains(id));
        return stated.isEmpty() ? json.firstSpecial(PAD_NAMES) : OptionalInt.of(stated.get(0));
    }

    /** The ids that a text begins with, whatever reads it: the template's, or where {@code add_bos_token} asks for it. */
    List<Integer> prefix() {
        List<Integer> template = json.promptPrefix();
        if (!template.isEmpty() || !names.path("add_bos_token").asBoolean()) {
            return template;
        }
        return begin().stream().boxed().toList();
    }

    /** The ids that the first file states that states any which are ids of the tokenizer. */
    private List<Integer> stated(String which, IntPredicate usable) {
        for (JsonNode file : ids) {
            List<Integer> found = numbers(file.path(which + "_token_id"), usable);
            if (!found.isEmpty()) {
                return found;
            }
        }
        JsonNode token = names.path(which + "_token");
        String name =
                token.isTextual() ? token.textValue() : token.path("content").asText("");
        OptionalInt id = name.isEmpty() ? OptionalInt.empty() : json.idOf(name);
        return id.isPresent() && usable.test(id.getAsInt()) ? List.of(id.getAsInt()) : List.of();
    }

    private List<Integer> numbers(JsonNode stated, IntPredicate usable) {
        Set<Integer> found = new LinkedHashSet<>();
        for (JsonNode id : stated.isArray() ? stated : List.of(stated)) {
            if (id.isInt() && id.intValue() >= 0 && id.intValue() < json.size() && usable.test(id.intValue())) {
                found.add(id.intValue());
            }
        }
        return List.copyOf(found);
    }
}
