package org.quietstar.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.quietstar.QuietStarException;
import org.quietstar.config.LoraConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.family.Families;

/**
 * Low-rank adapters (LoRA, arXiv 2106.09685): beside a linear map W [out, in] are A [rank, in] and B [out, rank], and
 * the map becomes y = x·Wᵀ + (alpha / rank)·(x·Aᵀ)·Bᵀ. A is normal with the variance of the reference program's uniform
 * start, 1 / (3·in); B is zero, so that fresh adapters change nothing, bit for bit.
 *
 * <p>Adapters are {@link Parameters} like the decoder's and are stored among them, named as PEFT names them: those of
 * {@code x.q_proj.weight} are {@code x.q_proj.lora_A.weight} and {@code x.q_proj.lora_B.weight}. {@link #ALPHA} goes with
 * them, so that the parameters are complete.
 */
public final class LoraAdapters {
    /** alpha, [1]; a setting that is kept with the adapters, never trained. */
    public static final String ALPHA = "lora_alpha";

    private static final String WEIGHT = ".weight";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";
    /** What PEFT puts before a tensor's name in adapter_model.safetensors. */
    private static final String PEFT_PREFIX = "base_model.model.";
    /** A weight within a numbered layer: group 1 is the last part of its map's name. */
    private static final Pattern OF_LAYER = Pattern.compile(".*\\.[0-9]+\\.(?:.*\\.)?([^.]+)\\.weight");

    private LoraAdapters() {}

    /** Name of A beside the weight {@code x.weight}. */
    public static String nameOfA(String weight) {
        return stem(weight) + A;
    }

    /** Name of B beside the weight {@code x.weight}. */
    public static String nameOfB(String weight) {
        return stem(weight) + B;
    }

    private static String stem(String weight) {
        return weight.substring(0, weight.length() - WEIGHT.length());
    }

    /** Whether the parameter is an adapter's matrix, which is trained, or their {@link #ALPHA}, which is not. */
    public static boolean isAdapter(String name) {
        return isMatrix(name) || name.equals(ALPHA);
    }

    /** Whether the parameter is an A or a B. */
    public static boolean isMatrix(String name) {
        return name.endsWith(A) || name.endsWith(B);
    }

    /**
     * Shapes of the matrices, A and B of each adapted weight; empty where {@code lora} is off.
     *
     * @throws QuietStarException where a target is no linear map of the decoder's layers
     */
    public static Map<String, long[]> shapes(ModelConfig model, LoraConfig lora) {
        Map<String, long[]> decoder = DecoderParameters.shapes(model);
        int in = inputAxis(model);
        Map<String, long[]> shapes = new LinkedHashMap<>();
        if (!lora.isOn()) {
            return shapes;
        }
        requireTargets(decoder, lora.targets());
        decoder.forEach((name, shape) -> {
            if (lora.targets().contains(mapName(name, shape))) {
                shapes.put(nameOfA(name), new long[] {lora.rank(), shape[in]});
                shapes.put(nameOfB(name), new long[] {shape[1 - in], lora.rank()});
            }
        });
        return shapes;
    }

    /** Which axis of a stored matrix its inputs are counted along. */
    private static int inputAxis(ModelConfig model) {
        return Families.architecture(model).inputFirst() ? 0 : 1;
    }

    private static void requireTargets(Map<String, long[]> decoder, List<String> targets) {
        var known = new TreeSet<String>();
        decoder.forEach((name, shape) -> known.add(mapName(name, shape)));
        known.remove("");
        for (String target : targets) {
            if (!known.contains(target)) {
                throw new QuietStarException("train.lora.targets: '" + target
                        + "' is no linear map of this decoder's layers; there are " + String.join(", ", known));
            }
        }
    }

    /** Last part of the name of a linear map in a layer, "q_proj"; empty for other parameters. */
    private static String mapName(String name, long... shape) {
        Matcher matcher = OF_LAYER.matcher(name);
        return shape.length == 2 && matcher.matches() ? matcher.group(1) : "";
    }

    /** Fresh adapters, which change nothing; see {@link #shapes}. */
    public static Parameters create(ModelConfig model, LoraConfig lora, DataType type, long seed) {
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        shapes(model, lora)
                .forEach((name, shape) -> arrays.put(
                        name,
                        name.endsWith(A)
                                ? Parameters.normal(type, seed, name, 1 / Math.sqrt(3.0 * shape[1]), shape)
                                : Nd4j.zeros(type, shape)));
        arrays.put(ALPHA, Nd4j.zeros(type, 1).addi(lora.alpha()));
        return new Parameters(arrays);
    }

    /** Whether a weight has an adapter among the parameters. */
    static boolean has(Parameters parameters, String weight) {
        return parameters.contains(nameOfA(weight));
    }

    /** alpha / rank of the adapter beside a weight. */
    static double scaling(Parameters parameters, String weight) {
        return parameters.get(ALPHA).getDouble(0)
                / parameters.get(nameOfA(weight)).size(0);
    }

    /** Rank of the adapters among the parameters; empty where there are none. */
    public static OptionalInt rank(Parameters parameters) {
        return parameters.asMap().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith(A))
                .mapToInt(entry -> (int) entry.getValue().size(0))
                .findFirst();
    }

    /**
     * The parameters without adapters that compute the same: W + (alpha / rank)·B·A where there is one, transposed where
     * the family stores its matrices so. All others, the thoughts' among them, are the very arrays of {@code parameters},
     * which stays as it is.
     */
    public static Parameters merged(ModelConfig model, Parameters parameters) {
        boolean inputFirst = Families.architecture(model).inputFirst();
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        parameters.asMap().forEach((name, array) -> {
            if (!isAdapter(name)) {
                arrays.put(
                        name,
                        name.endsWith(WEIGHT) && has(parameters, name) ? sum(parameters, name, inputFirst) : array);
            }
        });
        return new Parameters(arrays);
    }

    private static INDArray sum(Parameters parameters, String weight, boolean inputFirst) {
        INDArray a = parameters.get(nameOfA(weight));
        INDArray b = parameters.get(nameOfB(weight));
        try (INDArray product = b.mmul(a)) {
            INDArray merged = parameters.get(weight).dup('c');
            INDArray change = product.muli(scaling(parameters, weight));
            return merged.addi(inputFirst ? change.transpose() : change);
        }
    }

    /** The parameters without adapters, unmerged: the frozen decoder as it was. */
    public static Parameters withoutAdapters(Parameters parameters) {
        Map<String, INDArray> arrays = new LinkedHashMap<>(parameters.asMap());
        arrays.keySet().removeIf(LoraAdapters::isAdapter);
        return new Parameters(arrays);
    }

    /** The adapters as PEFT's {@code adapter_model.safetensors} holds them; the very arrays. */
    public static Map<String, INDArray> peftTensors(Parameters parameters) {
        Map<String, INDArray> tensors = new LinkedHashMap<>();
        parameters.asMap().forEach((name, array) -> {
            if (isMatrix(name)) {
                tensors.put(PEFT_PREFIX + name, array);
            }
        });
        return tensors;
    }

    /**
     * What PEFT's {@code adapter_config.json} says about the adapters.
     *
     * @param baseModel name or path of the model that they belong to
     * @throws IllegalArgumentException where there are none
     */
    public static Map<String, Object> peftConfig(ModelConfig model, Parameters parameters, String baseModel) {
        int rank = rank(parameters).orElseThrow(() -> new IllegalArgumentException("There are no adapters"));
        var targets = new TreeSet<String>();
        parameters.asMap().keySet().stream().filter(name -> name.endsWith(A)).forEach(name -> {
            String map = name.substring(0, name.length() - A.length());
            targets.add(map.substring(map.lastIndexOf('.') + 1));
        });
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("peft_type", "LORA");
        config.put("task_type", "CAUSAL_LM");
        config.put("base_model_name_or_path", baseModel);
        config.put("r", rank);
        config.put("lora_alpha", parameters.get(ALPHA).getDouble(0));
        config.put("lora_dropout", 0.0);
        config.put("target_modules", new ArrayList<>(targets));
        config.put("bias", "none");
        config.put("fan_in_fan_out", Families.architecture(model).inputFirst());
        config.put("inference_mode", true);
        return config;
    }
}
