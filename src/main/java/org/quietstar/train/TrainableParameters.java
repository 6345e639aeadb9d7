package org.quietstar.train;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;
import org.quietstar.config.LoraConfig;
import org.quietstar.config.ModelConfig;
import org.quietstar.config.StageConfig;
import org.quietstar.config.yaml.NearestKey;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.LoraAdapters;
import org.quietstar.thought.ThoughtParameters;

/**
 * Which parameters a stage trains. With {@code train.lora} the decoder stays as it is, and its adapters learn in its
 * place; START, END and the mixing head, which are not the decoder's, learn in either case, where thoughts are trained.
 * What {@code train.freeze} names stays as it is, whatever it is.
 */
final class TrainableParameters {
    private static final int SHOWN = 3;

    private TrainableParameters() {}

    /**
     * Shapes of the parameters that a stage trains, in the order of the parameters.
     *
     * @param model sizes, with the vocabulary's filled in
     * @throws QuietStarException where a pattern of {@code train.freeze} matches nothing, where nothing is left to train,
     *     or where a target of {@code train.lora} is no linear map
     */
    static Map<String, long[]> shapes(StageConfig stage, ModelConfig model) {
        LoraConfig lora = stage.train().lora();
        Map<String, long[]> decoder = DecoderParameters.shapes(model);
        Map<String, long[]> adapters = LoraAdapters.shapes(model, lora);
        Map<String, long[]> thought = ThoughtParameters.shapes(model, stage.thought(), stage.pauses());
        Map<String, long[]> trained = lora.isOn() ? adapters : decoder;
        Set<String> all = new LinkedHashSet<>(decoder.keySet());
        all.addAll(adapters.keySet());
        all.addAll(thought.keySet());
        if (stage.thinks()) {
            trained.putAll(thought);
        }
        Set<String> frozen = frozen(stage, all);
        trained.keySet().removeAll(frozen);
        if (trained.isEmpty()) {
            throw new QuietStarException(
                    "train.freeze: " + stage.train().freeze() + " leaves nothing to train in stage '" + stage.name()
                            + "'; take a pattern out, or set train.lora.rank");
        }
        return trained;
    }

    /** Names that the patterns of {@code train.freeze} match. */
    private static Set<String> frozen(StageConfig stage, Set<String> names) {
        Set<String> frozen = new LinkedHashSet<>();
        for (String pattern : stage.train().freeze()) {
            Pattern regex = regex(pattern);
            Set<String> matched =
                    names.stream().filter(name -> regex.matcher(name).matches()).collect(Collectors.toSet());
            if (matched.isEmpty()) {
                throw new QuietStarException("train.freeze: '" + pattern + "' matches no parameter in stage '"
                        + stage.name() + "'; close to it: " + close(pattern, names));
            }
            frozen.addAll(matched);
        }
        return frozen;
    }

    private static Pattern regex(String glob) {
        return Pattern.compile(glob.codePoints()
                .mapToObj(c -> switch (c) {
                    case '*' -> ".*";
                    case '?' -> ".";
                    default -> Pattern.quote(Character.toString(c));
                })
                .collect(Collectors.joining()));
    }

    /** The names, and the patterns for all that begins like one of them, that a pattern is nearest to. */
    private static String close(String pattern, Collection<String> names) {
        Set<String> candidates = new LinkedHashSet<>();
        for (String name : names) {
            for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
                candidates.add(name.substring(0, dot) + ".*");
            }
            candidates.add(name);
        }
        return candidates.stream()
                .sorted(Comparator.comparingInt(candidate -> NearestKey.distance(pattern, candidate)))
                .limit(SHOWN)
                .collect(Collectors.joining(", "));
    }
}
