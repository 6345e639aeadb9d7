package org.quietstar.ablation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.quietstar.eval.Interval;
import org.quietstar.eval.task.Share;

/**
 * What came of a grid: for each variant and each measure the mean over the seeds that are done, with its interval.
 *
 * @param measures in the order of the table
 * @param byGroup measures of the groups of tasks' items, which are in the page and the JSON alone
 * @param rows one for each variant with a result
 */
public record AblationTable(List<String> measures, List<String> byGroup, List<Row> rows) {
    /** Held-out NLL with thoughts, nats per token. */
    public static final String NLL_MIXED = "nll_mixed";
    /** What thinking gains on held-out text, nats per token. */
    public static final String GAIN = "gain";
    /** Floating-point operations of training. */
    public static final String FLOPS = "flops";

    private static final String NOTE = """

            NLL and gain in nats per token of held-out text; a task's columns are shares of right answers without and with
            thoughts; flops are floating-point operations of training. In parentheses: the 95 % interval over seeds (Student's
            t); of a single seed there is none.
            """;

    private static final String TASKS = "tasks";
    private static final String GROUPS = "groups";
    private static final List<String> NUMBERS = List.of("nll_base", NLL_MIXED, GAIN, FLOPS);

    /**
     * A measure of a variant.
     *
     * @param overItems 95 % interval over the items of a task, of the mean share; none for other measures
     */
    public record Value(SeedMean overSeeds, Optional<Interval> overItems) {}

    /** A variant. */
    public record Row(String variant, Map<String, Value> values) {
        public Row {
            values = Map.copyOf(values);
        }
    }

    public AblationTable {
        measures = List.copyOf(measures);
        byGroup = List.copyOf(byGroup);
        rows = List.copyOf(rows);
    }

    /**
     * Counts.
     *
     * @param results by variant those of its seeds, in the order of the table
     */
    public static AblationTable of(Map<String, List<JsonNode>> results) {
        List<String> measures = new ArrayList<>();
        List<String> byGroup = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        results.forEach((variant, seeds) -> {
            Map<String, Value> values = new LinkedHashMap<>();
            for (String key : NUMBERS) {
                add(values, key, seeds.stream().map(seed -> seed.path(key)).toList(), Optional.empty());
            }
            Map<String, Value> ofGroups = new LinkedHashMap<>();
            for (String task : names(seeds.get(0).path(TASKS))) {
                List<JsonNode> ofTask =
                        seeds.stream().map(seed -> seed.path(TASKS).path(task)).toList();
                addShares(values, task, ofTask);
                for (String group : names(ofTask.get(0).path(GROUPS))) {
                    addShares(
                            ofGroups,
                            task + " " + group,
                            ofTask.stream()
                                    .map(each -> each.path(GROUPS).path(group))
                                    .toList());
                }
            }
            values.keySet().stream().filter(key -> !measures.contains(key)).forEach(measures::add);
            ofGroups.keySet().stream().filter(key -> !byGroup.contains(key)).forEach(byGroup::add);
            values.putAll(ofGroups);
            rows.add(new Row(variant, values));
        });
        // What it has cost comes last.
        if (measures.remove(FLOPS)) {
            measures.add(FLOPS);
        }
        return new AblationTable(measures, byGroup, rows);
    }

    /** Adds the shares of right answers, without and with thoughts, of a task or of a group of its items. */
    private static void addShares(Map<String, Value> values, String name, List<JsonNode> seeds) {
        int items = seeds.get(0).path("items").asInt();
        for (String key : List.of("without", "with")) {
            List<JsonNode> shares = seeds.stream().map(seed -> seed.path(key)).toList();
            add(values, name + " " + key, shares, Optional.of(items));
        }
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static void add(Map<String, Value> values, String name, List<JsonNode> numbers, Optional<Integer> items) {
        List<Double> found = numbers.stream()
                .filter(JsonNode::isNumber)
                .map(JsonNode::asDouble)
                .toList();
        if (!found.isEmpty()) {
            SeedMean mean = items.isPresent() ? SeedMean.of(found).ofShares() : SeedMean.of(found);
            values.put(
                    name, new Value(mean, items.map(n -> new Share((int) Math.round(mean.mean() * n), n).interval())));
        }
    }

    /** The table for people, lines ended by a line feed; intervals are those over seeds. */
    public String toText() {
        int wide = Math.max(
                "variant".length(),
                rows.stream().mapToInt(row -> row.variant().length()).max().orElse(0));
        var text = new StringBuilder(String.format(Locale.ROOT, "%-" + wide + "s", "variant"));
        measures.forEach(measure -> text.append(String.format(Locale.ROOT, "  %25s", measure)));
        text.append('\n');
        for (Row row : rows) {
            text.append(String.format(Locale.ROOT, "%-" + wide + "s", row.variant));
            measures.forEach(measure -> text.append(String.format(Locale.ROOT, "  %25s", cell(row, measure))));
            text.append('\n');
        }
        return text.append(NOTE).toString();
    }

    /**
     * The table in Markdown.
     *
     * @param pictures names of files beside it
     */
    public String toMarkdown(String title, List<String> pictures) {
        var text = new StringBuilder("# ").append(title).append("\n\n");
        text.append(markdown(measures));
        text.append(NOTE).append("In brackets: the 95 % interval over the items of a task.\n");
        if (!byGroup.isEmpty()) {
            text.append("\n## By groups of items\n\n").append(markdown(byGroup));
        }
        pictures.forEach(name ->
                text.append("\n![").append(name).append("](").append(name).append(")\n"));
        return text.toString();
    }

    private String markdown(List<String> columns) {
        var text = new StringBuilder("| variant | seeds |");
        columns.forEach(measure -> text.append(' ').append(measure).append(" |"));
        text.append("\n|---|---|").append("---|".repeat(columns.size())).append('\n');
        for (Row row : rows) {
            int seeds = row.values.values().stream()
                    .mapToInt(value -> value.overSeeds.seeds())
                    .max()
                    .orElse(0);
            text.append("| ").append(row.variant).append(" | ").append(seeds).append(" |");
            columns.forEach(measure -> text.append(' ')
                    .append(cell(row, measure))
                    .append(items(row, measure))
                    .append(" |"));
            text.append('\n');
        }
        return text.toString();
    }

    private static String cell(Row row, String measure) {
        Value value = row.values.get(measure);
        if (value == null) {
            return "-";
        }
        if (measure.equals(FLOPS)) {
            return String.format(Locale.ROOT, "%.3e", value.overSeeds.mean());
        }
        return String.format(Locale.ROOT, "%.4f", value.overSeeds.mean())
                + value.overSeeds
                        .interval()
                        .map(each -> String.format(Locale.ROOT, " (%.3f to %.3f)", each.lower(), each.upper()))
                        .orElse("");
    }

    private static String items(Row row, String measure) {
        return Optional.ofNullable(row.values.get(measure))
                .flatMap(Value::overItems)
                .map(interval -> String.format(Locale.ROOT, " [%.3f, %.3f]", interval.lower(), interval.upper()))
                .orElse("");
    }

    /** The table as JSON; intervals are [lower, upper], and left out where there is none. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (Row row : rows) {
            ObjectNode variant = json.putObject(row.variant);
            for (String measure : all()) {
                Value value = row.values.get(measure);
                if (value != null) {
                    ObjectNode node = variant.putObject(measure);
                    node.put("mean", value.overSeeds.mean()).put("seeds", value.overSeeds.seeds());
                    value.overSeeds.values().forEach(node.putArray("values")::add);
                    value.overSeeds.interval().ifPresent(interval -> put(node.putArray("over_seeds_95"), interval));
                    value.overItems.ifPresent(interval -> put(node.putArray("over_items_95"), interval));
                }
            }
        }
        return json;
    }

    private List<String> all() {
        return Stream.concat(measures.stream(), byGroup.stream()).toList();
    }

    private static void put(ArrayNode array, Interval interval) {
        array.add(interval.lower()).add(interval.upper());
    }
}
