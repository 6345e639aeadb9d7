package org.quietstar.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter.NopIndenter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import jinjava.javax.el.CompositeELResolver;
import org.quietstar.QuietStarException;
import org.quietstar.hash.Sha256;
import org.quietstar.text.JsonText;
import org.quietstar.text.PlainText;

/**
 * What a tokenizer's folder says of how a conversation is written as one text: a template in the language Jinja, as Hugging
 * Face's libraries apply it. It reads no file, and makes 64 million characters at most. The date of the day is not given to
 * it ({@code strftime_now} is not defined), so that the same conversation is the same text on every day.
 *
 * <p>Used by one thread at a time.
 */
public final class ChatTemplate {
    private static final int LONGEST = 64 << 20;
    /** Numbers that a range may have at most. */
    private static final int LONGEST_RANGE = 1_000_000;

    /** Jinja's lstrip_blocks: a tag or a comment that begins a line stands at its very beginning. */
    private static final Pattern BLANKS_BEFORE_BLOCK = Pattern.compile("(?m)^[ \\t]+(?=\\{[%#](?!\\+))");
    /** Jinja's trim_blocks: the line break behind a tag or a comment goes. */
    private static final Pattern BREAK_AFTER_BLOCK = Pattern.compile("(?<=[^+][%#]\\})\\r?\\n");

    private static final Pattern REVERSED = Pattern.compile("([A-Za-z_][A-Za-z0-9_.]*)\\[::-1]");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final PrettyPrinter AS_PYTHON = new DefaultPrettyPrinter(Separators.createDefaultInstance()
                    .withRootSeparator("")
                    .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                    .withObjectEntrySpacing(Separators.Spacing.AFTER)
                    .withArrayValueSpacing(Separators.Spacing.AFTER)
                    .withObjectEmptySeparator("")
                    .withArrayEmptySeparator(""))
            .withObjectIndenter(new NopIndenter())
            .withArrayIndenter(new NopIndenter());

    private final Path file;
    private final String source;
    private final Map<String, String> tokens;
    /** Made when the first conversation comes: it takes a third of a second. */
    private Optional<Jinjava> engine = Optional.empty();

    /** A conversation that the template does not take, or a template that cannot be read. */
    public static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        private Refusal(String reason) {
            super(reason);
        }
    }

    /** What {@code raise_exception} of a template throws. */
    static final class Raised extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Raised(String reason) {
            super(reason);
        }
    }

    private ChatTemplate(Path file, String source, Map<String, String> tokens) {
        this.file = file;
        this.source = prepared(source);
        this.tokens = tokens;
    }

    /**
     * The template beside a tokenizer: {@code chat_template.jinja}, or {@code chat_template} in
     * {@code tokenizer_config.json} (of several the one named default), or in {@code chat_template.json}.
     *
     * @param tokenizer the file {@code tokenizer.json}
     * @param fallback texts of the special tokens by their names, such as {@code bos_token}, where
     *     {@code tokenizer_config.json} does not say
     */
    static Optional<ChatTemplate> beside(Path tokenizer, Map<String, String> fallback) {
        Path settings = tokenizer.resolveSibling("tokenizer_config.json");
        JsonNode config = json(settings);
        Map<String, String> tokens = new LinkedHashMap<>(fallback);
        config.properties().forEach(entry -> {
            JsonNode value = entry.getValue().isObject() ? entry.getValue().path("content") : entry.getValue();
            if (entry.getKey().endsWith("_token") && value.isTextual()) {
                tokens.put(entry.getKey(), value.textValue());
            }
        });
        Path own = tokenizer.resolveSibling("chat_template.jinja");
        if (Files.isRegularFile(own)) {
            return Optional.of(new ChatTemplate(own, read(own), tokens));
        }
        for (Path place : List.of(settings, tokenizer.resolveSibling("chat_template.json"))) {
            Optional<String> source = source(json(place).path("chat_template"));
            if (source.isPresent()) {
                return Optional.of(new ChatTemplate(place, source.get(), tokens));
            }
        }
        return Optional.empty();
    }

    /**
     * The template as the engine needs it. Jinja's slices with a step are not known to it: the one that templates use is the
     * reversal. Its own way with blanks around blocks takes those in the middle of a line, too.
     */
    private static String prepared(String source) {
        String blocksAtTheirLines = BLANKS_BEFORE_BLOCK.matcher(source).replaceAll("");
        String blocksWithoutBreak =
                BREAK_AFTER_BLOCK.matcher(blocksAtTheirLines).replaceAll("");
        return REVERSED.matcher(blocksWithoutBreak).replaceAll("$1|reverse|list");
    }

    private static String read(Path file) {
        try {
            return PlainText.decode(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new QuietStarException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static JsonNode json(Path file) {
        return Files.isRegularFile(file) ? JsonText.read(file) : MissingNode.getInstance();
    }

    private static Optional<String> source(JsonNode stated) {
        if (stated.isTextual()) {
            return Optional.of(stated.textValue());
        }
        for (JsonNode each : stated) {
            if (each.path("name").asText().equals("default")) {
                return Optional.of(each.path("template").asText());
            }
        }
        return Optional.empty();
    }

    private static Jinjava engine() {
        var resolver = new CompositeELResolver();
        resolver.add(new PythonStrings());
        resolver.add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_ONLY);
        var engine = new Jinjava(JinjavaConfig.newBuilder()
                .withElResolver(resolver)
                .withMaxOutputSize(LONGEST)
                .withMaxStringLength(LONGEST)
                .withRangeLimit(LONGEST_RANGE)
                .withDisabled(Map.of(Context.Library.TAG, Set.of("include", "import", "from", "extends")))
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withEvaluateMapKeys(true)
                        .withUsePyishObjectMapper(true)
                        .withUseNaturalOperatorPrecedence(true)
                        .withParseWhitespaceControlStrictly(true)
                        .withAllowAdjacentTextNodes(true)
                        .withUseTrimmingForNotesAndExpressions(true)
                        .withKeepNullableLoopValues(true)
                        .build())
                .build());
        engine.setResourceLocator((name, encoding, interpreter) -> {
            throw new Raised("a chat template reads no other file, such as " + name);
        });
        engine.getGlobalContext()
                .registerFunction(
                        new ELFunctionDefinition("", "raise_exception", ChatTemplate.class, "raise", String.class));
        engine.getGlobalContext().registerFilter(new AsPythonsJson());
        engine.getGlobalContext().registerTag(new Generation());
        return engine;
    }

    /** What a template calls where it does not take a conversation. */
    @SuppressWarnings("DoNotCallSuggester") // templates call it, by its name
    public static String raise(String reason) {
        throw new Raised(reason);
    }

    /** The file that it comes from. */
    public Path file() {
        return file;
    }

    /** SHA-256 of the template and its special tokens, 64 hexadecimal digits. */
    public String fingerprint() {
        return Sha256.of((source + "\n" + tokens).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The text of a conversation, special tokens spelled out; nothing that asks for an answer stands at its end.
     *
     * @param messages its turns, each with {@code role} and {@code content}
     * @throws Refusal with the template's own words where it does not take them
     */
    public String apply(List<? extends Map<String, ?>> messages) throws Refusal {
        Map<String, Object> variables = new LinkedHashMap<>(tokens);
        variables.put("messages", messages);
        variables.put("add_generation_prompt", false);
        Jinjava jinjava = engine.orElseGet(ChatTemplate::engine);
        engine = Optional.of(jinjava);
        RenderResult result = jinjava.renderForResult(source, variables);
        for (TemplateError error : result.getErrors()) {
            throw new Refusal(reason(error));
        }
        return result.getOutput();
    }

    private static String reason(TemplateError error) {
        for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof Raised) {
                return cause.getMessage();
            }
        }
        return "line " + error.getLineno() + ": " + error.getMessage();
    }

    /** JSON with the blanks of Python's {@code json.dumps}, and without its escapes of letters. */
    private static final class AsPythonsJson implements Filter {
        @Override
        public String getName() {
            return "tojson";
        }

        @Override
        public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
            try {
                return JSON.writer(AS_PYTHON).writeValueAsString(value);
            } catch (JsonProcessingException e) {
                throw new Raised("tojson cannot write " + value + ": " + e.getOriginalMessage());
            }
        }
    }

    /** The mark around what an assistant says: what is in it stays, the mark goes. */
    private static final class Generation implements Tag {
        private static final long serialVersionUID = 1L;

        @Override
        public String getName() {
            return "generation";
        }

        @Override
        public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
            var text = new StringBuilder();
            for (Node child : tag.getChildren()) {
                text.append(child.render(interpreter));
            }
            return text.toString();
        }
    }
}
