package org.quietstar.eval.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quietstar.eval.task.AnswerScore.Vote;
import org.quietstar.eval.task.AnswerScore.Written;
import org.quietstar.eval.task.AnswerTask.Answers;

/** What is taken from written texts, by hand. */
class AnswerExtractorTest {
    private static final Optional<Writing.Votes> AT_ONCE = Optional.empty();
    private static final Optional<Writing.Votes> BY_CHAIN_OF_THOUGHT = Optional.of(Writing.Votes.of(1));

    private static AnswerExtractor extractor(Answers answers, String extract, Optional<Writing.Votes> votes) {
        Optional<Pattern> pattern = extract.isEmpty() ? Optional.empty() : Optional.of(Pattern.compile(extract));
        var writing = new Writing(32, pattern, Optional.empty(), votes);
        return new AnswerExtractor(
                new AnswerTask("task", Path.of("items.jsonl"), "group", answers, " ", "", writing, List.of()));
    }

    private static AnswerItem item(String right, String... choices) {
        List<String> all = choices.length == 0 ? List.of(right) : List.of(choices);
        return new AnswerItem(1, "p", all, all.indexOf(right), "all");
    }

    private static Written written(AnswerExtractor extractor, AnswerItem item, String... texts) {
        List<Vote> votes =
                Stream.of(texts).map(text -> extractor.vote(item, "", text)).toList();
        return extractor.majority(item, votes);
    }

    /** An answer of none is written as -. */
    private static void assertWritten(Written written, String answer, boolean right) {
        assertThat(written.answer()).isEqualTo(answer.equals("-") ? Optional.empty() : Optional.of(answer));
        assertThat(written.right()).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                // right | written | answer | whether it is right
                "1234     | #### 1,234                | 1234  | true",
                "1,234    | 1234                      | 1234  | true",
                "1234     | 1,243                     | 1243  | false",
                "-5       | it is -5.                 | -5    | true",
                "-5       | 5                         | 5     | false",
                "−5       | -5                        | -5    | true",
                "$3.50    | 3.5 dollars               | 3.5   | true",
                "3.5      | $3.50                     | 3.5   | true",
                "-$3.50   | -3.5                      | -3.5  | true",
                "0.5      | 1/2                       | 0.5   | true",
                "1/2      | .50                       | 0.5   | true",
                "1/3      | 2 / 6                     | 1/3   | true",
                "1/3      | 0.333                     | 0.333 | false",
                "12 apples| She has 12                | 12    | true",
                "50%      | 50 percent                | 50    | true",
                "18       | 16 - 3 + 5 = 18 eggs      | 18    | true",
                "13       | 16 - 3                    | 3     | false",
                "7        | 10-3                      | 3     | false",
                "2        | of 5 boxes, 3 hold 2.0    | 2     | true",
                "2        | two                       | -     | false",
                "2        | ~~                        | -     | false",
                "0        | 0                         | 0     | true",
                "0        | -0.00                     | 0     | true",
            })
    void aNumberIsTheLastOfATextThatIsWrittenAtOnce(String right, String text, String answer, boolean isRight) {
        assertWritten(written(extractor(Answers.TEXT, "", AT_ONCE), item(right), text), answer, isRight);
    }

    @Test
    void aNumberIsTheFirstThatFollowsAChainOfThought() {
        var extractor = extractor(Answers.DIGITS, "", BY_CHAIN_OF_THOUGHT);
        assertWritten(written(extractor, item("18"), " 18. Next, there were 3 ducks."), "18", true);
        assertWritten(written(extractor, item("18"), ": 3, not 18"), "3", false);
        assertWritten(written(extractor, item("18"), " unclear."), "-", false);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "Paris        | paris.           | paris.      | true",
                "New York     | ~  new   york ~  | new   york  | true",
                "Paris        | ~\"Paris\"!~     | \"Paris\"!  | true",
                "Paris        | Paris, France    | Paris, France | false",
                "Paris        | ~   ~            | -           | false",
                "Paris        | ~~               | -           | false",
                "C++          | c++              | c++         | true",
                "C++          | C                | C           | false",
                "3 Doors Down | 3                | 3           | false",
                "3 Doors Down | 3 doors down     | 3 doors down | true",
                "?            | ?                | ?           | true",
            })
    void aTextIsTheWholeButForCaseBlanksAndItsEnd(String right, String text, String answer, boolean isRight) {
        assertWritten(written(extractor(Answers.TEXT, "", AT_ONCE), item(right), text), answer, isRight);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "B.                              | B",
                "(C) because A is wrong          | C",
                "A house is where, so (B)        | B",
                "the answer is C                 | C",
                "Because it is cold: B           | B",
                "BC                              | -",
                "b                               | -",
                "~~                              | -",
            })
    void aLetterIsInBracketsOrStandsAlone(String text, String answer) {
        Written written = written(extractor(Answers.LETTERS, "", BY_CHAIN_OF_THOUGHT), item("B", "A", "B", "C"), text);
        assertWritten(written, answer, answer.equals("B"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "it is Light Green, not green | light green",
                "green, not light green       | green",
                "a greenhouse                 | -",
                "red or green                 | red",
                "~~                           | -",
            })
    void aChoiceIsTheFirstThatComesAsWholeWords(String text, String answer) {
        AnswerItem item = item("light green", "red", "light", "light green", "green");
        Written written = written(extractor(Answers.CHOICES, "", BY_CHAIN_OF_THOUGHT), item, text);
        assertWritten(written, answer, answer.equals("light green"));
    }

    @Test
    void aPatternSaysWhereTheAnswerIs() {
        var extractor = extractor(Answers.TEXT, "####(.*)", AT_ONCE);
        assertWritten(written(extractor, item("1234"), "5 and 6 #### $1,234 (of 9?)"), "9", false);
        assertWritten(written(extractor, item("1234"), "5 and 6 #### $1,234.00"), "1234", true);
        assertWritten(written(extractor, item("1234"), "1234"), "-", false);
        assertWritten(written(extractor(Answers.TEXT, "(x)|y", AT_ONCE), item("x"), "y"), "-", false);
    }

    @Test
    void theMajorityCountsAndATieGoesToTheAnswerThatCameFirst() {
        var extractor = extractor(Answers.TEXT, "", BY_CHAIN_OF_THOUGHT);
        assertWritten(written(extractor, item("18"), "7", "18", "18.0"), "18", true);
        assertWritten(written(extractor, item("18"), "7", "18", "8"), "7", false);
        assertWritten(written(extractor, item("18"), "18", "7", "7", "$18"), "18", true);
        // A vote without an answer does not count, even if there are more of them.
        assertWritten(written(extractor, item("18"), "none", "", "18", "?"), "18", true);
        assertWritten(written(extractor, item("18"), "none", ""), "-", false);
        assertWritten(written(extractor, item("Paris"), "Rome", "Paris.", "paris"), "Paris.", true);
    }

    @Test
    void theFirstVoteForWhatCountsIsShown() {
        var extractor = extractor(Answers.TEXT, "", BY_CHAIN_OF_THOUGHT);
        AnswerItem item = item("18");
        List<Vote> votes = List.of(
                extractor.vote(item, "a", "7"), extractor.vote(item, "b", "18"), extractor.vote(item, "c", "18.0"));
        assertThat(extractor.majority(item, votes).first().reasoning()).isEqualTo("b");
    }
}
