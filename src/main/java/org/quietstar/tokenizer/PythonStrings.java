package org.quietstar.tokenizer;

import java.beans.FeatureDescriptor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;

/**
 * Python's methods of strings, which chat templates call: those of Java's class of the same name do other things
 * ({@code split} takes a regular expression) or have other names. Methods of anything else are not looked at.
 */
final class PythonStrings extends ELResolver {
    @Override
    public Object invoke(ELContext context, Object base, Object method, Class<?>[] types, Object[] arguments) {
        if (!(base instanceof String text)) {
            return null;
        }
        Object result = call(text, String.valueOf(method), arguments == null ? new Object[0] : arguments);
        if (result != null) {
            context.setPropertyResolved(true);
        }
        return result;
    }

    private static Object call(String text, String method, Object... arguments) {
        return switch (method) {
            case "strip" -> stripEnd(stripStart(text, arguments), arguments);
            case "lstrip" -> stripStart(text, arguments);
            case "rstrip" -> stripEnd(text, arguments);
            case "split" -> split(text, arguments);
            case "splitlines" -> text.lines().collect(Collectors.toCollection(ArrayList::new));
            case "startswith" -> text.startsWith(argument(arguments));
            case "endswith" -> text.endsWith(argument(arguments));
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "capitalize" ->
                text.isEmpty()
                        ? text
                        : text.substring(0, 1).toUpperCase(Locale.ROOT)
                                + text.substring(1).toLowerCase(Locale.ROOT);
            case "title" -> title(text);
            case "replace" -> text.replace(argument(arguments), Objects.toString(arguments[1]));
            case "find" -> (long) text.indexOf(argument(arguments));
            case "count" -> (long) text.split(Pattern.quote(argument(arguments)), -1).length - 1;
            case "join" -> join(text, arguments);
            default -> null;
        };
    }

    private static String argument(Object... arguments) {
        return arguments.length == 0 ? "" : Objects.toString(arguments[0]);
    }

    /** White space, or the characters that are given. */
    private static IntPredicate stripped(Object... arguments) {
        return arguments.length == 0 || arguments[0] == null
                ? Character::isWhitespace
                : c -> Objects.toString(arguments[0]).indexOf(c) >= 0;
    }

    private static String stripStart(String text, Object... arguments) {
        IntPredicate stripped = stripped(arguments);
        int from = 0;
        while (from < text.length() && stripped.test(text.charAt(from))) {
            from++;
        }
        return text.substring(from);
    }

    private static String stripEnd(String text, Object... arguments) {
        IntPredicate stripped = stripped(arguments);
        int to = text.length();
        while (to > 0 && stripped.test(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(0, to);
    }

    /** At white space, or at a separator, as often as is said. */
    private static List<String> split(String text, Object... arguments) {
        int most = arguments.length > 1 ? ((Number) arguments[1]).intValue() : -1;
        if (arguments.length == 0 || arguments[0] == null) {
            String words = text.strip();
            return words.isEmpty()
                    ? new ArrayList<>()
                    : new ArrayList<>(List.of(words.split("\\s+", most < 0 ? 0 : most + 1)));
        }
        String separator = argument(arguments);
        var pieces = new ArrayList<String>();
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0 && most != pieces.size(); at = text.indexOf(separator, from)) {
            pieces.add(text.substring(from, at));
            from = at + separator.length();
        }
        pieces.add(text.substring(from));
        return pieces;
    }

    private static String title(String text) {
        var title = new StringBuilder();
        boolean begins = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            title.append(begins ? Character.toUpperCase(c) : Character.toLowerCase(c));
            begins = !Character.isLetter(c);
        }
        return title.toString();
    }

    private static String join(String separator, Object... arguments) {
        var words = new ArrayList<String>();
        if (arguments.length > 0 && arguments[0] instanceof Iterable<?> all) {
            all.forEach(word -> words.add(Objects.toString(word)));
        }
        return String.join(separator, words);
    }

    @Override
    public Object getValue(ELContext context, Object base, Object property) {
        return null;
    }

    @Override
    public Class<?> getType(ELContext context, Object base, Object property) {
        return null;
    }

    @Override
    public void setValue(ELContext context, Object base, Object property, Object value) {
        // It has no properties: the next resolver is asked.
    }

    @Override
    public boolean isReadOnly(ELContext context, Object base, Object property) {
        return true;
    }

    @Override
    public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
        return null;
    }

    @Override
    public Class<?> getCommonPropertyType(ELContext context, Object base) {
        return null;
    }
}
