package org.quietstar.ablation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.quietstar.QuietStarException;
import org.quietstar.config.yaml.Origin;
import org.quietstar.config.yaml.YamlNode;
import org.quietstar.config.yaml.YamlTree;
import org.quietstar.text.PlainText;

/**
 * A grid of runs, as its file says: every variant of a recipe with every seed.
 *
 * @param file that it was read from
 * @param recipe of all variants
 * @param output folder of all runs and of the results
 * @param seeds one or more, each another
 * @param variants one or more, in the order of the file
 */
public record AblationGrid(Path file, Path recipe, Path output, List<Long> seeds, List<Variant> variants) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern SEED = Pattern.compile("\\d{1,15}");
    private static final String EVALUATION = "evaluation.";

    /**
     * One way to set the recipe.
     *
     * @param of the variant whose runs are evaluated once more, under other settings of section evaluation; empty where
     *     the variant has runs of its own
     * @param sets assignments KEY=VALUE over the recipe
     * @param place where it stands
     */
    public record Variant(String name, Optional<String> of, List<String> sets, Origin place) {
        public Variant {
            sets = List.copyOf(sets);
        }
    }

    /**
     * A variant with a seed.
     *
     * @param run folder of its run, which is another cell's where its variant is {@code of} one
     * @param result file of what came of it
     * @param sets assignments KEY=VALUE over the recipe, the seed's among them
     */
    public record Cell(Variant variant, long seed, Path run, Path result, List<String> sets) {}

    public AblationGrid {
        seeds = List.copyOf(seeds);
        variants = List.copyOf(variants);
    }

    /**
     * Reads a grid.
     *
     * @throws QuietStarException that names the file, the line and the key
     */
    public static AblationGrid read(Path file) {
        YamlNode root = YamlTree.read(PlainText.read(file), line -> new Origin.FileLine(file.toString(), line));
        Map<String, YamlNode> keys = fields(root, "", List.of("recipe", "output", "seeds", "set", "variants"));
        Path recipe = Path.of(text(required(root, keys, "recipe", "the recipe of all variants"), "recipe"));
        String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
        Path output = keys.containsKey("output")
                ? Path.of(text(keys.get("output"), "output"))
                : Path.of("runs", "ablation-" + name);
        List<String> common = keys.containsKey("set") ? sets(keys.get("set"), "set") : List.of();
        List<Variant> variants = new ArrayList<>();
        for (YamlNode item : items(required(root, keys, "variants", "a list of name and set"), "variants")) {
            variants.add(variant(item, common, variants));
        }
        return new AblationGrid(
                file, recipe, output, seeds(required(root, keys, "seeds", "such as [1, 2, 3]")), variants);
    }

    /** Every variant with every seed, in the order in which they run: all variants of the first seed, and so on. */
    public List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (long seed : seeds) {
            for (Variant variant : variants) {
                String folder = "seed-" + seed;
                List<String> sets = new ArrayList<>(variant.sets);
                sets.add("seed=" + seed);
                cells.add(new Cell(
                        variant,
                        seed,
                        output.resolve(variant.of.orElse(variant.name)).resolve(folder),
                        output.resolve("results").resolve(variant.name + "-" + folder + ".json"),
                        sets));
            }
        }
        return cells;
    }

    private static Variant variant(YamlNode node, List<String> common, List<Variant> before) {
        Map<String, YamlNode> keys = fields(node, "variants", List.of("name", "of", "set"));
        String name = text(required(node, keys, "name", "what the table calls it"), "name");
        if (!NAME.matcher(name).matches()) {
            throw node.origin().error("name", "'" + name + "' is to be letters, digits, '.', '_' and '-'");
        }
        List<String> names = before.stream().map(Variant::name).toList();
        if (names.contains(name) || name.equals("results")) {
            throw node.origin().error("name", "'" + name + "' is taken; give each variant another");
        }
        List<String> own = keys.containsKey("set") ? sets(keys.get("set"), "set") : List.of();
        List<String> all = new ArrayList<>(common);
        Optional<String> of = Optional.ofNullable(keys.get("of")).map(value -> text(value, "of"));
        if (of.isPresent()) {
            Variant trained = before.stream()
                    .filter(each -> each.name.equals(of.get()) && each.of.isEmpty())
                    .findFirst()
                    .orElseThrow(() -> node.origin()
                            .error(
                                    "of",
                                    "'" + of.get() + "' is no variant above that has runs of its own; there are "
                                            + names));
            own.stream().filter(set -> !set.startsWith(EVALUATION)).findFirst().ifPresent(set -> {
                throw node.origin().error("set", set + " is not of section evaluation, and of: trains nothing anew");
            });
            all = new ArrayList<>(trained.sets);
        }
        all.addAll(own);
        return new Variant(name, of, all, node.origin());
    }

    private static List<Long> seeds(YamlNode node) {
        List<Long> seeds = new ArrayList<>();
        for (YamlNode item : items(node, "seeds")) {
            String text = text(item, "seeds");
            if (!SEED.matcher(text).matches() || seeds.contains(Long.valueOf(text))) {
                throw item.origin().error("seeds", item.shown() + " is no whole number, or was there before");
            }
            seeds.add(Long.valueOf(text));
        }
        return seeds;
    }

    private static List<String> sets(YamlNode node, String path) {
        if (!(node instanceof YamlNode.Fields fields)) {
            throw node.origin().error(path, node.shown() + " is no group of KEY: VALUE, such as loss.policyWeight: 0");
        }
        return fields.fields().stream()
                .map(field -> field.name() + "=" + flow(field.value(), field.name()))
                .toList();
    }

    private static String flow(YamlNode node, String path) {
        if (node instanceof YamlNode.Items list) {
            return list.items().stream().map(item -> flow(item, path)).collect(Collectors.joining(", ", "[", "]"));
        }
        return text(node, path);
    }

    private static Map<String, YamlNode> fields(YamlNode node, String path, List<String> known) {
        if (!(node instanceof YamlNode.Fields fields)) {
            throw node.origin().error(path, node.shown() + " is no group of keys; there are " + known);
        }
        Map<String, YamlNode> keys = new LinkedHashMap<>();
        for (YamlNode.Field field : fields.fields()) {
            if (!known.contains(field.name())) {
                throw field.origin().error(field.name(), "is no key of a grid here; there are " + known);
            }
            keys.put(field.name(), field.value());
        }
        return keys;
    }

    private static YamlNode required(YamlNode node, Map<String, YamlNode> keys, String key, String meaning) {
        if (!keys.containsKey(key)) {
            throw node.origin().error(key, "is missing; give " + meaning);
        }
        return keys.get(key);
    }

    private static List<YamlNode> items(YamlNode node, String path) {
        if (!(node instanceof YamlNode.Items list) || list.items().isEmpty()) {
            throw node.origin().error(path, node.shown() + " is no list of one or more");
        }
        return list.items();
    }

    private static String text(YamlNode node, String path) {
        if (!(node instanceof YamlNode.Scalar scalar) || scalar.isNull()) {
            throw node.origin().error(path, node.shown() + " is no single value");
        }
        return scalar.text();
    }
}
