package org.quietstar.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.quietstar.QuietStarException;
import org.quietstar.text.PlainText;

/** What a pretrained model's texts begin with. */
public final class TextPrefix {
    private TextPrefix() {}

    /** The special ids that the template of a {@code tokenizer.json} puts before a text; none where it puts none. */
    public static List<Integer> of(Path tokenizerFile) {
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(PlainText.read(tokenizerFile));
        } catch (IOException e) {
            throw new QuietStarException(tokenizerFile + ": cannot be read: " + e.getMessage(), e);
        }
        for (JsonNode template : json.path("post_processor").findParents("single")) {
            JsonNode special =
                    template.path("single").path(0).path("SpecialToken").path("id");
            JsonNode id = template.path("special_tokens")
                    .path(special.asText())
                    .path("ids")
                    .path(0);
            if (id.isInt()) {
                return List.of(id.asInt());
            }
        }
        return List.of();
    }
}
