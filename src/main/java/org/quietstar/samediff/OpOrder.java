package org.quietstar.samediff;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SameDiff;

/** The order in which a graph's ops can be executed. */
final class OpOrder {
    private OpOrder() {}

    /**
     * Needed ops in a topological order that follows the graph's own as closely as it can, which keeps lifetimes short.
     *
     * @param given variables that are known, so that nothing before them is needed for them
     */
    static List<String> of(SameDiff graph, List<String> outputs, Set<String> given) {
        Map<String, Integer> rank = new HashMap<>();
        for (String name : graph.getOps().keySet()) {
            rank.put(name, rank.size());
        }
        Map<String, Set<String>> needs = neededOps(graph, outputs, given);
        Map<String, List<String>> users = new HashMap<>();
        Map<String, Integer> missing = new HashMap<>();
        var ready = new PriorityQueue<String>((a, b) -> Integer.compare(rank.get(a), rank.get(b)));
        needs.forEach((op, before) -> {
            missing.put(op, before.size());
            before.forEach(b -> users.computeIfAbsent(b, x -> new ArrayList<>()).add(op));
            if (before.isEmpty()) {
                ready.add(op);
            }
        });
        List<String> order = new ArrayList<>();
        while (!ready.isEmpty()) {
            String op = ready.remove();
            order.add(op);
            for (String user : users.getOrDefault(op, List.of())) {
                if (missing.merge(user, -1, Integer::sum) == 0) {
                    ready.add(user);
                }
            }
        }
        if (order.size() != needs.size()) {
            throw new IllegalArgumentException("The graph has a cycle; loops and conditionals cannot be planned");
        }
        return order;
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
    static String[] argumentsOf(DifferentialFunction op) {
        String[] names = op.argNames();
        return names == null ? new String[0] : names;
    }
}
