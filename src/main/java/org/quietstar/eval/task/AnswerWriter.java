package org.quietstar.eval.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig.ThoughtContent;
import org.quietstar.eval.task.AnswerScore.Vote;
import org.quietstar.eval.task.AnswerScore.Written;
import org.quietstar.eval.task.WrittenText.Words;
import org.quietstar.generate.GenerateOptions;
import org.quietstar.generate.Generation;
import org.quietstar.generate.GenerationListener;
import org.quietstar.generate.Generator;
import org.quietstar.random.SplitMix;
import org.quietstar.thought.ThinkingModel;
import org.quietstar.thought.ThoughtContents;

/**
 * Has a model write its answers, without and with thoughts. At once: the text that follows the prompt, greedy. By chain of
 * thought (Kojima et al. 2022): first a reasoning, then the text that follows prompt, reasoning and conclusion, greedy; of
 * several reasonings, each sampled, the answers vote. What is drawn depends on the seed, the item and the vote alone.
 */
final class AnswerWriter {
    /** Passes over the votes of all items. */
    private static final int SILENT = 0;

    private static final int THINKING = 1;

    /** Parts of a text that draw from streams of their own. */
    private static final int REASONING = 0;

    private static final int ANSWER = 1;

    /** A temperature at which all tokens that a thought may contain are equally likely. */
    private static final double EVEN = 1e30;

    private static final String LINE_END = "\n";

    private final ThinkingModel model;
    private final AnswerScorer.Encoding encoding;
    private final AnswerScorer.Options options;
    private final AnswerTask task;
    private final Writing writing;
    private final int votes;

    AnswerWriter(ThinkingModel model, AnswerScorer.Encoding encoding, AnswerScorer.Options options, AnswerTask task) {
        this.model = ThoughtContents.model(model, options.content());
        this.encoding = encoding;
        this.options = options;
        this.task = task;
        this.writing = task.writing();
        this.votes = writing.votes().map(Writing.Votes::count).orElse(1);
    }

    /** Refuses settings under which answers are not written. */
    void require() {
        ThoughtContent content = options.content();
        if (model.thinks() && (content == ThoughtContent.SHUFFLED || content == ThoughtContent.BLIND)) {
            throw new QuietStarException(
                    "evaluation.thoughtContent " + content.word() + " is of answers to choose from,"
                            + " and those of task " + task.name() + " are written; take own, random or pause");
        }
    }

    /** The answers of all items, in the order of the task. */
    List<AnswerScore> scores(AnswerBatches batches) {
        int all = task.questions().size() * votes;
        batches.begin(model.thinks() ? 2 * all : all);
        try (var generator = new Generator(model, encoding.tokenizer())) {
            List<WrittenText> silent = pass(batches, SILENT, all, generator);
            List<WrittenText> thinking = model.thinks() ? pass(batches, THINKING, all, generator) : List.of();
            var extractor = new AnswerExtractor(task);
            List<AnswerScore> scores = new ArrayList<>();
            for (int i = 0; i < task.questions().size(); i++) {
                AnswerItem item = task.questions().get(i);
                Optional<AnswerScore.Thinking> with = Optional.empty();
                if (model.thinks()) {
                    List<WrittenText> texts = ofItem(thinking, i);
                    Words thought = texts.get(0).thought().orElseThrow();
                    with = Optional.of(new AnswerScore.Thinking(
                            written(extractor, item, texts), Optional.empty(), thought.words(), thought.weight()));
                }
                scores.add(new AnswerScore(item, written(extractor, item, ofItem(silent, i)), with));
            }
            return scores;
        }
    }

    private List<WrittenText> pass(AnswerBatches batches, int pass, int all, Generator generator) {
        return batches.pass(
                pass,
                all,
                WrittenText::fromJson,
                WrittenText::toJson,
                batch -> new Batch(batch, pass == THINKING, generator).write());
    }

    private List<WrittenText> ofItem(List<WrittenText> texts, int item) {
        return texts.subList(item * votes, (item + 1) * votes);
    }

    private static Written written(AnswerExtractor extractor, AnswerItem item, List<WrittenText> texts) {
        List<Vote> votes = texts.stream()
                .map(text -> extractor.vote(item, text.reasoning(), text.text()))
                .toList();
        return extractor.majority(item, votes);
    }

    /**
     * What an answer is written behind.
     *
     * @param reasoning that is part of it; empty where there is none
     */
    private record Begun(String prompt, String reasoning) {}

    /** Some votes, written together. */
    private final class Batch {
        final List<Integer> batch;
        final boolean thinks;
        final Generator generator;

        Batch(List<Integer> batch, boolean thinks, Generator generator) {
            this.batch = batch;
            this.thinks = thinks;
            this.generator = generator;
        }

        List<WrittenText> write() {
            List<AnswerItem> items = batch.stream()
                    .map(point -> task.questions().get(point / votes))
                    .toList();
            List<Begun> begun = writing.votes()
                    .map(asked -> reasoned(items, asked.temperature()))
                    .orElseGet(() -> items.stream()
                            .map(item -> new Begun(item.prompt(), ""))
                            .toList());
            List<String> ends = task.end().isEmpty() ? List.of(LINE_END) : List.of(task.end(), LINE_END);
            List<Generation> answers =
                    continued(ANSWER, begun.stream().map(Begun::prompt).toList(), writing.answerTokens(), ends, 0);
            List<WrittenText> texts = new ArrayList<>();
            for (int i = 0; i < answers.size(); i++) {
                Generation answer = answers.get(i);
                Optional<Words> thought =
                        answer.tokens().get(0).thought().map(each -> new Words(encoding.words(each), each.weight()));
                texts.add(new WrittenText(begun.get(i).reasoning, answer.text(), thought));
            }
            return texts;
        }

        /** The prompts with a reasoning and the conclusion behind them. */
        private List<Begun> reasoned(List<AnswerItem> items, double temperature) {
            Writing.Reasoning texts = writing.reasoning().orElseThrow();
            List<String> prompts = items.stream().map(task::begun).toList();
            List<String> ends = texts.end().isEmpty() ? List.of() : List.of(texts.end());
            List<Generation> reasonings = continued(REASONING, prompts, texts.tokens(), ends, temperature);
            List<Begun> begun = new ArrayList<>();
            for (int i = 0; i < reasonings.size(); i++) {
                String reasoning = reasonings.get(i).text();
                begun.add(new Begun(task.concluded(items.get(i), reasoning), reasoning));
            }
            return begun;
        }

        private List<Generation> continued(
                int part, List<String> prompts, int wanted, List<String> ends, double temperature) {
            int room = generator.room(thoughts(true).build());
            // A prompt keeps half of the model's positions, or more.
            int tokens = Math.min(wanted, room / 2);
            List<Generator.Prompt> all = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                long sample = SplitMix.hash(batch.get(i) / votes, batch.get(i) % votes, part);
                int[] ids = cut(encoding.encode().apply(prompts.get(i)), room - tokens);
                all.add(new Generator.Prompt(i, prompts.get(i), sample, ids, new int[0]));
            }
            GenerateOptions how = thoughts(thinks)
                    .maxTokens(tokens)
                    .temperature(temperature)
                    .seed(options.seed())
                    .stop(ends)
                    .build();
            return generator.generate(all, how, GenerationListener.none());
        }

        private GenerateOptions.Builder thoughts(boolean wanted) {
            double temperature = options.content() == ThoughtContent.RANDOM ? EVEN : options.thoughtTemperature();
            return GenerateOptions.builder()
                    .thoughts(wanted ? GenerateOptions.Thoughts.AUTO : GenerateOptions.Thoughts.OFF)
                    .thoughtTemperature(temperature);
        }
    }

    /** The ids without the question's beginning, where they are more than are to be kept; what every text begins with stays. */
    private int[] cut(int[] ids, int kept) {
        if (ids.length <= kept) {
            return ids;
        }
        int prefix = Math.min(encoding.prefix(), kept - 1);
        int[] shorter = new int[kept];
        System.arraycopy(ids, 0, shorter, 0, prefix);
        System.arraycopy(ids, ids.length - kept + prefix, shorter, prefix, kept - prefix);
        return shorter;
    }
}
