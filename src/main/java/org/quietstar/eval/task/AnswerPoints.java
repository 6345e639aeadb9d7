package org.quietstar.eval.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.quietstar.QuietStarException;
import org.quietstar.config.ModelConfig;

/**
 * The points at which a model predicts where it answers a task's items: each item's prompt, and the prompt with the first
 * tokens of some of its answers. Texts are encoded whole, prompt and answer together, as the model has read them in
 * training: a tokenizer may join the end of the prompt with an answer, and then all answers begin where the ids part.
 */
final class AnswerPoints {
    /**
     * A point.
     *
     * @param item index in the task
     * @param number of the item's points before it
     * @param ids of prompt and first tokens
     * @param next by choice, the token that it continues with here
     */
    record Point(int item, int number, int[] ids, Map<Integer, Integer> next) {}

    private final AnswerTask task;
    private final Function<String, int[]> encode;
    private final int prefix;
    private final ModelConfig model;
    private final int reserved;

    /**
     * @param encode ids of a text, with what stands before every text
     * @param prefix how many ids stand before every text: they stay where the question is cut
     * @param reserved positions that a prediction takes beside the ids
     */
    AnswerPoints(AnswerTask task, Function<String, int[]> encode, int prefix, ModelConfig model, int reserved) {
        this.task = task;
        this.encode = encode;
        this.prefix = prefix;
        this.model = model;
        this.reserved = reserved;
    }

    /**
     * The points of all items, in the order of the task.
     *
     * @throws QuietStarException that names file and line, where an answer does not fit into the model's positions, or two
     *     choices are the same tokens
     */
    List<Point> all() {
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < task.questions().size(); i++) {
            points.addAll(of(i));
        }
        return points;
    }

    private List<Point> of(int index) {
        AnswerItem item = task.questions().get(index);
        String place = task.items() + ":" + item.line() + ": ";
        int[] prompt = encode.apply(item.prompt());
        List<int[]> wholes = new ArrayList<>();
        int common = prompt.length;
        for (String choice : item.choices()) {
            int[] whole = encode.apply(item.prompt() + task.separator() + choice + task.end());
            wholes.add(whole);
            int same = Arrays.mismatch(whole, prompt);
            common = Math.min(common, same < 0 ? prompt.length : same);
        }
        if (common == 0) {
            throw new QuietStarException(place + "no token of the prompt stays as it is with every choice behind it");
        }
        requireDifferent(item, place, wholes);
        int cut = cut(place, common, wholes);
        Map<List<Integer>, Point> byIds = new LinkedHashMap<>();
        for (int choice = 0; choice < wholes.size(); choice++) {
            int[] whole = wholes.get(choice);
            for (int end = common; end < whole.length; end++) {
                int[] ids = without(whole, end, cut);
                int number = byIds.size();
                byIds.computeIfAbsent(
                                Arrays.stream(ids).boxed().toList(),
                                key -> new Point(index, number, ids, new LinkedHashMap<>()))
                        .next
                        .put(choice, whole[end]);
            }
        }
        return List.copyOf(byIds.values());
    }

    /** Ids that are taken from the question's beginning, so that the longest answer fits. */
    private int cut(String place, int common, List<int[]> wholes) {
        int longest = wholes.stream().mapToInt(ids -> ids.length).max().orElseThrow();
        // The last token of an answer is predicted, not read.
        int cut = Math.max(0, longest - 1 + reserved - model.maxPositions());
        if (cut > 0 && prefix + cut >= common) {
            throw new QuietStarException(place + "the answer alone, of " + (longest - common) + " tokens, takes "
                    + (longest - common + reserved) + " positions, but the model has " + model.maxPositions()
                    + "; shorten the answer");
        }
        return cut;
    }

    private int[] without(int[] whole, int end, int cut) {
        int[] ids = new int[end - cut];
        System.arraycopy(whole, 0, ids, 0, Math.min(prefix, ids.length));
        System.arraycopy(whole, prefix + cut, ids, prefix, ids.length - prefix);
        return ids;
    }

    private static void requireDifferent(AnswerItem item, String place, List<int[]> wholes) {
        Map<List<Integer>, String> seen = new HashMap<>();
        for (int i = 0; i < wholes.size(); i++) {
            String choice = item.choices().get(i);
            String earlier =
                    seen.putIfAbsent(Arrays.stream(wholes.get(i)).boxed().toList(), choice);
            if (earlier != null) {
                throw new QuietStarException(place + "the choices '" + earlier + "' and '" + choice
                        + "' are the same tokens to this model's tokenizer; take another tokenizer or other choices");
            }
        }
    }
}
