package org.quietstar.eval.task;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The tokens that can be part of an answer of letters or of a number, or of what stands behind it: probabilities are taken
 * among them alone.
 */
final class AnswerTokens {
    private static final String DIGITS = "0123456789";

    private AnswerTokens() {}

    /**
     * Ids of the tokens; empty where every token counts.
     *
     * @param decode words of ids
     * @param vocabSize V
     */
    static int[] of(AnswerTask task, Function<int[], String> decode, int vocabSize) {
        if (task.answers() == AnswerTask.Answers.CHOICES) {
            return new int[0];
        }
        Set<Integer> ids = new TreeSet<>();
        Set<String> words = task.questions().stream()
                .flatMap(item -> item.choices().stream())
                .collect(Collectors.toSet());
        String characters = DIGITS + String.join("", words);
        boolean number = task.answers() == AnswerTask.Answers.DIGITS;
        for (int id = 0; id < vocabSize; id++) {
            String text = decode.apply(new int[] {id});
            String word = text.strip();
            boolean ofAnswer = number ? !word.isEmpty() && consistsOf(word, characters) : words.contains(word);
            boolean ofEnd = !text.isEmpty() && consistsOf(text, task.end());
            if (ofAnswer || ofEnd) {
                ids.add(id);
            }
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    private static boolean consistsOf(String text, String characters) {
        return text.chars().allMatch(c -> characters.indexOf(c) >= 0);
    }
}
