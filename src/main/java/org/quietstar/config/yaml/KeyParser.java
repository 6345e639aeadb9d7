package org.quietstar.config.yaml;

import java.math.BigInteger;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.quietstar.QuietStarException;

/** Turns what was written at a key into the value of the key's type, or says exactly why it cannot be. */
final class KeyParser {
    private static final Pattern INTEGER = Pattern.compile("[-+]?(?:0|[1-9][0-9]*)");
    private static final Pattern DECIMAL =
            Pattern.compile("[-+]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?");
    private static final Pattern NOT_FINITE =
            Pattern.compile("[-+]?\\.?(?:inf|infinity|nan)", Pattern.CASE_INSENSITIVE);
    private static final Set<String> TRUE = Set.of("true", "True", "TRUE");
    private static final Set<String> FALSE = Set.of("false", "False", "FALSE");

    private final KeySpec key;
    private final String path;

    private KeyParser(KeySpec key, String path) {
        this.key = key;
        this.path = path;
    }

    /**
     * The value of {@code node} for {@code key}.
     *
     * @param path how errors name the key, since one in a stage has a longer name
     * @return an Integer, Long, Double, Boolean, String, {@link Choice} or immutable List of String or Integer
     */
    static Object read(KeySpec key, String path, YamlNode node) {
        var reader = new KeyParser(key, path);
        return switch (key.type()) {
            case TEXTS -> reader.list(node, KeyParser::item);
            case INTEGERS -> reader.list(node, KeyParser::integer);
            case INTEGER -> reader.integer(reader.scalar(node));
            case LONG -> reader.whole(reader.scalar(node), Long.MAX_VALUE);
            case DECIMAL -> reader.decimal(reader.scalar(node));
            case BOOLEAN -> reader.bool(reader.scalar(node));
            case CHOICE -> reader.choice(reader.scalar(node));
            case TEXT -> reader.text(reader.scalar(node));
        };
    }

    /**
     * The value of a key written on one line, as {@code --set} takes it. Text is taken as it stands, so that the shell's
     * quotes are enough; only what begins with a quote or, for a list, with '[' is read as YAML.
     */
    static Object written(KeySpec key, String path, String written, Origin origin) {
        boolean list = key.type() == KeySpec.Type.TEXTS || key.type() == KeySpec.Type.INTEGERS;
        boolean text = key.type() == KeySpec.Type.TEXT
                || key.type() == KeySpec.Type.CHOICE
                || key.type() == KeySpec.Type.TEXTS;
        if (written.startsWith("\"") || written.startsWith("'") || (list && written.startsWith("["))) {
            return read(key, path, YamlTree.read(written, line -> origin));
        }
        boolean isNull = !written.isEmpty() && new YamlNode.Scalar(written, false, origin).isNull();
        return read(key, path, new YamlNode.Scalar(written, text && !isNull, origin));
    }

    private YamlNode.Scalar scalar(YamlNode node) {
        if (!(node instanceof YamlNode.Scalar scalar)) {
            throw error(node, node.shown() + " stands where " + key.type().words + " is wanted");
        }
        if (scalar.isNull()) {
            throw error(
                    node,
                    "no value (null); delete the line to get the default " + Format.yaml(key.defaultValue())
                            + ", or write a value");
        }
        return scalar;
    }

    private <T> List<T> list(YamlNode node, BiFunction<KeyParser, YamlNode.Scalar, T> item) {
        if (node instanceof YamlNode.Items list) {
            return IntStream.range(0, list.items().size())
                    .mapToObj(i -> {
                        var reader = new KeyParser(key, path + "[" + (i + 1) + "]");
                        return item.apply(reader, reader.scalar(list.items().get(i)));
                    })
                    .toList();
        }
        return List.of(item.apply(this, scalar(node)));
    }

    private int integer(YamlNode.Scalar scalar) {
        return (int) whole(scalar, Integer.MAX_VALUE);
    }

    private long whole(YamlNode.Scalar scalar, long largest) {
        String text = scalar.text();
        if (scalar.quoted() || !INTEGER.matcher(text).matches()) {
            throw error(scalar, scalar.shown() + " is not a whole number" + wholeNumberAdvice(scalar));
        }
        var value = new BigInteger(text);
        checkRange(scalar, value.doubleValue());
        if (value.abs().compareTo(BigInteger.valueOf(largest)) > 0) {
            throw error(scalar, scalar.shown() + " is too large a number; the largest is " + largest);
        }
        return value.longValue();
    }

    private static String wholeNumberAdvice(YamlNode.Scalar scalar) {
        if (scalar.quoted()) {
            return " but quoted text; write it without quotes";
        }
        String digits = scalar.text().replace("_", "");
        if (DECIMAL.matcher(digits).matches()) {
            double value = Double.parseDouble(digits);
            if (value == Math.rint(value) && Math.abs(value) < 1e15) {
                return "; write " + Format.number(value);
            }
        }
        return "";
    }

    private double decimal(YamlNode.Scalar scalar) {
        String text = scalar.text();
        if (!scalar.quoted() && NOT_FINITE.matcher(text).matches()) {
            throw error(scalar, scalar.shown() + " is not a finite number");
        }
        if (scalar.quoted() || !DECIMAL.matcher(text).matches()) {
            String advice = scalar.quoted() ? " but quoted text; write it without quotes" : "";
            throw error(scalar, scalar.shown() + " is not a number" + advice);
        }
        double value = Double.parseDouble(text);
        if (Double.isInfinite(value)) {
            throw error(scalar, scalar.shown() + " is too large a number");
        }
        checkRange(scalar, value);
        return value;
    }

    private void checkRange(YamlNode.Scalar scalar, double value) {
        if (!key.allows(value)) {
            throw error(scalar, scalar.shown() + " is out of range");
        }
    }

    private boolean bool(YamlNode.Scalar scalar) {
        if (!scalar.quoted() && TRUE.contains(scalar.text())) {
            return true;
        }
        if (!scalar.quoted() && FALSE.contains(scalar.text())) {
            return false;
        }
        throw error(scalar, scalar.shown() + " is neither true nor false");
    }

    private Choice choice(YamlNode.Scalar scalar) {
        for (Choice choice : key.choices()) {
            if (choice.word().equals(scalar.text())) {
                return choice;
            }
        }
        String meant = NearestKey.close(scalar.text(), key.words())
                .map(word -> "; did you mean " + word + "?")
                .orElse("");
        throw error(scalar, scalar.shown() + " is not among the allowed words" + meant);
    }

    private String text(YamlNode.Scalar scalar) {
        String text = scalar.text();
        boolean otherType = DECIMAL.matcher(text).matches() || TRUE.contains(text) || FALSE.contains(text);
        if (!scalar.quoted() && otherType) {
            throw error(scalar, scalar.shown() + " is not text; put it in quotes if it is meant");
        }
        return text;
    }

    private String item(YamlNode.Scalar scalar) {
        String text = text(scalar);
        if (text.isBlank()) {
            throw error(scalar, "an empty text in the list; delete it, or write [] for an empty list");
        }
        return text;
    }

    private QuietStarException error(YamlNode node, String problem) {
        return node.origin().error(path, problem + "; allowed: " + key.allowed());
    }
}
