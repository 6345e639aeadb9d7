package org.quietstar.samediff;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SameDiff;

/** The order in which a graph's ops can be executed. */
public final class OpOrder {
    private OpOrder() {}

    /**
     * Needed ops, each after those that it reads from: for one output after the other, in the graph's own order, what it
     * still needs. Of what an op reads, the result with the longest way to it comes first. So a backward pass goes down
     * layer by layer, and what is computed again of a forward pass stands just before the backward op that reads it, which
     * keeps lifetimes short.
     *
     * @param given variables that are known, so that nothing before them is needed for them
     */
    public static List<String> of(SameDiff graph, List<String> outputs, Set<String> given) {
        Map<String, Integer> rank = new HashMap<>();
        for (String name : graph.getOps().keySet()) {
            rank.put(name, rank.size());
        }
        Map<String, Set<String>> needs = neededOps(graph, outputs, given);
        List<String> ends = outputs.stream()
                .filter(output -> !given.contains(output))
                .map(output -> graph.getVariables().get(output).getOutputOfOp())
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(rank::get))
                .toList();
        Map<String, Integer> heights = new HashMap<>();
        depthFirst(needs, ends, Comparator.comparing(rank::get))
                .forEach(op -> heights.put(
                        op, needs.get(op).stream().mapToInt(heights::get).max().orElse(0) + 1));
        return depthFirst(
                needs,
                ends,
                Comparator.<String, Integer>comparing(heights::get).reversed().thenComparing(rank::get));
    }

    /** Each op after those that it needs; of these, the first by {@code choice} is gone into first. */
    private static List<String> depthFirst(
            Map<String, Set<String>> needs, List<String> ends, Comparator<String> choice) {
        Set<String> order = new LinkedHashSet<>();
        Set<String> open = new HashSet<>();
        Deque<String> todo = new ArrayDeque<>();
        for (String end : ends) {
            todo.push(end);
            while (!todo.isEmpty()) {
                String op = todo.peek();
                List<String> missing = needs.get(op).stream()
                        .filter(before -> !order.contains(before))
                        .sorted(choice.reversed())
                        .toList();
                if (order.contains(op) || missing.isEmpty()) {
                    order.add(todo.pop());
                    continue;
                }
                if (!open.add(op)) {
                    throw new IllegalArgumentException(
                            "The graph has a cycle; loops and conditionals cannot be planned");
                }
                missing.forEach(todo::push);
            }
        }
        return List.copyOf(order);
    }

    /** For each op that the outputs need, the ops that write its inputs. */
    private static Map<String, Set<String>> neededOps(SameDiff graph, List<String> outputs, Set<String> given) {
        Map<String, Set<String>> needs = new LinkedHashMap<>();
        Deque<String> todo = new ArrayDeque<>();
        for (String output : outputs) {
            if (graph.getVariable(output) == null) {
                throw new IllegalArgumentException("The graph has no variable '" + output + "'");
            }
            String op = given.contains(output)
                    ? null
                    : graph.getVariables().get(output).getOutputOfOp();
            if (op != null) {
                todo.add(op);
            }
        }
        while (!todo.isEmpty()) {
            String op = todo.remove();
            if (needs.containsKey(op)) {
                continue;
            }
            Set<String> before = new HashSet<>();
            for (String argument : argumentsOf(graph.getOps().get(op).getOp())) {
                String writer = graph.getVariables().get(argument).getOutputOfOp();
                if (writer != null && !given.contains(argument)) {
                    before.add(writer);
                    todo.add(writer);
                }
            }
            needs.put(op, before);
        }
        return needs;
    }

    /** Names of the variables that an op reads. */
    public static String[] argumentsOf(DifferentialFunction op) {
        String[] names = op.argNames();
        return names == null ? new String[0] : names;
    }
}
