package org.quietstar.cli;

import org.quietstar.QuietStarException;
import org.quietstar.config.EvaluationConfig;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.eval.task.Writing.Votes;
import picocli.CommandLine.Option;

/** Options of {@code evaluate --task} about reasoning aloud before an answer. */
final class ChainOfThought {
    @Option(
            names = "--cot",
            description = "With --task: by chain of thought. The model writes its reasoning before each answer, as the"
                    + " task's cot and cotAnswer say (default: as the recipe's evaluation.taskVotes says, not at all).")
    private boolean asked;

    @Option(
            names = "--votes",
            paramLabel = "K",
            description =
                    "With --cot: samples K reasonings for each item; the answer of most of them counts (default: 1).")
    private Integer votes;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description =
                    "With --cot: at which a reasoning is sampled; 0 is greedy (default: 0 of one vote, 0.7 of several).")
    private Double temperature;

    /** Refuses options that miss the one they belong to, and values that are not allowed. */
    void require(boolean ofTask) {
        if (!asked && votes != null) {
            throw new QuietStarException("evaluate: --votes " + votes + " is of chains of thought; add --cot");
        }
        if (!asked && temperature != null) {
            throw new QuietStarException("evaluate: --temperature " + temperature
                    + " is of chains of thought; add --cot, or see --thought-temperature");
        }
        if (asked && !ofTask) {
            throw new QuietStarException("evaluate: --cot is for --task; name the task, such as --task gsm8k");
        }
        if (asked) {
            votes();
        }
    }

    /**
     * The task as it is to be answered.
     *
     * @param recipe says it where no option does
     */
    AnswerTask asked(AnswerTask task, EvaluationConfig recipe) {
        return asked ? task.byChainOfThought(votes()) : task.asked(recipe);
    }

    private Votes votes() {
        Votes usual = Votes.of(votes == null ? 1 : votes);
        return temperature == null ? usual : new Votes(usual.count(), temperature);
    }
}
