package org.quietstar.hub;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.quietstar.QuietStarException;
import org.quietstar.checkpoint.Checkpoint;
import org.quietstar.checkpoint.Durable;
import org.quietstar.checkpoint.StageEnds;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.config.TokenizerConfig.TokenizerKind;
import org.quietstar.model.LoraAdapters;
import org.quietstar.model.Parameters;
import org.quietstar.safetensors.SafetensorsWriter;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.tokenizer.Tokenizer;

/**
 * A checkpoint as a folder in Hugging Face's layout: {@code config.json}, the base model in {@code model.safetensors} or a
 * sharded set, {@code tokenizer.json}, what Quiet-STaR adds in {@link ThoughtFiles files of its own}, the recipe, and a
 * model card. The base model loads where thoughts are unknown.
 *
 * <p>It is written beside its place and renamed, so that a folder of that name is whole.
 */
public final class ModelExport {
    /** The resolved recipe. */
    public static final String RECIPE = "quietstar.yaml";

    /** Largest file of weights where nothing else is said. */
    public static final long DEFAULT_SHARD_BYTES = 4L << 30;

    /** What becomes of low-rank adapters. */
    public enum Adapters {
        /** They are added to the matrices that they stand beside. */
        MERGED,
        /** They go into a folder of their own, {@link #ADAPTER}, as PEFT wants them, and the base stays as it was. */
        APART
    }

    /** Folder of adapters that are written apart. */
    public static final String ADAPTER = "adapter";

    private static final String CARD = "README.md";
    private static final List<String> BESIDE_TOKENIZER = List.of(
            "tokenizer_config.json",
            "special_tokens_map.json",
            "generation_config.json",
            "chat_template.jinja",
            "chat_template.json");
    private static final JsonMapper JSON = new JsonMapper();

    private final RunConfig config;
    private final Checkpoint checkpoint;
    private final Tokenizer tokenizer;
    private final long shardBytes;
    private final Adapters adapters;

    /**
     * @param config the run's
     * @param tokenizer the run's
     * @param shardBytes largest file of weights
     * @param adapters where the run trained any
     */
    public ModelExport(
            RunConfig config, Checkpoint checkpoint, Tokenizer tokenizer, long shardBytes, Adapters adapters) {
        this.adapters = adapters;
        this.config = config;
        this.checkpoint = checkpoint;
        this.tokenizer = tokenizer;
        this.shardBytes = shardBytes;
    }

    /**
     * Throws where an export would write over something.
     *
     * @throws QuietStarException where {@code target} is a file, or a folder that holds anything
     */
    public static void requireFree(Path target) {
        try {
            if (Files.isDirectory(target)) {
                try (Stream<Path> files = Files.list(target)) {
                    files.findAny().ifPresent(file -> {
                        throw new QuietStarException(target + ": the folder is not empty (it holds "
                                + file.getFileName() + "); export writes over nothing: name a new folder");
                    });
                }
            } else if (Files.exists(target)) {
                throw new QuietStarException(target + ": there is a file of this name; name a new folder");
            }
        } catch (IOException e) {
            throw new QuietStarException(target + ": cannot be read: " + e, e);
        }
    }

    /**
     * Writes the folder.
     *
     * @param target folder that does not exist yet, or is empty
     * @throws QuietStarException where it is not, or cannot be written; nothing is left half written
     */
    public void write(Path target) {
        requireFree(target);
        ThinkingModel model =
                ModelLoader.restore(config, tokenizer, checkpoint, StageEnds.thoughtSettings(config, checkpoint));
        Path absolute = target.toAbsolutePath();
        Path writing = absolute.resolveSibling(".exporting-" + absolute.getFileName());
        try {
            Files.createDirectories(absolute.getParent());
            Durable.discard(writing);
            Files.createDirectory(writing);
            writeFiles(writing, model);
            Durable.syncFolder(writing);
            Files.deleteIfExists(absolute);
            Durable.rename(writing, absolute);
        } catch (IOException e) {
            Durable.discard(writing);
            throw new QuietStarException(
                    target + ": cannot be written: " + e
                            + ". Check that the folder above may be written to and has room.",
                    e);
        } catch (RuntimeException e) {
            Durable.discard(writing);
            throw e;
        }
    }

    private void writeFiles(Path folder, ThinkingModel model) throws IOException {
        Parameters base = base(model);
        try {
            ModelFolder.write(folder, model.config(), base, specialIds(model), shardBytes);
        } finally {
            base.closeAllBut(model.decoder());
        }
        if (adapters == Adapters.APART && LoraAdapters.rank(model.decoder()).isPresent()) {
            writeAdapters(folder.resolve(ADAPTER), model);
        }
        if (config.tokenizer().kind() == TokenizerKind.HUGGINGFACE) {
            copyTokenizer(Path.of(config.tokenizer().path()), folder);
        }
        if (model.thought().isPresent()) {
            ThoughtFiles.write(
                    folder,
                    model.settings(),
                    model.tokens().neverInThoughts(),
                    model.thought().get());
        }
        Durable.write(folder.resolve(RECIPE), Recipes.toYaml(config).getBytes(StandardCharsets.UTF_8));
        var card = new ModelCard(config, checkpoint, model);
        Durable.write(folder.resolve(CARD), card.text().getBytes(StandardCharsets.UTF_8));
    }

    /** The tokenizer, with what the files beside it say of it. */
    private static void copyTokenizer(Path tokenizer, Path folder) throws IOException {
        Durable.write(folder.resolve(ModelFolder.TOKENIZER), Files.readAllBytes(tokenizer));
        for (String name : BESIDE_TOKENIZER) {
            Path file = tokenizer.resolveSibling(name);
            if (Files.isRegularFile(file)) {
                Durable.write(folder.resolve(name), Files.readAllBytes(file));
            }
        }
    }

    private Parameters base(ThinkingModel model) {
        if (LoraAdapters.rank(model.decoder()).isEmpty()) {
            return model.decoder();
        }
        return adapters == Adapters.MERGED
                ? LoraAdapters.merged(model.config(), model.decoder())
                : LoraAdapters.withoutAdapters(model.decoder());
    }

    private static void writeAdapters(Path folder, ThinkingModel model) throws IOException {
        Files.createDirectory(folder);
        SafetensorsWriter.write(
                folder.resolve("adapter_model.safetensors"),
                LoraAdapters.peftTensors(model.decoder()),
                Map.of("format", "pt"));
        Map<String, Object> json = LoraAdapters.peftConfig(model.config(), model.decoder(), "..");
        Durable.write(
                folder.resolve("adapter_config.json"),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        Durable.syncFolder(folder);
    }

    private Map<String, Object> specialIds(ThinkingModel model) {
        Map<String, Object> ids = new LinkedHashMap<>();
        if (tokenizer.bosId() >= 0) {
            ids.put("bos_token_id", tokenizer.bosId());
        }
        // The one that ends a document comes first.
        List<Integer> end = List.copyOf(tokenizer.endIds());
        ids.put("eos_token_id", end.size() == 1 ? end.get(0) : end);
        if (tokenizer.padId() < model.config().vocabSize()) {
            ids.put("pad_token_id", tokenizer.padId());
        }
        return ids;
    }
}
