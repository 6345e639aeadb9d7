package org.quietstar.generate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.quietstar.QuietStarException;
import org.quietstar.config.ModelConfig;
import org.quietstar.runtime.NativeSettings;
import org.quietstar.tokenizer.Tokenizer;

/**
 * A model that is ready to write, with thoughts if it has learned to think:
 *
 * <pre>{@code
 * try (var model = QuietStar.load(Path.of("runs/mine"))) {
 *     String text = model.generate("Once upon a time", GenerateOptions.builder().maxTokens(50).build());
 * }
 * }</pre>
 *
 * <p>Keys of the text are cached; a thought is a branch after them that is dropped again (spec, section 8). Used by one
 * thread at a time.
 */
public final class QuietStar implements AutoCloseable {
    private final LoadedModel loaded;
    private final Generator generator;

    private QuietStar(LoadedModel loaded) {
        this.loaded = loaded;
        this.generator = new Generator(loaded.model(), loaded.tokenizer());
    }

    /**
     * Loads the newest checkpoint of a run, or a folder in Hugging Face layout.
     *
     * @param path a run's folder, with {@code config.yaml}; or one with {@code config.json}, {@code *.safetensors} and
     *     {@code tokenizer.json}, such as {@code quietstar export} writes, with the thoughts that it may hold
     * @throws QuietStarException where the path is neither, or something in it is missing or damaged
     */
    public static QuietStar load(Path path) {
        return load(path, false);
    }

    /**
     * As {@link #load(Path)}.
     *
     * @param best takes a run's checkpoint with the lowest held-out loss instead of the newest
     */
    public static QuietStar load(Path path, boolean best) {
        NativeSettings.warnOnce();
        if (Files.isRegularFile(path.resolve("config.yaml"))) {
            return new QuietStar(LoadedModel.ofRun(path, best));
        }
        if (Files.isRegularFile(path.resolve("config.json"))) {
            return new QuietStar(LoadedModel.ofFolder(path));
        }
        throw new QuietStarException(path + ": neither a run (no config.yaml) nor a model's folder (no config.json);"
                + " give the folder that training printed, or one in Hugging Face layout");
    }

    /** Text that goes on from the prompt, which is not repeated. */
    public String generate(String prompt, GenerateOptions options) {
        return generate(prompt, options, new GenerationListener() {}).text();
    }

    /** Text that goes on from the prompt, of which the listener hears as it is produced. */
    public Generation generate(String prompt, GenerateOptions options, GenerationListener listener) {
        return generate(List.of(prompt), options, listener).get(0);
    }

    /**
     * Texts for several prompts, generated together; each is what it would be alone.
     *
     * @return in the prompts' order
     * @throws QuietStarException where the options do not suit the model
     */
    public List<Generation> generate(List<String> prompts, GenerateOptions options, GenerationListener listener) {
        List<Generator.Prompt> all = new ArrayList<>();
        for (String prompt : prompts) {
            all.add(new Generator.Prompt(all.size(), prompt, loaded.promptIds(prompt)));
        }
        return generator.generate(all, options, listener);
    }

    /** Whether the model has learned to think. */
    public boolean thinks() {
        return loaded.model().thought().isPresent();
    }

    /** The model's sizes. */
    public ModelConfig config() {
        return loaded.model().model();
    }

    /** What turns text into ids and back. */
    public Tokenizer tokenizer() {
        return loaded.tokenizer();
    }

    @Override
    public void close() {
        generator.close();
        loaded.close();
    }
}
