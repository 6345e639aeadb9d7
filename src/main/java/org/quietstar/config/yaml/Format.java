package org.quietstar.config.yaml;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How values look in messages and in printed YAML. */
public final class Format {
    private static final int LONGEST = 100;

    private Format() {}

    /** What a user wrote, on one line: control characters escaped, cut where it is very long. */
    public static String clean(String text) {
        var cleaned = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> {
            if (c == '\n') {
                cleaned.append("\\n");
            } else if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                cleaned.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                cleaned.appendCodePoint(c);
            }
        });
        return text.codePointCount(0, text.length()) > LONGEST ? cleaned + "…" : cleaned.toString();
    }

    /** As {@link #clean}, in single quotes. */
    public static String quoted(String text) {
        return "'" + clean(text) + "'";
    }

    /** A bound of a range: whole numbers without a fraction. */
    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return decimal(value);
    }

    /**
     * The digits that read back to exactly {@code value}, in the form that every YAML version takes for a number
     * (YAML 1.1 wants both the point and the sign of the exponent).
     */
    public static String decimal(double value) {
        String digits = Double.toString(value);
        int exponent = digits.indexOf('E');
        if (exponent < 0) {
            return digits;
        }
        String sign = digits.charAt(exponent + 1) == '-' ? "" : "+";
        return digits.substring(0, exponent) + "e" + sign + digits.substring(exponent + 1);
    }

    /** A bound value as YAML on one line: a number, true or false, text, or a list in brackets. */
    public static String yaml(Object value) {
        if (value instanceof Double number) {
            return decimal(number);
        }
        if (value instanceof Choice choice) {
            return YamlText.of(choice.word());
        }
        if (value instanceof String text) {
            return YamlText.of(text);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Format::yaml).collect(Collectors.joining(", ", "[", "]"));
        }
        return String.valueOf(value);
    }
}
