package org.quietstar.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.generate.GeneratedToken;
import org.quietstar.generate.Generation;
import org.quietstar.generate.TextPiece;
import org.quietstar.generate.Thought;
import org.quietstar.tokenizer.ByteTokenizer;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ThoughtViewTest {
    private static final String PROMPT = "a <b> & \"c\"";
    private static final String TEXT = "<script>é'\n\u0001";

    private final ByteTokenizer tokenizer = new ByteTokenizer();

    /** A token for each byte, weights −0.5, 0, 0.5, 1 in turn, gains half of them. */
    private Generation generation(String text) {
        List<GeneratedToken> tokens = new ArrayList<>();
        int[] ids = tokenizer.encode(text);
        for (int i = 0; i < ids.length; i++) {
            double w = (i % 4 - 1) * 0.5;
            var thought = new Thought(
                    IntStream.of(tokenizer.encode("<i>\u0000")).boxed().toList(), w);
            tokens.add(new GeneratedToken(ids[i], -1, OptionalDouble.of(-1 - w / 2), Optional.of(thought)));
        }
        return new Generation(PROMPT, text, tokens, Generation.Finish.LENGTH);
    }

    /** The piece as XML, which it is, too, if every character that must be is escaped. */
    private static Element parse(Html html) throws Exception {
        byte[] bytes = html.html().getBytes(StandardCharsets.UTF_8);
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(bytes))
                .getDocumentElement();
    }

    private static List<Element> elements(Element within, String name) {
        NodeList nodes = within.getElementsByTagName(name);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Element) nodes.item(i))
                .toList();
    }

    private static Element text(Html html) throws Exception {
        return elements(parse(html), "div").get(0);
    }

    @Test
    void theTextIsWholeAndNothingOfItIsMarkup() throws Exception {
        Html html = ThoughtView.of(generation(TEXT), tokenizer, ThoughtColour.WEIGHT);
        Element text = text(html);
        assertThat(text.getAttribute("class")).isEqualTo("text");
        assertThat(text.getTextContent()).isEqualTo(PROMPT + "<script>é'↵\n\u2401");
        assertThat(elements(text, "script")).isEmpty();
        assertThat(html.html()).doesNotContain("<script", "http:", "https:", "src=");
    }

    @Test
    void aCharacterOfTwoTokensIsOnePiece() throws Exception {
        List<TextPiece> pieces = TextPiece.of(generation(TEXT), tokenizer);
        assertThat(pieces)
                .extracting(TextPiece::text)
                .containsExactly("<", "s", "c", "r", "i", "p", "t", ">", "é", "'", "\n", "\u0001");
        assertThat(pieces.get(8).tokens()).hasSize(2);
        Element text = text(ThoughtView.of(generation(TEXT), tokenizer, ThoughtColour.WEIGHT));
        assertThat(elements(text, "span")).hasSize(1 + pieces.size());
    }

    @Test
    void coloursTellSignAndSize() throws Exception {
        List<Element> spans =
                elements(text(ThoughtView.of(generation("abcd"), tokenizer, ThoughtColour.WEIGHT)), "span");
        assertThat(spans)
                .extracting(span -> span.getAttribute("style"))
                .containsExactly(
                        "",
                        "background:rgba(217,95,2,0.275)",
                        "background:rgba(31,119,180,0.000)",
                        "background:rgba(31,119,180,0.275)",
                        "background:rgba(31,119,180,0.550)");
        assertThat(spans.get(1).getAttribute("title"))
                .contains("thought: <i>\u2400", "w -0.5000", "gain -0.2500 nats", "log p -1.0000 nats");
    }

    @Test
    void theLegendHasTheRangeAndTheUnit() throws Exception {
        Element ofGain = elements(parse(ThoughtView.of(generation("abcd"), tokenizer, ThoughtColour.GAIN)), "div")
                .get(1);
        assertThat(ofGain.getAttribute("class")).isEqualTo("legend");
        assertThat(ofGain.getTextContent())
                .contains("gain of the thought (nats)", "-0.5000", "-0.2500", "0", "+0.2500", "+0.5000");
        Element ofWeight = elements(parse(ThoughtView.of(generation("abcd"), tokenizer, ThoughtColour.WEIGHT)), "div")
                .get(1);
        assertThat(ofWeight.getTextContent()).contains("mixing weight w", "+1.0000");
    }

    @Test
    void withoutThoughtsNothingIsColoured() throws Exception {
        var token = new GeneratedToken('a', -1, OptionalDouble.empty(), Optional.empty());
        var generation = new Generation("", "a", List.of(token), Generation.Finish.LENGTH);
        Html html = ThoughtView.of(generation, tokenizer, ThoughtColour.GAIN);
        assertThat(elements(text(html), "span").get(1).getAttribute("style")).isEqualTo("background:none");
        assertThat(elements(parse(html), "td"))
                .extracting(Element::getTextContent)
                .containsExactly("a", "–", "–", "-1.0000", "–");
    }

    @Test
    void thePageFollowsLightAndDark(@TempDir Path folder) throws Exception {
        Path page = folder.resolve("new/thoughts.html");
        ThoughtView.of(generation(TEXT), tokenizer, ThoughtColour.WEIGHT).write(page);
        assertThat(Files.readString(page))
                .startsWith("<!DOCTYPE html>")
                .contains("charset=\"utf-8\"", "content=\"light dark\"");
    }
}
