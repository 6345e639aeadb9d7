package org.quietstar.data.synthetic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** The {@code tokenizer.json} of the embedded data set: every word is one token, so that thoughts read as words. */
final class WordTokenizer {
    private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[BOS]", "[EOS]");
    private static final String UNKNOWN = "[UNK]";

    private WordTokenizer() {}

    /** All words of a world by id: specials, signs, places, steps. */
    static List<String> words(World world) {
        var words = new ArrayList<>(SPECIAL);
        words.addAll(List.of(Walk.WHERE, Walks.STOP, Walks.DASH, Walk.WAIT_WORD, Walks.HUM));
        words.addAll(world.places());
        words.addAll(world.steps());
        return words;
    }

    /** The file, in the form of Hugging Face's tokenizers library. */
    static String json(World world) {
        var mapper = new JsonMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (int id = 0; id < SPECIAL.size(); id++) {
            ObjectNode token = added.addObject();
            token.put("id", id);
            token.put("content", SPECIAL.get(id));
            token.put("single_word", false);
            token.put("lstrip", false);
            token.put("rstrip", false);
            token.put("normalized", false);
            token.put("special", true);
        }
        root.putNull("normalizer");
        root.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
        root.putNull("post_processor");
        root.putNull("decoder");
        ObjectNode model = root.putObject("model");
        model.put("type", "WordLevel");
        ObjectNode vocabulary = model.putObject("vocab");
        List<String> words = words(world);
        for (int id = 0; id < words.size(); id++) {
            vocabulary.put(words.get(id), id);
        }
        model.put("unk_token", UNKNOWN);
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
        } catch (JsonProcessingException exception) {
            throw new IllegalStateException("a tree of plain values is JSON", exception);
        }
    }
}
