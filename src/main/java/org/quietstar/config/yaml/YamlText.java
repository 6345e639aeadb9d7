package org.quietstar.config.yaml;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Text as a YAML scalar: bare where no reader of YAML could take it for anything else, else in double quotes. */
final class YamlText {
    /** Begins with a letter, a point followed by one, a slash or an underscore; no sign that YAML gives a meaning. */
    private static final Pattern BARE =
            Pattern.compile("(?:\\.{0,2}/)?[A-Za-z_][A-Za-z0-9_./-]*(?:\\*[A-Za-z0-9_./-]*)*");

    private static final Set<String> NOT_TEXT =
            Set.of("null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf");

    private YamlText() {}

    static String of(String text) {
        if (BARE.matcher(text).matches() && !NOT_TEXT.contains(text.toLowerCase(Locale.ROOT))) {
            return text;
        }
        var quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> appendPrintable(quoted, c);
            }
        });
        return quoted.append('"').toString();
    }

    private static void appendPrintable(StringBuilder quoted, int c) {
        boolean printable = (c >= 0x20 && c < 0x7f) || (c >= 0xa0 && c < 0x2028) || (c > 0x2029 && c < 0xd800);
        if (printable) {
            quoted.appendCodePoint(c);
        } else {
            quoted.append(String.format(Locale.ROOT, c > 0xffff ? "\\U%08x" : "\\u%04x", c));
        }
    }
}
