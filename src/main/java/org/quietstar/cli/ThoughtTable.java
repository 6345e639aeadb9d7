package org.quietstar.cli;

import com.fasterxml.jackson.databind.node.TextNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.quietstar.generate.GeneratedToken;
import org.quietstar.generate.Generation;
import org.quietstar.generate.GenerationListener;
import org.quietstar.generate.Thought;
import org.quietstar.tokenizer.Tokenizer;

/** One line for each token: what it is, its log-probability, w, and what was thought before it. */
final class ThoughtTable implements GenerationListener {
    private final Tokenizer tokenizer;
    private final PrintWriter out;
    private final boolean several;
    private final List<List<String>> lines = new ArrayList<>();

    /** @param several whether each text has a heading; then it is printed when it is complete */
    ThoughtTable(Tokenizer tokenizer, PrintWriter out, int prompts, boolean several) {
        this.tokenizer = tokenizer;
        this.out = out;
        this.several = several;
        for (int i = 0; i < prompts; i++) {
            lines.add(new ArrayList<>());
        }
        if (!several) {
            heading();
        }
    }

    private void heading() {
        out.println(line("token", "log p", "w", "thought"));
        out.flush();
    }

    private static String line(String token, String logProbability, String weight, String thought) {
        return String.format(Locale.ROOT, "%-16s %8s %8s  %s", token, logProbability, weight, thought);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    @Override
    public void onToken(int prompt, GeneratedToken token) {
        String line = line(
                quoted(token.id()),
                number(token.logProbability()),
                token.thought().map(thought -> number(thought.weight())).orElse("-"),
                token.thought().map(this::textOf).orElse("-"));
        if (several) {
            lines.get(prompt).add(line);
        } else {
            out.println(line);
            out.flush();
        }
    }

    private String textOf(Thought thought) {
        return thought.isPause() ? "(pauses)" : quoted(thought.tokens());
    }

    /** In quotes and with escapes, so that a line stays a line. */
    private String quoted(int... ids) {
        String text = tokenizer.decode(ids);
        boolean ends = ids.length == 1 && text.isEmpty() && tokenizer.endIds().contains(ids[0]);
        return ends ? "(end)" : new TextNode(text).toString();
    }

    @Override
    public void onEnd(int prompt, Generation generation) {
        if (several) {
            out.println("> " + generation.prompt());
            heading();
            lines.get(prompt).forEach(out::println);
            out.println();
            out.flush();
        }
    }
}
