package org.quietstar.safetensors;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Weights in other formats than safetensors, told by their file names, and the way to safetensors. */
final class OtherWeights {
    private static final String SAVE = "convert it to safetensors where it comes from, for instance with"
            + " transformers: AutoModelForCausalLM.from_pretrained(folder).save_pretrained(folder,"
            + " safe_serialization=True)";

    /** A format: how its files are named, what it is, what to do. */
    private record Other(Pattern name, String what, String way) {}

    private static final List<Other> OTHERS = List.of(
            new Other(Pattern.compile(".*\\.(bin|pt|pth|ckpt)(\\.index\\.json)?"), "a checkpoint of PyTorch", SAVE),
            new Other(
                    Pattern.compile(".*\\.gguf"),
                    "in llama.cpp's format, mostly quantised",
                    "fetch the same model as safetensors"),
            new Other(Pattern.compile(".*\\.(h5|keras)"), "a checkpoint of TensorFlow", SAVE),
            new Other(Pattern.compile(".*\\.msgpack"), "a checkpoint of Flax", SAVE),
            new Other(Pattern.compile(".*\\.onnx"), "a graph of ONNX", "fetch the same model as safetensors"));

    private OtherWeights() {}

    /** Words for the first such file of a folder, with the way out. */
    static Optional<String> in(List<Path> files) {
        for (Path file : files) {
            String name = file.getFileName().toString();
            for (Other other : OTHERS) {
                if (other.name.matcher(name).matches()) {
                    return Optional.of(name + ", which is " + other.what + "; " + other.way);
                }
            }
        }
        return Optional.empty();
    }
}
