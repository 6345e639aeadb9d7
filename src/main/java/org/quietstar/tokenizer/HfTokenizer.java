package org.quietstar.tokenizer;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.quietstar.QuietStarException;
import org.quietstar.hash.Sha256;

/**
 * A Hugging Face {@code tokenizer.json} through DJL's binding of the {@code tokenizers} library.
 *
 * <p>Works without a network. The native library lies in the jar and is unpacked once into the folder that the
 * environment variable {@code ENGINE_CACHE_DIR} names, else {@code DJL_CACHE_DIR}, else {@code ~/.djl.ai}.
 *
 * <p>Ids are those of the file; a file without a dedicated padding token gets one more, behind the last. Truncation and
 * padding that the file asks for (GPT-2's is often saved with a limit of 50 tokens) are not applied. Text that spells a
 * special token, such as {@code </s>}, is text.
 */
public final class HfTokenizer implements Tokenizer {
    private static final String CACHE = "DJL_CACHE_DIR";

    private static final Map<String, String> OPTIONS = Map.of(
            "addSpecialTokens", "false",
            "truncation", "do_not_truncate",
            "padding", "do_not_pad");

    private final HuggingFaceTokenizer tokenizer;
    private final Path file;
    private final Set<String> specialTexts;
    private final boolean[] special;
    private final int[] textBytes;
    private final int bosId;
    private final List<Integer> endIds;
    private final int padId;
    private final String fingerprint;
    private final List<Integer> textPrefix;
    /** Texts of the special tokens by the names that a chat template has for them. */
    private final Map<String, String> namedTokens = new LinkedHashMap<>();

    /** The library with special tokens, for conversations; made when the first one comes. */
    private Optional<HuggingFaceTokenizer> withSpecials = Optional.empty();

    private HfTokenizer(HuggingFaceTokenizer tokenizer, TokenizerJson json) {
        this.tokenizer = tokenizer;
        this.file = json.file();
        this.specialTexts = json.special().keySet();
        var ids = new SpecialIds(json);
        this.endIds = ids.end();
        this.bosId = ids.begin().orElse(-1);
        this.padId = ids.pad().orElse(json.size());
        this.textBytes = Arrays.copyOf(json.textBytes(), Math.max(json.size(), padId + 1));
        this.special = new boolean[textBytes.length];
        json.special().values().forEach(id -> special[id] = true);
        // Unknown text has no other id: this one may come from text, though it is declared special.
        json.unknownId().ifPresent(id -> special[id] = false);
        special[padId] = true;
        this.fingerprint = "huggingface-" + Sha256.of(json.bytes());
        this.textPrefix = ids.prefix();
        ids.begin().stream()
                .boxed()
                .findFirst()
                .flatMap(json::tokenOf)
                .ifPresent(text -> namedTokens.put("bos_token", text));
        json.tokenOf(endIds.get(0)).ifPresent(text -> namedTokens.put("eos_token", text));
    }

    /**
     * Opens a {@code tokenizer.json}; the caller closes it.
     *
     * @throws QuietStarException where the file is missing, broken, of a kind that the native library does not know, or
     *     without a token that ends a document
     */
    public static HfTokenizer open(Path file) {
        TokenizerJson json = TokenizerJson.read(file);
        // DJL otherwise asks the network for a library for CUDA, and reports its use from cloud machines.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        chooseCache();
        HuggingFaceTokenizer tokenizer = load(json, json.withoutSpecials());
        try {
            var adapter = new HfTokenizer(tokenizer, json);
            adapter.checkAddedTokens(json.addedText());
            return adapter;
        } catch (RuntimeException exception) {
            tokenizer.close();
            throw exception;
        }
    }

    /** Where nobody has said where the library goes, and the home folder cannot be written to, the temporary one is left. */
    private static void chooseCache() {
        Path usual = Path.of(System.getProperty("user.home"), ".djl.ai");
        boolean told = System.getenv("ENGINE_CACHE_DIR") != null || System.getenv(CACHE) != null;
        if (!told && System.getProperty(CACHE) == null && !Files.isDirectory(usual)) {
            try {
                Files.createDirectories(usual);
            } catch (IOException e) {
                System.setProperty(
                        CACHE,
                        Path.of(System.getProperty("java.io.tmpdir"), ".djl.ai-" + System.getProperty("user.name"))
                                .toString());
            }
        }
    }

    private static HuggingFaceTokenizer load(TokenizerJson json, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        try (var stream = new ByteArrayInputStream(bytes)) {
            return HuggingFaceTokenizer.newInstance(stream, OPTIONS);
        } catch (EngineException | LinkageError exception) {
            throw new QuietStarException(
                    "the native tokenizers library cannot be loaded (" + exception.getMessage() + "). It is unpacked"
                            + " into the folder that ENGINE_CACHE_DIR or DJL_CACHE_DIR names, else ~/.djl.ai; set"
                            + " DJL_CACHE_DIR to a folder that can be written to, with 20 MB of room",
                    exception);
        } catch (IOException | RuntimeException exception) {
            throw new QuietStarException(
                    json.file() + ": the tokenizers library rejects it: " + exception.getMessage(), exception);
        }
    }

    /** The native library numbers added tokens by their order; the file must mean the same numbers. */
    private void checkAddedTokens(Map<String, Integer> addedText) {
        addedText.forEach((token, id) -> {
            if (IntStream.of(encodePlain(token)).noneMatch(found -> found == id)) {
                throw new QuietStarException(file + ": added token \"" + token + "\" has id " + id
                        + " in the file, but the tokenizers library gives it " + Arrays.toString(encodePlain(token))
                        + "; its added_tokens are not in the order of their ids");
            }
        });
    }

    @Override
    public int[] encode(String text) {
        if (text.isEmpty()) {
            return new int[0];
        }
        int[] ids = encodePlain(text);
        return contains(ids, this::isSpecial) ? encodeInPieces(text) : ids;
    }

    /**
     * Some models (Unigram) have the spelling of a special token among their pieces. Text that contains such a spelling
     * is cut after its first character, and the pieces are encoded one by one.
     */
    private int[] encodeInPieces(String text) {
        IntStream.Builder ids = IntStream.builder();
        int begin = 0;
        for (int at = 0; at < text.length(); at++) {
            int start = at;
            if (specialTexts.stream().anyMatch(special -> text.startsWith(special, start))) {
                int cut = text.offsetByCodePoints(at, 1);
                IntStream.of(encodePlain(text.substring(begin, cut))).forEach(ids::add);
                begin = cut;
            }
        }
        IntStream.of(encodePlain(text.substring(begin))).forEach(ids::add);
        int[] result = ids.build().toArray();
        if (contains(result, this::isSpecial)) {
            throw new QuietStarException(file + ": text of " + text.length()
                    + " characters yields the id of a special token; this tokenizer cannot be used for plain text");
        }
        return result;
    }

    private int[] encodePlain(String text) {
        return encode(tokenizer, text);
    }

    private static int[] encode(HuggingFaceTokenizer library, String text) {
        return LongStream.of(library.encode(text, false, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    @Override
    public synchronized int[] encodeConversation(String text) {
        if (withSpecials.isEmpty()) {
            withSpecials = Optional.of(loadWithSpecials());
        }
        return text.isEmpty() ? new int[0] : encode(withSpecials.get(), text);
    }

    /** The file is read again: its tree would take memory that plain text does not need. */
    private HuggingFaceTokenizer loadWithSpecials() {
        TokenizerJson json = TokenizerJson.read(file);
        return load(json, json.withSpecials());
    }

    @Override
    public Optional<ChatTemplate> chatTemplate() {
        return ChatTemplate.beside(file, namedTokens);
    }

    /** The text of {@code ids}; what is no UTF-8 becomes U+FFFD. */
    @Override
    public String decode(int[] ids) {
        long[] text = IntStream.of(ids)
                .filter(id -> !isSpecial(Tokenizers.requireInRange(id, vocabSize())))
                .asLongStream()
                .toArray();
        return text.length == 0 ? "" : tokenizer.decode(text, false);
    }

    @Override
    public int textBytes(int id) {
        return textBytes[Tokenizers.requireInRange(id, vocabSize())];
    }

    @Override
    public int vocabSize() {
        return special.length;
    }

    @Override
    public int bosId() {
        return bosId;
    }

    @Override
    public int eosId() {
        return endIds.get(0);
    }

    @Override
    public Set<Integer> endIds() {
        return new LinkedHashSet<>(endIds);
    }

    @Override
    public int padId() {
        return padId;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public synchronized void close() {
        tokenizer.close();
        withSpecials.ifPresent(HuggingFaceTokenizer::close);
        withSpecials = Optional.empty();
    }

    /** The ids that a pretrained model's texts begin with, as the file's template or add_bos_token beside it says. */
    @Override
    public List<Integer> textPrefix() {
        return textPrefix;
    }

    @Override
    public String toString() {
        return "HfTokenizer[" + file + ", " + vocabSize() + " ids, specials "
                + specialTexts.stream().sorted().collect(Collectors.joining(" ")) + "]";
    }

    private boolean isSpecial(int id) {
        return special[id];
    }

    private static boolean contains(int[] ids, IntPredicate predicate) {
        return IntStream.of(ids).anyMatch(predicate);
    }
}
