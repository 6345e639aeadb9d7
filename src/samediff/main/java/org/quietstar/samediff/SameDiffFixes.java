package org.quietstar.samediff;

import java.lang.reflect.Field;
import java.util.Map;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.imports.converters.DifferentialFunctionClassHolder;
import org.nd4j.imports.converters.ImportClassMapping;
import org.nd4j.linalg.api.ops.CustomOp;

/**
 * Puts the corrected ops into M2.1's registries, so that graphs which M2.1 clones (it clones every graph when it makes
 * the gradient function) hold the corrected classes. Registering by name before
 * {@link DifferentialFunctionClassHolder} initialises is enough; where another graph was built earlier, its table from
 * op hash to class is amended by reflection.
 */
public final class SameDiffFixes {
    private static boolean installed;

    private SameDiffFixes() {}

    /**
     * Registers the corrected ops once for this JVM. Graphs built earlier keep the classes that they have.
     *
     * @throws IllegalStateException where ND4J is of a version that this was not written for
     */
    public static synchronized void install() {
        if (installed) {
            return;
        }
        Nd4jVersion.require();
        register(new GatherWithGradient());
        installed = true;
    }

    private static <T extends DifferentialFunction & CustomOp> void register(T op) {
        ImportClassMapping.getOpNameMapping().put(op.opName(), op);
        var holder = DifferentialFunctionClassHolder.getInstance();
        long hash = op.opHash();
        if (holder.customOpClassForHashAndName(hash, op.opName()) == op.getClass()) {
            return;
        }
        try {
            Field field = DifferentialFunctionClassHolder.class.getDeclaredField("customOpHashToClass");
            field.setAccessible(true);
            @SuppressWarnings("unchecked")
            var classes = (Map<Long, Class<?>>) field.get(holder);
            classes.put(hash, op.getClass());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot register the corrected op '" + op.opName() + "' with ND4J", e);
        }
    }
}
