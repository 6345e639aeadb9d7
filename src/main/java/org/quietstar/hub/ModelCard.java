package org.quietstar.hub;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.quietstar.checkpoint.Checkpoint;
import org.quietstar.checkpoint.RunPosition;
import org.quietstar.config.CheckpointConfig.BestBy;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.Recipes;
import org.quietstar.config.RunConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.config.TokenizerConfig.TokenizerKind;
import org.quietstar.model.family.Families;
import org.quietstar.runtime.Versions;
import org.quietstar.thought.ThinkingModel;

/** The {@code README.md} of an exported model: what it is, how it loads, and where it comes from. */
final class ModelCard {
    private final RunConfig config;
    private final Checkpoint checkpoint;
    private final ThinkingModel model;

    ModelCard(RunConfig config, Checkpoint checkpoint, ThinkingModel model) {
        this.config = config;
        this.checkpoint = checkpoint;
        this.model = model;
    }

    /** Markdown, with the header that Hugging Face's hub reads. */
    String text() {
        var text = new StringBuilder("""
                ---
                library_name: transformers
                pipeline_tag: text-generation
                tags: [quiet-star, deeplearning4j]
                ---
                # Model card

                """);
        text.append(sizes());
        text.append("`config.json` and `model.safetensors` are an ordinary language model in float32;"
                + " `AutoModelForCausalLM.from_pretrained` of Hugging Face's library loads it, without thoughts.\n\n");
        if (model.thought().isPresent()) {
            text.append("`thought.safetensors` holds what [Quiet-STaR](https://arxiv.org/abs/2403.09629) adds: the"
                    + " embeddings that begin and end a thought, and the mixing head; `thought.json` the settings they"
                    + " were trained under.\n\n");
        }
        if (config.tokenizer().kind() == TokenizerKind.BYTE) {
            text.append("Its tokens are the 256 bytes and three specials; there is no `tokenizer.json`.\n\n");
        }
        text.append("## Provenance\n\n| | |\n|---|---|\n");
        provenance()
                .forEach((name, value) -> text.append("| ")
                        .append(name)
                        .append(" | ")
                        .append(value)
                        .append(" |\n"));
        text.append("\nThe licences of the data and of the model that training began with hold for this one, too.\n\n"
                + "## Recipe\n\n```yaml\n");
        return text.append(Recipes.toYaml(config)).append("```\n").toString();
    }

    private String sizes() {
        ModelConfig sizes = model.config();
        return String.format(
                Locale.ROOT,
                "A %s of %,d parameters: %d layers of width %d, vocabulary %d. Written by Quiet-STaR for Deeplearning4j.%n%n",
                Families.of(sizes).written(sizes).className(),
                model.decoder().count(),
                sizes.layers(),
                sizes.hiddenSize(),
                sizes.vocabSize());
    }

    private Map<String, String> provenance() {
        StageConfig stage = config.stages().get(RunPosition.of(checkpoint).stage());
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("step", String.valueOf(checkpoint.step()));
        facts.put("stage", stage.name());
        facts.put("seed", String.valueOf(config.seed()));
        boolean byTasks = config.checkpoint().bestBy() == BestBy.TASKS;
        checkpoint
                .score()
                .ifPresent(score -> facts.put(
                        byTasks ? "wrong answers in the course of training" : "held-out loss",
                        String.format(Locale.ROOT, byTasks ? "%.4f of all" : "%.4f nats", score)));
        facts.put(
                "begun from",
                config.model().weights().isEmpty()
                        ? "random weights"
                        : "`" + config.model().weights() + "`");
        facts.put("tokenizer", String.valueOf(checkpoint.state().get(ModelLoader.TOKENIZER)));
        if (checkpoint.state().get("data") instanceof Map<?, ?> data) {
            facts.put("training data", stage.data().train() + ", fingerprint " + data.get("fingerprint"));
        }
        if (checkpoint.state().get("versions") instanceof Map<?, ?> versions) {
            facts.put("trained with", new TreeMap<>(versions).toString());
        }
        facts.put("exported with", new TreeMap<>(Versions.current().asMap()).toString());
        return facts;
    }
}
