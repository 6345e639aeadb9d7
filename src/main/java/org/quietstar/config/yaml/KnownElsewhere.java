package org.quietstar.config.yaml;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What keys are called here that people know from elsewhere: the arguments of Hugging Face's Trainer, PEFT and TRL, the
 * keys of a model's config.json, and the flags of the paper's own program.
 */
final class KnownElsewhere {
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("per_device_train_batch_size", "data.batchSize"),
            Map.entry("per_gpu_train_batch_size", "data.batchSize"),
            Map.entry("train_batch_size", "data.batchSize"),
            Map.entry("micro_batch_size", "data.batchSize"),
            Map.entry("batch_size", "data.batchSize"),
            Map.entry("per_device_eval_batch_size", "evaluation.taskBatchSize"),
            Map.entry("eval_batch_size", "evaluation.taskBatchSize"),
            Map.entry("gradient_accumulation_steps", "train.gradientAccumulation"),
            Map.entry("learning_rate", "optimizer.learningRate"),
            Map.entry("lr", "optimizer.learningRate"),
            Map.entry("lr_scheduler_type", "optimizer.schedule"),
            Map.entry("lr_scheduler", "optimizer.schedule"),
            Map.entry("warmup_steps", "optimizer.warmupSteps"),
            Map.entry("num_warmup_steps", "optimizer.warmupSteps"),
            Map.entry("warmup_ratio", "optimizer.warmupSteps"),
            Map.entry("weight_decay", "optimizer.weightDecay"),
            Map.entry("adam_beta1", "optimizer.beta1"),
            Map.entry("adam_beta2", "optimizer.beta2"),
            Map.entry("adam_epsilon", "optimizer.epsilon"),
            Map.entry("max_grad_norm", "optimizer.clipNorm"),
            Map.entry("gradient_clipping", "optimizer.clipNorm"),
            Map.entry("gradient_clip_val", "optimizer.clipNorm"),
            Map.entry("max_steps", "train.steps"),
            Map.entry("num_train_epochs", "train.steps"),
            Map.entry("epochs", "train.steps"),
            Map.entry("num_epochs", "train.steps"),
            Map.entry("save_steps", "checkpoint.everySteps"),
            Map.entry("save_total_limit", "checkpoint.keepLast"),
            Map.entry("load_best_model_at_end", "checkpoint.keepBest"),
            Map.entry("eval_steps", "train.evaluateEvery"),
            Map.entry("output_dir", "output.dir"),
            Map.entry("train_file", "data.train"),
            Map.entry("dataset_name", "data.train"),
            Map.entry("dataset", "data.train"),
            Map.entry("data_path", "data.train"),
            Map.entry("train_data", "data.train"),
            Map.entry("validation_file", "data.validation"),
            Map.entry("eval_file", "data.validation"),
            Map.entry("validation_split_percentage", "data.validationFraction"),
            Map.entry("test_size", "data.validationFraction"),
            Map.entry("val_set_size", "data.validationFraction"),
            Map.entry("dataset_text_field", "data.textField"),
            Map.entry("text_column", "data.textField"),
            Map.entry("text_column_name", "data.textField"),
            Map.entry("block_size", "data.sequenceLength"),
            Map.entry("max_seq_length", "data.sequenceLength"),
            Map.entry("max_length", "data.sequenceLength"),
            Map.entry("sequence_len", "data.sequenceLength"),
            Map.entry("cutoff_len", "data.sequenceLength"),
            Map.entry("packing", "data.packing"),
            Map.entry("sample_packing", "data.packing"),
            Map.entry("dataloader_num_workers", "data.prefetch"),
            Map.entry("dataloader_prefetch_factor", "data.prefetch"),
            Map.entry("data_seed", "seed"),
            Map.entry("random_seed", "seed"),
            Map.entry("model_name_or_path", "model.weights"),
            Map.entry("model_name", "model.weights"),
            Map.entry("base_model", "model.weights"),
            Map.entry("pretrained_model_name_or_path", "model.weights"),
            Map.entry("tokenizer_name", "tokenizer.path"),
            Map.entry("tokenizer_name_or_path", "tokenizer.path"),
            Map.entry("tokenizer_file", "tokenizer.path"),
            Map.entry("model_type", "model.family"),
            Map.entry("hidden_size", "model.hiddenSize"),
            Map.entry("n_embd", "model.hiddenSize"),
            Map.entry("d_model", "model.hiddenSize"),
            Map.entry("intermediate_size", "model.intermediateSize"),
            Map.entry("n_inner", "model.intermediateSize"),
            Map.entry("num_hidden_layers", "model.layers"),
            Map.entry("n_layer", "model.layers"),
            Map.entry("num_attention_heads", "model.heads"),
            Map.entry("n_head", "model.heads"),
            Map.entry("num_key_value_heads", "model.kvHeads"),
            Map.entry("head_dim", "model.headDim"),
            Map.entry("vocab_size", "model.vocabSize"),
            Map.entry("max_position_embeddings", "model.maxPositions"),
            Map.entry("n_positions", "model.maxPositions"),
            Map.entry("rope_theta", "model.ropeTheta"),
            Map.entry("rms_norm_eps", "model.rmsNormEps"),
            Map.entry("sliding_window", "model.slidingWindow"),
            Map.entry("tie_word_embeddings", "model.tiedEmbeddings"),
            Map.entry("initializer_range", "model.initializerRange"),
            Map.entry("lora_r", "train.lora.rank"),
            Map.entry("lora_alpha", "train.lora.alpha"),
            Map.entry("lora_target_modules", "train.lora.targets"),
            Map.entry("target_modules", "train.lora.targets"),
            Map.entry("use_cpu", "backend"),
            Map.entry("no_cuda", "backend"),
            Map.entry("device", "backend"),
            Map.entry("n_ahead", "thought.thoughtTokens"),
            Map.entry("n_ahead_talk", "thought.lookahead"),
            Map.entry("n_passes", "thought.thoughtsPerPosition"),
            Map.entry("embedding_scale", "thought.embeddingScale"));

    private KnownElsewhere() {}

    /** Every name, with the path of the key that it is called here. */
    static Map<String, String> all() {
        return NAMES;
    }

    /** The path of the key that a name from elsewhere means; {@code per-device-train-batch-size} is the same name. */
    static Optional<String> key(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        return Optional.ofNullable(NAMES.get(last.toLowerCase(Locale.ROOT).replace('-', '_')));
    }
}
