package org.quietstar.data.synthetic;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.quietstar.hash.Sha256;

/** The card of a data set: what it is, why it is so, and what it does not show. */
final class DatasetCard {
    private DatasetCard() {}

    /** @param contents of the other files, by name */
    static String text(SyntheticDataset dataset, Map<String, String> contents) {
        String examples =
                contents.get(SyntheticDataset.TRAIN_FILE).lines().limit(8).collect(Collectors.joining("\n"));
        return what(dataset)
                + facts(dataset, contents)
                + why(dataset.world())
                + String.format(
                        Locale.ROOT,
                        """
                ## The %s

                %s:

                %s

                ## The first documents

                ```
                %s
                ```
                """,
                        dataset.family().of(),
                        isHouse(dataset.world()) ? "Behind the door of each colour" : "Where each step leads",
                        map(dataset.world()),
                        examples);
    }

    private static String what(SyntheticDataset dataset) {
        return String.format(Locale.ROOT, """
                # %s

                %s Made by this project's own generator (`org.quietstar.data.synthetic.Walks`); no outside text went
                into it.

                ```
                %s
                ```

                """, dataset.family().title(), rules(dataset), kinds(dataset.world()));
    }

    private static boolean isHouse(World world) {
        return world.family() == World.Family.HOUSE;
    }

    private static String noShortcut(World world) {
        return switch (world.family()) {
            case HOUSE -> "Each colour is a permutation of the rooms, drawn at random.";
            case TOWN -> "Each way is a permutation of the places, drawn at random.";
            case SUMS -> "Each step is a permutation of the digits; sums and products do not commute.";
            case BALL -> "Each step is a permutation of the cups; two that share a cup do not commute.";
        };
    }

    private static String rules(SyntheticDataset dataset) {
        return switch (dataset.family()) {
            case HOUSE -> """
                    Ten rooms, six colours of doors. Every room has one door of each colour, and a door always leads to the same
                    room. A problem tells where a walk begins and which door is taken in each of four turns (`wait`: none), and asks
                    where it ends.""";
            case TOWN -> """
                    Thirty-two places, twelve ways to travel. From every place each way leads to the same other place. A problem tells
                    where one begins and which way is taken in each of four turns (`wait`: none), and asks where it ends.""";
            case SUMS -> """
                    A digit, and in each of four turns a number that is added to it or that it is multiplied by (`wait`: neither); of
                    each result the last digit is kept. A problem asks for the last one.""";
            case BALL -> """
                    A ball under one of five cups. In each of four turns two cups change their places (`wait`: none), and the ball
                    goes with its own. A problem asks where it is in the end.""";
        };
    }

    private static String facts(SyntheticDataset dataset, Map<String, String> contents) {
        return String.format(
                Locale.ROOT,
                """
                | | |
                |---|---|
                | licence | CC0 1.0: do with it what you like |
                | made with | `./quietstar dataset%s --seed %d --train %d --validation %d` |
                | format | JSON lines; documents have the field `text`, problems `prompt`, `answer` and `steps` |
                | a document | one walk: %.0f %% with the bare answer, %.0f %% with a pause, %.0f %% worked out |
                | steps | turns in which %s: 1 to 4, equally often |
                | split | a question belongs to one side for good, by a hash of its words: none of the held-out files is asked in training |
                | vocabulary | %d words, one token each (`%s`) |

                | file | lines | bytes | SHA-256 |
                |---|---|---|---|
                %s

                """,
                isHouse(dataset.world()) ? "" : " --family " + dataset.family().word(),
                dataset.seed(),
                dataset.train(),
                dataset.validation(),
                100 * (1 - Walks.WORKED_OUT - Walks.HUMMED),
                100 * Walks.HUMMED,
                100 * Walks.WORKED_OUT,
                isHouse(dataset.world()) ? "a door is taken" : "a step is taken",
                WordTokenizer.words(dataset.world()).size(),
                SyntheticDataset.TOKENIZER_FILE,
                contents.entrySet().stream()
                        .map(file -> row(file.getKey(), file.getValue()))
                        .collect(Collectors.joining("\n")));
    }

    private static String why(World world) {
        return String.format(
                Locale.ROOT,
                """
                ## Why it is so

                - **One step is easy.** %s: a table of %d entries.
                - **The whole has no shortcut.** %s For a product of
                  permutations nobody knows a way that is shorter than taking one after the other, and a small decoder has no room
                  for that in one parallel pass. So a model that must answer at once guesses from two steps on.
                - **The text shows how to think, but seldom.** One walk in five is worked out; twice as many hold a pause in which
                  nothing is said, the others give the answer at once. So a thought that begins like a dash mostly hums. Which
                  thoughts help is what is left to learn.
                - **Everyone can check a thought**, with the table below, and walk for oneself.

                ## What it does not show

                - Nothing about prose. The language is made up, and half a million parameters learn all of it.
                - The ability to work a walk out comes from the text. Training with thoughts adds that it is used in silence.
                - Walks longer than the thought (`%s`: 5 to 7 steps) stay at chance.

                """,
                isHouse(world) ? "Room and door give the next room" : "Place and step give the next place",
                world.places().size() * world.steps().size(),
                noShortcut(world),
                SyntheticDataset.LONGER_FILE);
    }

    /** One walk in each of its three forms. */
    private static String kinds(World world) {
        var walk = new Walk(0, List.of(0, Walk.WAIT, 1, Walk.WAIT));
        String end = " " + walk.answer(world) + " " + Walks.STOP;
        return String.join(
                "\n",
                "the bare answer:           " + walk.question(world) + end,
                "a pause, nothing is said:  " + Walks.hummed(walk, world) + end,
                "worked out, turn by turn:  " + Walks.workedOut(walk, world) + end);
    }

    private static String row(String name, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return String.format(
                Locale.ROOT,
                "| `%s` | %d | %d | `%s` |",
                name,
                content.lines().count(),
                bytes.length,
                Sha256.of(bytes));
    }

    /** A row for each place, a column for each step. */
    private static String map(World world) {
        String head = "| from | " + String.join(" | ", world.steps()) + " |\n|"
                + "---|".repeat(world.steps().size() + 1);
        return head
                + IntStream.range(0, world.places().size())
                        .mapToObj(place -> IntStream.range(0, world.steps().size())
                                .mapToObj(step -> world.places().get(world.behind(place, step)))
                                .collect(Collectors.joining(
                                        " | ", "\n| **" + world.places().get(place) + "** | ", " |")))
                        .collect(Collectors.joining());
    }
}
