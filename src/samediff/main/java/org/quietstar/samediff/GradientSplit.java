package org.quietstar.samediff;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * A gradient function cut in two at one activation. The first half goes from the activation to the loss and back to the
 * activation's gradient; the second continues from there to the beginning, and needs of the first half nothing but that
 * gradient and {@link #carried}. In between, others may add to the gradient.
 *
 * @param first outputs of the first half
 * @param second outputs of the second half
 * @param carried variables that the first half computes and the second reads, such as a parameter's gradient so far
 */
public record GradientSplit(List<String> first, List<String> second, List<String> carried) {

    public GradientSplit {
        first = List.copyOf(first);
        second = List.copyOf(second);
        carried = List.copyOf(carried);
    }

    /**
     * Cuts a gradient function.
     *
     * @param activation name of the activation, on which everything that is carried depends
     * @param gradient name of the activation's gradient
     * @param outputs what is wanted of the function
     */
    public static GradientSplit of(SameDiff function, String activation, String gradient, List<String> outputs) {
        Set<String> afterActivation = dependents(function, activation);
        Set<String> afterGradient = dependents(function, gradient);
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        outputs.forEach(name -> (afterGradient.contains(name) ? second : first).add(name));
        Set<String> carried = new LinkedHashSet<>();
        Set<String> seen = new HashSet<>();
        List<String> todo = new ArrayList<>(second);
        while (!todo.isEmpty()) {
            String name = todo.remove(todo.size() - 1);
            if (!seen.add(name) || name.equals(gradient)) {
                continue;
            }
            if (!afterGradient.contains(name)) {
                if (afterActivation.contains(name) && !name.equals(activation)) {
                    carried.add(name);
                }
                continue;
            }
            String writer = function.getVariables().get(name).getOutputOfOp();
            todo.addAll(
                    List.of(OpOrder.argumentsOf(function.getOps().get(writer).getOp())));
        }
        return new GradientSplit(first, second, List.copyOf(carried));
    }

    /** A variable and all that are computed from it. */
    private static Set<String> dependents(SameDiff function, String variable) {
        Set<String> all = new HashSet<>();
        List<String> todo = new ArrayList<>(List.of(variable));
        while (!todo.isEmpty()) {
            String name = todo.remove(todo.size() - 1);
            if (!all.add(name)) {
                continue;
            }
            List<String> readers = function.getVariables().get(name).getInputsForOp();
            if (readers != null) {
                readers.forEach(op -> todo.addAll(function.getOps().get(op).getOutputsOfOp()));
            }
        }
        return all;
    }
}
