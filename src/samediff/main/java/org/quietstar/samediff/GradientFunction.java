package org.quietstar.samediff;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/**
 * SameDiff's own gradient function of one scalar loss, with the names of the gradients in it.
 *
 * @param forward the graph that was differentiated; it holds the arrays
 * @param function the forward graph followed by its backward graph
 * @param gradientNames for each variable asked for on which the loss depends, the name of its gradient in
 *     {@code function}
 */
public record GradientFunction(SameDiff forward, SameDiff function, Map<String, String> gradientNames) {

    /**
     * Differentiates {@code loss} with respect to {@code variables}. While it works, what the calling thread prints to
     * {@code System.out} is dropped, since M2.1 prints a line for every op; the stream is replaced for the whole process
     * for that time.
     *
     * @param graph a graph of which no gradient function was made yet
     * @param loss name of a scalar
     * @param variables names of floating point variables or placeholders
     */
    public static GradientFunction of(SameDiff graph, String loss, List<String> variables) {
        graph.setLossVariables(loss);
        separateConstants(graph);
        createQuietly(graph, variables);
        SameDiff function = graph.getFunction("grad");
        Map<String, String> names = new LinkedHashMap<>();
        for (String name : variables) {
            SDVariable gradient = function.getVariable(name).gradient();
            if (gradient != null) {
                names.put(name, gradient.name());
            }
        }
        return new GradientFunction(graph, function, Map.copyOf(names));
    }

    /** Names of a graph's trainable variables, in the order of their declaration. */
    public static List<String> trainable(SameDiff graph) {
        return graph.variables().stream()
                .filter(v -> v.getVariableType() == VariableType.VARIABLE)
                .map(SDVariable::name)
                .toList();
    }

    /** Name of the gradient of {@code variable} in {@link #function()}. */
    public String gradientOf(String variable) {
        String name = gradientNames.get(variable);
        if (name == null) {
            throw new IllegalArgumentException(
                    "The loss does not depend on '" + variable + "', or its gradient was not asked for");
        }
        return name;
    }

    /** Whether the loss depends on {@code variable}. */
    public boolean dependsOn(String variable) {
        return gradientNames.containsKey(variable);
    }

    /** All gradients and the given further outputs, as a static plan takes them. */
    public List<String> outputs(List<String> more) {
        List<String> all = new ArrayList<>(more);
        all.addAll(gradientNames.values());
        return all;
    }

    /**
     * Gives each reader of a constant a constant of its own, with the same array. M1.1 names the gradient of a constant
     * after it, once for each reader, and stops at the second ("Variable name "c-grad" already exists"); M2.1 adds them up
     * for nobody. Plans take constants with the same array for one.
     */
    private static void separateConstants(SameDiff graph) {
        Set<String> read = new HashSet<>();
        for (SameDiffOp node : List.copyOf(graph.getOps().values())) {
            String[] arguments = OpOrder.argumentsOf(node.getOp());
            for (int i = 0; i < arguments.length; i++) {
                SDVariable argument = graph.getVariable(arguments[i]);
                if (argument.isConstant() && !read.add(arguments[i])) {
                    String name = graph.generateDistinctCustomVariableName("constant");
                    graph.replaceArgFor(i, graph.constant(name, argument.getArr()), node.getOp());
                }
            }
        }
    }

    /**
     * M2.1 prints a line for every op that it differentiates straight to System.out. While it works, what this thread
     * prints is dropped; other threads print as ever.
     */
    private static synchronized void createQuietly(SameDiff graph, List<String> variables) {
        PrintStream out = System.out;
        try (var others = new PrintStream(new OtherThreads(out), true, Charset.defaultCharset())) {
            System.setOut(others);
            graph.createGradFunction(variables.toArray(String[]::new));
        } finally {
            System.setOut(out);
        }
    }

    /** Passes on what is written by all threads but the one that made it. */
    private static final class OtherThreads extends OutputStream {
        private final OutputStream target;
        private final Thread silent = Thread.currentThread();

        OtherThreads(OutputStream target) {
            this.target = target;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (Thread.currentThread() != silent) {
                target.write(bytes, offset, length);
            }
        }

        @Override
        public void flush() throws IOException {
            target.flush();
        }
    }
}
