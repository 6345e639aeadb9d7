package org.quietstar.hub;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.quietstar.QuietStarException;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.Pretrained;
import org.quietstar.config.Recipes;
import org.quietstar.config.TokenizerConfig;
import org.quietstar.config.TokenizerConfig.TokenizerKind;
import org.quietstar.model.Parameters;
import org.quietstar.model.family.Families;
import org.quietstar.model.family.Family;
import org.quietstar.model.family.HfConfig;
import org.quietstar.safetensors.ShardedSafetensors;
import org.quietstar.tokenizer.Tokenizers;

/**
 * A folder in Hugging Face's layout: {@code config.json}, {@code model.safetensors} or a sharded set with its index, and
 * {@code tokenizer.json}. Nothing is fetched; the folder is on this machine.
 */
public final class ModelFolder {
    public static final String CONFIG = "config.json";
    public static final String TOKENIZER = "tokenizer.json";

    private static final JsonMapper JSON = new JsonMapper();

    private final Path folder;
    private final ModelConfig config;

    private ModelFolder(Path folder, ModelConfig config) {
        this.folder = folder;
        this.config = config;
    }

    /**
     * Reads what the model is; its weights are read by {@link #parameters}.
     *
     * @throws QuietStarException where there is no {@code config.json}, or one of a model that is not supported
     */
    public static ModelFolder open(Path folder) {
        if (!isModelFolder(folder)) {
            throw new QuietStarException(folder + ": there is no " + CONFIG
                    + " here; a folder with a model in Hugging Face's layout is wanted");
        }
        HfConfig json = HfConfig.read(folder.resolve(CONFIG));
        ModelConfig config = Families.of(json).read(json);
        Families.check(config);
        if (config.resolvedHeadDim() % 2 != 0) {
            throw new QuietStarException(json.file() + ": heads are " + config.resolvedHeadDim()
                    + " numbers wide; supported are even widths");
        }
        return new ModelFolder(folder, config);
    }

    /** Whether a path is a folder with a {@code config.json}. */
    public static boolean isModelFolder(Path folder) {
        return Files.isRegularFile(folder.resolve(CONFIG));
    }

    /** What a recipe takes from {@code model.weights}: nothing where that has no {@code config.json}. */
    public static Optional<Pretrained> find(String weights) {
        Path folder = Path.of(weights);
        if (!isModelFolder(folder)) {
            return Optional.empty();
        }
        ModelFolder found = open(folder);
        return Optional.of(new Pretrained(
                folder.resolve(CONFIG).toString(),
                found.config(),
                found.tokenizerConfig(),
                found::agrees,
                ThoughtFiles.findSettings(folder)));
    }

    /**
     * Writes {@code config.json} and the weights, in float32, so that Hugging Face's library and {@link #open} read them
     * back bit for bit.
     *
     * @param folder that exists
     * @param more further entries of {@code config.json}, such as the ids of special tokens
     * @param shardBytes largest file; beyond it the weights are a set with an index
     */
    public static void write(
            Path folder, ModelConfig config, Parameters parameters, Map<String, Object> more, long shardBytes) {
        Family family = Families.of(config).written(config);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("architectures", List.of(family.className()));
        json.put("model_type", family.name());
        json.putAll(family.write(config));
        json.put("torch_dtype", "float32");
        json.putAll(more);
        Path file = folder.resolve(CONFIG);
        try {
            Files.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        } catch (IOException e) {
            throw new QuietStarException(file + ": cannot be written: " + e, e);
        }
        ShardedSafetensors.write(folder, "model", parameters.asMap(), shardBytes);
    }

    /** Its sizes; {@code weights} is the folder. */
    public ModelConfig config() {
        return config;
    }

    /**
     * Its weights, widened to {@code type}. Tensor after tensor is read, so that it takes no more memory than the result.
     *
     * @param type FLOAT or DOUBLE
     * @throws QuietStarException that names the tensor that is missing, unexpected, or of the wrong shape or type
     */
    public Parameters parameters(DataType type) {
        return PretrainedWeights.read(folder, config, type);
    }

    /** Its {@code tokenizer.json}, if there is one. */
    public Optional<Path> tokenizer() {
        return Optional.of(folder.resolve(TOKENIZER)).filter(Files::isRegularFile);
    }

    /** Its tokenizer: {@code tokenizer.json}, else what the recipe of an export names. */
    private Optional<TokenizerConfig> tokenizerConfig() {
        Path recipe = folder.resolve(ModelExport.RECIPE);
        if (tokenizer().isEmpty() && Files.isRegularFile(recipe)) {
            return Optional.of(Recipes.loadWritten(recipe, List.of()).tokenizer());
        }
        return tokenizer().map(path -> new TokenizerConfig(TokenizerKind.HUGGINGFACE, path.toString()));
    }

    /**
     * Its tokenizer.
     *
     * @throws QuietStarException where there is none
     */
    TokenizerConfig requireTokenizer() {
        return tokenizerConfig()
                .orElseGet(() -> new TokenizerConfig(
                        TokenizerKind.HUGGINGFACE, folder.resolve(TOKENIZER).toString()));
    }

    /** Whether a recipe's tokenizer is this folder's: the same file, or one with the same tokens. */
    private boolean agrees(TokenizerConfig other) {
        return tokenizerConfig()
                .map(own -> own.equals(other) || Tokenizers.sameTokens(own, other))
                .orElse(true);
    }
}
