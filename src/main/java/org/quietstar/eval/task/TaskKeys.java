package org.quietstar.eval.task;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.quietstar.QuietStarException;
import org.quietstar.config.yaml.NearestKey;
import org.quietstar.config.yaml.Origin;
import org.quietstar.config.yaml.YamlNode;
import org.quietstar.config.yaml.YamlTree;

/** The keys of a task file with their values; every mistake names file and line. */
final class TaskKeys {
    private static final int MOST_TOKENS = 1_000_000;

    private final Path file;
    private final Map<String, YamlNode.Field> fields = new HashMap<>();
    private final Set<String> mayBeEmpty;

    /**
     * @param all keys that a task may have
     * @param mayBeEmpty those whose text may be empty
     */
    TaskKeys(Path file, String yaml, List<String> all, Set<String> mayBeEmpty) {
        this.file = file;
        this.mayBeEmpty = mayBeEmpty;
        YamlNode root = YamlTree.read(yaml, line -> new Origin.FileLine(file.toString(), line));
        if (!(root instanceof YamlNode.Fields keys)) {
            throw new QuietStarException(file + ": holds no 'key: value' lines; a task has the keys "
                    + String.join(", ", all) + ", of which items is always needed");
        }
        for (YamlNode.Field field : keys.fields()) {
            if (!all.contains(field.name())) {
                String meant = NearestKey.close(field.name(), all)
                        .map(key -> "did you mean " + key + "? ")
                        .orElse("");
                throw field.origin()
                        .error(field.name(), "unknown key; " + meant + "Keys of a task: " + String.join(", ", all));
            }
            fields.put(field.name(), field);
        }
    }

    boolean has(String key) {
        return fields.containsKey(key);
    }

    /** The value of a key; empty where it is left out. */
    Optional<YamlNode> value(String key) {
        return Optional.ofNullable(fields.get(key)).map(YamlNode.Field::value);
    }

    /** The text of a key; {@code otherwise} where it is left out, null where it may not be. */
    String word(String key, String otherwise) {
        YamlNode.Field field = fields.get(key);
        if (field == null) {
            if (otherwise == null) {
                throw new QuietStarException(file + ": the key '" + key + "' is missing; every task needs it");
            }
            return otherwise;
        }
        if (!(field.value() instanceof YamlNode.Scalar scalar) || scalar.isNull()) {
            throw error(key, field.value().shown() + " stands where one word is wanted");
        }
        if (scalar.text().isEmpty() && !mayBeEmpty.contains(key)) {
            throw error(key, "is empty; write a word or leave the key out");
        }
        return scalar.text();
    }

    /** A number of tokens. */
    int tokens(String key, int otherwise) {
        String word = word(key, Integer.toString(otherwise));
        int tokens = word.matches("[0-9]{1,7}") ? Integer.parseInt(word) : 0;
        if (tokens < 1 || tokens > MOST_TOKENS) {
            throw error(key, "is " + word + "; it must be a whole number of tokens from 1 to " + MOST_TOKENS);
        }
        return tokens;
    }

    /** A regular expression with a group. */
    Optional<Pattern> pattern(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        try {
            var pattern = Pattern.compile(word(key, ""), Pattern.DOTALL);
            if (pattern.matcher("").groupCount() < 1) {
                throw error(key, "has no group; put what is the answer in parentheses");
            }
            return Optional.of(pattern);
        } catch (PatternSyntaxException e) {
            throw error(key, "is no regular expression: " + e.getDescription());
        }
    }

    ItemFields.Use use(String key) {
        return new ItemFields.Use(
                key, has(key) ? ", which " + fields.get(key).origin().place() + " names as " + key : " for the " + key);
    }

    QuietStarException error(String key, String problem) {
        return fields.get(key).origin().error(key, problem);
    }
}
