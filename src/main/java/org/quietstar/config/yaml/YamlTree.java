package org.quietstar.config.yaml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import org.quietstar.QuietStarException;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Text to {@link YamlNode}s through Jackson's YAML parser. Scalars keep the text that was written, since which words are
 * numbers depends on the key (and on the YAML version). What a recipe has no use for, and what would make line numbers
 * lie, is refused: aliases, tags, several documents.
 */
public final class YamlTree {
    private static final int DEEPEST = 16;
    private static final Pattern TAB_INDENT = Pattern.compile("^ *\\t\\s*[^\\s#].*", Pattern.DOTALL);

    private final int[] codePoints;
    private final YAMLParser parser;
    private final IntFunction<Origin> places;

    private YamlTree(String text, YAMLParser parser, IntFunction<Origin> places) {
        this.codePoints = text.codePoints().toArray();
        this.parser = parser;
        this.places = places;
    }

    /**
     * Reads one document.
     *
     * @param places the origin of a line, counted from 1
     * @return a null scalar where the text holds nothing but comments
     */
    public static YamlNode read(String text, IntFunction<Origin> places) {
        refuseTabs(text, places);
        try (YAMLParser parser = new YAMLFactory().createParser(text)) {
            if (parser.nextToken() == null) {
                return new YamlNode.Scalar("", false, places.apply(0));
            }
            var tree = new YamlTree(text, parser, places);
            YamlNode root = tree.node("", 0);
            if (parser.nextToken() != null) {
                throw tree.here().error("", "a second document begins here ('---'); one file holds one configuration");
            }
            return root;
        } catch (IOException e) {
            throw malformed(e, text, places);
        }
    }

    private YamlNode node(String path, int depth) throws IOException {
        Origin origin = here();
        if (depth > DEEPEST) {
            throw origin.error("", "nested too deeply; no key has more than 4 levels");
        }
        if (parser.isCurrentAlias() || startsWith("&")) {
            throw origin.error(
                    path,
                    "'&' and '*' at the start of a value (YAML anchors and aliases) are not supported; "
                            + "write the value out, and put text that begins with such a sign in quotes");
        }
        if (parser.getTypeId() != null) {
            throw origin.error(path, "YAML tags (words that begin with '!') are not supported; write the plain value");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> fields(path, depth, origin);
            case START_ARRAY -> items(path, depth, origin);
            default -> new YamlNode.Scalar(parser.getText(), startsWith("\"'|>"), origin);
        };
    }

    private YamlNode fields(String path, int depth, Origin origin) throws IOException {
        var fields = new ArrayList<YamlNode.Field>();
        var first = new HashMap<String, Origin>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            Origin place = here();
            String full = path.isEmpty() ? Format.clean(name) : path + "." + Format.clean(name);
            Origin earlier = first.putIfAbsent(name, place);
            if (earlier != null) {
                throw place.error(full, "written twice (first on " + earlier.brief() + "); keep one of the two");
            }
            parser.nextToken();
            fields.add(new YamlNode.Field(name, node(full, depth + 1), place));
        }
        return new YamlNode.Fields(List.copyOf(fields), origin);
    }

    private YamlNode items(String path, int depth, Origin origin) throws IOException {
        var items = new ArrayList<YamlNode>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(node(path + "[" + (items.size() + 1) + "]", depth + 1));
        }
        return new YamlNode.Items(List.copyOf(items), origin);
    }

    private Origin here() {
        return places.apply(parser.currentTokenLocation().getLineNr());
    }

    /** Jackson does not tell whether 5 had quotes around it, nor a scalar's anchor; the sign at the value's place does. */
    private boolean startsWith(String signs) {
        long at = parser.currentTokenLocation().getCharOffset();
        return at >= 0 && at < codePoints.length && signs.indexOf(codePoints[(int) at]) >= 0;
    }

    private static void refuseTabs(String text, IntFunction<Origin> places) {
        String[] lines = text.split("\r\n|\r|\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (TAB_INDENT.matcher(lines[i]).matches()) {
                throw places.apply(i + 1).error("", "a tab in the indentation; YAML allows only blanks there");
            }
        }
    }

    private static QuietStarException malformed(IOException e, String text, IntFunction<Origin> places) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
                int line = marked.getProblemMark().getLine() + 1;
                return places.apply(line).error("", explain(marked.getProblem()));
            }
            if (cause instanceof ReaderException) {
                int line = 1
                        + (int) text.codePoints()
                                .takeWhile(StreamReader::isPrintable)
                                .filter(c -> c == '\n')
                                .count();
                return places.apply(line).error("", "malformed YAML: a control character stands here; delete it");
            }
        }
        int line = e instanceof JsonProcessingException json && json.getLocation() != null
                ? Math.max(json.getLocation().getLineNr(), 0)
                : 0;
        String message = String.valueOf(e.getMessage());
        boolean key = message.startsWith("Expected a field name");
        return places.apply(line)
                .error("", explain(key ? "a key is one word, not a list or a group of keys" : message));
    }

    private static String explain(String problem) {
        String advice = " (each line is 'key: value' with a blank after the colon, sections are indented by blanks, "
                + "and text that begins with a special sign such as * @ % & ! needs quotes)";
        return "malformed YAML: " + Format.clean(String.valueOf(problem)).replaceAll(" \\(Do not use .*", "") + advice;
    }
}
