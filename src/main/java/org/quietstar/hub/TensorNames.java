package org.quietstar.hub;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.quietstar.model.DecoderParameters;
import org.quietstar.model.family.Architecture;

/**
 * What a decoder's parameters are called in a file. Files of models without head lack the family's prefix
 * ({@code embed_tokens.weight}); wrappers put one of their own before it ({@code language_model.model.embed_tokens.weight},
 * {@code model.language_model.embed_tokens.weight}); and a table that is tied may stand under the head's name alone.
 */
final class TensorNames {
    /** Parts of names that only packed weights have: GPTQ, AWQ, bitsandbytes, compressed-tensors, MLX, fp8. */
    private static final Pattern QUANTISED = Pattern.compile(".*(\\.(qweight|qzeros|scales|g_idx|SCB|weight_packed|"
            + "weight_scale|weight_scale_inv|weight_zero_point|input_scale|weight_format|biases)"
            + "|\\.(quant_map|absmax|nested_absmax|quant_state\\..*|nested_quant_map))");

    private final Set<String> stored;
    private final String usual;
    private final String embedding;
    private final boolean headHoldsTable;
    /** What stands in the file in place of the family's prefix. */
    private final String lead;

    /**
     * @param stored names in the file
     * @param tied whether the head is the embedding table
     */
    TensorNames(Set<String> stored, Architecture architecture, boolean tied) {
        this.stored = stored;
        this.usual = architecture.names().prefix();
        this.embedding = architecture.embedding();
        String bare = embedding.substring(usual.length());
        // Any layer tells the prefix where the table itself is stored as the head.
        String anchor = architecture.names().layers() + "0.";
        this.lead = lead(bare).or(() -> lead(anchor)).orElse(usual);
        this.headHoldsTable = tied && !stored.contains(lead + bare) && stored.contains(inFile(DecoderParameters.HEAD));
    }

    /** What stands before the name that begins so; the family's own prefix where there are several. */
    private Optional<String> lead(String bare) {
        if (stored.stream().anyMatch(name -> name.startsWith(usual + bare))) {
            return Optional.of(usual);
        }
        List<String> leads = stored.stream()
                .filter(name -> name.startsWith(bare) || name.contains("." + bare))
                .map(name -> name.substring(0, name.startsWith(bare) ? 0 : name.indexOf("." + bare) + 1))
                .distinct()
                .toList();
        return leads.size() == 1 ? Optional.of(leads.get(0)) : Optional.empty();
    }

    /** The name in the file of a parameter of this name, whether it is there or not. */
    String inFile(String name) {
        if (name.equals(embedding) && headHoldsTable) {
            return inFile(DecoderParameters.HEAD);
        }
        if (!usual.isEmpty() && name.startsWith(usual)) {
            return lead + name.substring(usual.length());
        }
        // The head stands beside the body, below the same wrapper.
        String wrapper = lead.endsWith(usual) ? lead.substring(0, lead.length() - usual.length()) : "";
        return stored.contains(name) ? name : wrapper + name;
    }

    /** One of the names that only quantised weights have. */
    static Optional<String> quantised(Set<String> names) {
        return names.stream().filter(name -> QUANTISED.matcher(name).matches()).findFirst();
    }
}
