package org.quietstar.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quietstar.generate.Generation;
import org.quietstar.generate.GenerationListener;

/**
 * Prints text as it is produced. Of several prompts the first that is not complete is printed on the fly, and the others
 * once it is their turn, each under its prompt.
 */
final class TextOutput implements GenerationListener {
    private final PrintWriter out;
    private final List<String> prompts;
    private final boolean headed;
    private final Map<Integer, StringBuilder> waiting = new TreeMap<>();
    private final boolean[] ended;
    private int current;

    /** @param headed whether each text is printed under its prompt */
    TextOutput(PrintWriter out, List<String> prompts, boolean headed) {
        this.out = out;
        this.prompts = prompts;
        this.headed = headed;
        this.ended = new boolean[prompts.size()];
        head();
    }

    private void head() {
        if (headed && current < prompts.size()) {
            out.println("> " + prompts.get(current));
            out.flush();
        }
    }

    @Override
    public void onText(int prompt, String text) {
        if (prompt == current) {
            out.print(text);
            out.flush();
        } else {
            waiting.computeIfAbsent(prompt, key -> new StringBuilder()).append(text);
        }
    }

    @Override
    public void onEnd(int prompt, Generation generation) {
        ended[prompt] = true;
        while (current < ended.length && ended[current]) {
            out.println();
            if (headed) {
                out.println();
            }
            current++;
            head();
            out.print(waiting.getOrDefault(current, new StringBuilder()));
            waiting.remove(current);
            out.flush();
        }
    }
}
