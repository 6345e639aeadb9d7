package org.quietstar.report;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.quietstar.generate.GeneratedToken;
import org.quietstar.generate.Generation;
import org.quietstar.generate.TextPiece;
import org.quietstar.tokenizer.Tokenizer;

/**
 * A text with its thoughts as HTML: each token on a colour that says what its thought did, the thought itself where the
 * pointer rests on it, and all of them in a table that opens. Colours are translucent and the letters the page's own, so
 * that it can be read on a light and on a dark page.
 */
public final class ThoughtView {
    /** Strongest colour; letters of either kind of page stand out from it. */
    private static final double MOST_OPAQUE = 0.55;

    /** U+2400 and on are signs for U+0000 and on. */
    private static final int CONTROL_PICTURES = 0x2400;

    private static final String BLUE = "31,119,180";
    private static final String ORANGE = "217,95,2";
    private static final String STYLE = """
            <style>
            .quietstar {font-family:sans-serif;line-height:1.4;max-width:800px}
            .quietstar .text {font-family:monospace;font-size:15px;line-height:1.9;white-space:pre-wrap;overflow-wrap:anywhere}
            .quietstar .text span {border-radius:3px;padding:2px 0}
            .quietstar .legend {font-size:13px;margin:6px 0}
            .quietstar .legend span {padding:2px 10px;border-radius:3px}
            .quietstar table {border-collapse:collapse;font-size:13px}
            .quietstar td,.quietstar th {text-align:left;padding:1px 12px 1px 0;white-space:pre-wrap}
            .quietstar td {font-family:monospace}
            .quietstar .prompt {opacity:0.7}
            </style>
            """;

    private final Generation generation;
    private final Tokenizer tokenizer;
    private final ThoughtColour colour;
    private final StringBuilder html = new StringBuilder();

    private ThoughtView(Generation generation, Tokenizer tokenizer, ThoughtColour colour) {
        this.generation = generation;
        this.tokenizer = tokenizer;
        this.colour = colour;
    }

    /** Shows a text. */
    public static Html of(Generation generation, Tokenizer tokenizer, ThoughtColour colour) {
        var view = new ThoughtView(generation, tokenizer, colour);
        List<TextPiece> pieces = TextPiece.of(generation, tokenizer);
        double largest = pieces.stream()
                .flatMapToDouble(piece -> view.value(piece).stream())
                .map(Math::abs)
                .max()
                .orElse(0);
        view.html.append("<div class=\"quietstar\">\n").append(STYLE);
        view.text(pieces, largest);
        view.legend(largest);
        view.table(pieces);
        view.html.append("</div>");
        return new Html("Thoughts", view.html.toString());
    }

    /** Mean over the piece's tokens that have a value. */
    private OptionalDouble value(TextPiece piece) {
        return piece.tokens().stream()
                .flatMapToDouble(token -> colour.of(token).stream())
                .average();
    }

    private void text(List<TextPiece> pieces, double largest) {
        html.append("<div class=\"text\"><span class=\"prompt\">")
                .append(Html.escape(visible(generation.prompt()).replace("↵", "↵\n")))
                .append("</span>");
        for (TextPiece piece : pieces) {
            html.append("<span style=\"background:")
                    .append(background(value(piece), largest))
                    .append("\" title=\"")
                    .append(Html.escape(tip(piece)))
                    .append("\">")
                    .append(Html.escape(visible(shown(piece)).replace("↵", "↵\n")))
                    .append("</span>");
        }
        html.append("</div>\n");
    }

    private static String background(OptionalDouble value, double largest) {
        if (value.isEmpty() || largest == 0) {
            return "none";
        }
        double share = value.getAsDouble() / largest;
        return String.format(Locale.ROOT, "rgba(%s,%.3f)", share < 0 ? ORANGE : BLUE, MOST_OPAQUE * Math.abs(share));
    }

    private String shown(TextPiece piece) {
        boolean ends = piece.text().isEmpty()
                && tokenizer.endIds().contains(piece.tokens().get(0).id());
        return ends ? "▪" : piece.text();
    }

    private String tip(TextPiece piece) {
        var tip = new StringBuilder();
        for (GeneratedToken token : piece.tokens()) {
            tip.append(tip.isEmpty() ? "" : "\n").append("thought: ").append(thought(token));
            tip.append("\nw ").append(number(ThoughtColour.WEIGHT.of(token), "%.4f"));
            ThoughtColour.GAIN.of(token).ifPresent(gain -> tip.append(format("\ngain %+.4f nats", gain)));
            tip.append(format("\nlog p %.4f nats", token.logProbability()));
        }
        return tip.toString();
    }

    private String thought(GeneratedToken token) {
        return token.thought()
                .map(thought -> thought.isPause() ? "(pauses)" : visible(tokenizer.decode(thought.tokens())))
                .orElse("–");
    }

    /** Line ends and control characters as signs of their own, which HTML would drop or forbid. */
    private static String visible(String text) {
        var visible = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c == '\n') {
                visible.append('↵');
            } else if (c < ' ') {
                visible.appendCodePoint(CONTROL_PICTURES + c);
            } else {
                visible.appendCodePoint(Character.isISOControl(c) ? '\uFFFD' : c);
            }
        });
        return visible.toString();
    }

    private void legend(double largest) {
        html.append("<div class=\"legend\">colour: ").append(colour.title()).append(" ");
        for (int i = -2; i <= 2; i++) {
            double value = i / 2.0 * largest;
            html.append("<span style=\"background:")
                    .append(background(OptionalDouble.of(value), largest))
                    .append("\">")
                    .append(i == 0 ? "0" : format("%+.4f", value))
                    .append("</span> ");
        }
        html.append("</div>\n");
    }

    private void table(List<TextPiece> pieces) {
        html.append("<details><summary>every token and its thought</summary>\n<table>\n<tr><th>token</th><th>w</th>"
                + "<th>gain (nats)</th><th>log p (nats)</th><th>thought</th></tr>\n");
        for (TextPiece piece : pieces) {
            String text = visible(shown(piece));
            for (GeneratedToken token : piece.tokens()) {
                html.append("<tr>")
                        .append(cell(text.replace(" ", "␣")))
                        .append(cell(number(ThoughtColour.WEIGHT.of(token), "%.4f")))
                        .append(cell(number(ThoughtColour.GAIN.of(token), "%+.4f")))
                        .append(cell(format("%.4f", token.logProbability())))
                        .append(cell(thought(token)))
                        .append("</tr>\n");
                text = "…";
            }
        }
        html.append("</table>\n</details>\n");
    }

    private static String cell(String text) {
        return "<td>" + Html.escape(text) + "</td>";
    }

    private static String number(OptionalDouble value, String format) {
        return value.isPresent() ? format(format, value.getAsDouble()) : "–";
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
