package org.quietstar.hub;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.QuietStarException;
import org.quietstar.config.ModelConfig;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.Parameters;
import org.quietstar.model.family.Families;
import org.quietstar.model.family.Family;
import org.quietstar.safetensors.ShardedSafetensors;
import org.quietstar.safetensors.TensorInfo;
import org.quietstar.safetensors.TensorSource;

/**
 * A decoder's parameters from safetensors with Hugging Face tensor names, one tensor at a time, so that no more memory is
 * taken than the parameters need.
 */
public final class PretrainedWeights {
    /** Names of tensors in a message at most. */
    private static final int SHOWN = 3;

    private final Path place;
    private final TensorSource source;
    private final ModelConfig model;
    private final Family family;
    private final Map<String, long[]> shapes;
    private final TensorNames names;

    private PretrainedWeights(Path place, TensorSource source, ModelConfig model) {
        this.place = place;
        this.source = source;
        this.model = model;
        this.family = Families.of(model);
        this.shapes = DecoderParameters.shapes(model);
        this.names = new TensorNames(source.names(), family.architecture(), model.tiedEmbeddings());
    }

    /**
     * Reads a file, or a folder with one set of weights. F32, F16 and BF16 are widened to {@code type}.
     *
     * <p>Passed over are tables that follow from the sizes (rotary frequencies, causal masks), and a head that repeats
     * the embedding table it is tied to. Names may lack the family's prefix, as in files of a model without head, or have a
     * wrapper's prefix before it; a tied table may stand under the head's name alone.
     *
     * @param type FLOAT or DOUBLE
     * @throws QuietStarException that names the tensor that is missing, unexpected, of the wrong shape or type, or that
     *     holds a number that is not finite
     */
    public static Parameters read(Path place, ModelConfig model, DataType type) {
        return read(place, model, type, NonFinite.REFUSED);
    }

    /** As {@link #read(Path, ModelConfig, DataType)}, with a word on numbers that are not finite. */
    public static Parameters read(Path place, ModelConfig model, DataType type, NonFinite nonFinite) {
        try (TensorSource source = ShardedSafetensors.open(place)) {
            return new PretrainedWeights(place, source, model).read(type, nonFinite);
        }
    }

    private Parameters read(DataType type, NonFinite nonFinite) {
        // Shapes first: where a model's sizes are others, that says more than which tensors it lacks.
        Set<String> there = Set.copyOf(source.names());
        shapes.forEach((name, shape) -> {
            if (there.contains(names.inFile(name))) {
                check(name, shape);
            }
        });
        checkNames();
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        try {
            shapes.keySet().forEach(name -> {
                String stored = names.inFile(name);
                arrays.put(name, source.read(stored, type));
                nonFinite.check(source.file(stored), source.info(stored).shortName(), arrays.get(name));
            });
            checkTiedHead(arrays.get(family.architecture().embedding()));
        } catch (RuntimeException e) {
            arrays.values().forEach(INDArray::close);
            throw e;
        }
        return new Parameters(arrays);
    }

    private void checkNames() {
        Set<String> unexpected = new TreeSet<>(source.names());
        List<String> missing = new ArrayList<>();
        for (String name : shapes.keySet()) {
            if (!unexpected.remove(names.inFile(name))) {
                missing.add(name);
            }
        }
        unexpected.removeIf(family::isDerived);
        TensorNames.quantised(unexpected).ifPresent(name -> {
            throw new QuietStarException(place + ": the weights are quantised: there is the tensor '"
                    + source.info(name).shortName() + "'; fetch the model as F32, F16 or BF16, or turn it back with"
                    + " the tool that quantised it");
        });
        if (!missing.isEmpty()) {
            throw new QuietStarException(place + ": the tensor '" + missing.get(0) + "'"
                    + (missing.size() > 1 ? ", and " + (missing.size() - 1) + " more," : "")
                    + " of a " + family.name() + " of these sizes is missing"
                    + (unexpected.isEmpty() ? "" : "; there are others: " + shown(unexpected))
                    + "; "
                    + (missing.contains(DecoderParameters.HEAD)
                            ? "if the head is the embedding table, say tie_word_embeddings (model.tiedEmbeddings): true"
                            : "the weights are incomplete, or config.json (section model) is another model's"));
        }
        if (model.tiedEmbeddings()) {
            unexpected.remove(names.inFile(DecoderParameters.HEAD));
        }
        if (!unexpected.isEmpty()) {
            throw new QuietStarException(place + ": the tensor '"
                    + source.info(unexpected.iterator().next()).shortName() + "'"
                    + (unexpected.size() > 1 ? ", and " + (unexpected.size() - 1) + " more," : "")
                    + " has no place in a " + family.name()
                    + " of these sizes; config.json (section model) is another model's");
        }
    }

    private void check(String name, long... shape) {
        TensorInfo info = source.info(names.inFile(name));
        if (!Arrays.equals(info.dimensions(), shape)) {
            throw new QuietStarException(place + ": tensor '" + info.name() + "' has shape " + info.shape()
                    + ", but config.json (section model) gives " + Arrays.toString(shape));
        }
        if (!info.type().isFloating()) {
            throw new QuietStarException(place + ": tensor '" + info.name() + "' is of type " + info.type()
                    + "; allowed: F32, F16, BF16, F64. Quantised weights must be turned back first");
        }
    }

    /** The first few names. */
    private String shown(Set<String> names) {
        String first = names.stream()
                .limit(SHOWN)
                .map(name -> "'" + source.info(name).shortName() + "'")
                .collect(Collectors.joining(", "));
        return names.size() > SHOWN ? first + " and " + (names.size() - SHOWN) + " more" : first;
    }

    private void checkTiedHead(INDArray embedding) {
        String head = names.inFile(DecoderParameters.HEAD);
        boolean repeated = model.tiedEmbeddings() && source.names().contains(head);
        if (repeated && !source.equals(head, embedding)) {
            throw new QuietStarException(place + ": tensor '" + DecoderParameters.HEAD
                    + "' differs from the embedding table that it is tied to; say tie_word_embeddings"
                    + " (model.tiedEmbeddings): false");
        }
    }
}
