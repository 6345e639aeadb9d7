package org.quietstar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.quietstar.data.parquet.ParquetFiles;
import org.quietstar.safetensors.SafetensorsReader;
import org.quietstar.safetensors.SafetensorsWriter;

/** The real program on files and in surroundings as users have them. */
final class WildFilesIT {
    private static final List<String> GREEDY =
            List.of("--prompt", "hall red where", "--temperature", "0", "--max-tokens", "4", "--jsonl");

    @TempDir
    private static Path folder;

    private static Path model;
    private static String expected;

    @BeforeAll
    static void exportAThinker() throws Exception {
        Path run = folder.resolve("run");
        model = folder.resolve("model");
        run(Map.of(), SmallRun.train(run, 2, 6, "stages.quiet-star.optimizer.learningRate=0.03"));
        run(Map.of(), List.of("export", run.toString(), "--to", model.toString()));
        expected = generate(Map.of(), model).out();
        assertThat(expected).startsWith("{\"index\":0");
    }

    private static void run(Map<String, String> environment, List<String> arguments) throws Exception {
        Program.Outcome outcome = Program.start(folder, environment, arguments).end();
        assertThat(outcome.exitCode()).as(outcome.toString()).isZero();
    }

    private static Program.Outcome generate(Map<String, String> environment, Path from, String... more)
            throws Exception {
        List<String> arguments = new ArrayList<>(List.of("generate", from.toString()));
        arguments.addAll(GREEDY);
        arguments.addAll(List.of(more));
        return Program.start(folder, environment, arguments).end();
    }

    private static Path copy(String name) throws IOException {
        Path to = folder.resolve(name);
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
        return to;
    }

    /** The tensors of a file. */
    private static Map<String, INDArray> tensors(Path file) {
        Map<String, INDArray> tensors = new LinkedHashMap<>();
        try (var reader = SafetensorsReader.open(file)) {
            reader.names().forEach(name -> tensors.put(name, reader.read(name, DataType.FLOAT)));
        }
        return tensors;
    }

    private static void assertRefused(Program.Outcome outcome, String... words) {
        assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(Main.EXIT_USER_ERROR);
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.err()).startsWith("quietstar: ").contains(words);
    }

    @ParameterizedTest
    @CsvSource({"LC_ALL, C", "LC_ALL, POSIX", "LANG, ''"})
    void namesAndPromptsAreUtf8WhateverTheLocaleSays(String variable, String locale) throws Exception {
        Path accents = copy("café mödel " + variable + locale);
        Program.Outcome outcome = generate(Map.of(variable, locale), accents);
        assertThat(outcome.out()).as(outcome.err()).isEqualTo(expected);
        Program.Outcome other = Program.start(
                        folder,
                        Map.of(variable, locale),
                        List.of("generate", model.toString(), "--prompt", "größe", "--max-tokens", "4"))
                .end();
        assertThat(other.exitCode()).as(other.err()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"20m", "100m"})
    void littleMemoryIsRefusedWithNumbersAndWithoutAnAbort(String limit) throws Exception {
        assertRefused(
                generate(Map.of("QUIETSTAR_PHYSICAL", limit), model), "QUIETSTAR_PHYSICAL=" + limit, "256m are needed");
    }

    /** What a command needs is known before it is allocated. */
    @Test
    void whatDoesNotFitIsRefusedWithTheNumbers() throws Exception {
        assertRefused(
                Program.start(
                                folder,
                                Map.of("QUIETSTAR_PHYSICAL", "300m"),
                                List.of("evaluate", folder.resolve("run").toString(), "--set", "data.batchSize=100000"))
                        .end(),
                "Scoring 100000 sequences of 16 tokens together needs about",
                "this process may take 300 MiB",
                "data.batchSize");
    }

    /** Conversations through a chat template, as lines and as a table, are learned from. */
    @Test
    void conversationsAndTablesTrain() throws Exception {
        Path home = Files.createDirectories(folder.resolve("talking"));
        Path tokenizer = Files.copy(Path.of("datasets/tiny/tokenizer.json"), home.resolve("tokenizer.json"));
        Files.writeString(
                home.resolve("chat_template.jinja"),
                "{{ bos_token }}{% for m in messages %} {{ m.content }} {% endfor %}{{ eos_token }}");
        String talk = "{\"messages\": [{\"role\": \"user\", \"content\": \"hall red where\"},"
                + " {\"role\": \"assistant\", \"content\": \"garden\"}]}\n";
        Path lines = Files.writeString(home.resolve("talk.jsonl"), talk.repeat(40));
        Path table = ParquetFiles.texts(
                home.resolve("walks.parquet"),
                "walk",
                Collections.nCopies(40, "hall red where garden ."),
                ParquetFiles.Form.USUAL);
        for (List<String> data : List.of(
                List.of("data.train=" + lines, "data.textField=messages"),
                List.of("data.train=" + table, "data.textField=walk"))) {
            List<String> sets = new ArrayList<>(
                    List.of("tokenizer.path=" + tokenizer, "data.validation=[]", "data.validationFraction=0"));
            sets.addAll(data);
            Path run = folder.resolve("talked-" + data.get(1).replaceAll("\\W", "-"));
            Program.Outcome outcome = Program.start(
                            folder, Map.of(), SmallRun.train(run, 3, 1, sets.toArray(String[]::new)))
                    .end();
            assertThat(outcome.err()).isEmpty();
            assertThat(outcome.exitCode()).as(outcome.out()).isZero();
            assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize(4);
        }
    }

    @Test
    void littleHeapIsRefusedByTheScript() throws Exception {
        assertRefused(generate(Map.of("QUIETSTAR_HEAP", "8m"), model), "QUIETSTAR_HEAP=8m", "48m are needed");
    }

    @Test
    void foldersThatCannotBeWrittenToAreNamedAndAnotherIsTaken() throws Exception {
        String nowhere = folder.resolve("run/config.yaml") + "/nope";
        String options = "-Duser.home=" + nowhere + " -Djava.io.tmpdir=" + nowhere;
        assertRefused(generate(Map.of("QUIETSTAR_JAVA_OPTS", options), model), nowhere, "QUIETSTAR_CACHE");
        Path cache = folder.resolve("a cache");
        Program.Outcome outcome =
                generate(Map.of("QUIETSTAR_JAVA_OPTS", options, "QUIETSTAR_CACHE", cache.toString()), model);
        assertThat(outcome.out()).as(outcome.err()).isEqualTo(expected);
        assertThat(cache.resolve("javacpp")).isNotEmptyDirectory();
    }

    @Test
    void weightsThatAreNotFiniteAreRefusedUnlessOneWantsToLook() throws Exception {
        Path bad = copy("not finite");
        Path file = bad.resolve("model.safetensors");
        Map<String, INDArray> tensors = tensors(file);
        tensors.get("model.norm.weight").putScalar(0, Float.NaN);
        SafetensorsWriter.write(file, tensors, Map.of("format", "pt"));
        assertRefused(generate(Map.of(), bad), file.toString(), "model.norm.weight", "NaN");
        assertThat(generate(Map.of(), bad, "--allow-nonfinite").out()).startsWith("{\"index\":0");
    }

    /** What ends a text is what the folder says, be it an ordinary word. */
    @Test
    void aTextEndsAtAnyIdThatTheFolderNames() throws Exception {
        int first = new JsonMapper().readTree(expected).at("/tokens/0/id").intValue();
        Path ends = copy("ends");
        var json = (ObjectNode)
                new JsonMapper().readTree(ends.resolve("config.json").toFile());
        json.putArray("eos_token_id").add(json.path("eos_token_id").intValue()).add(first);
        Files.writeString(ends.resolve("config.json"), json.toString(), StandardCharsets.UTF_8);
        Program.Outcome outcome = generate(Map.of(), ends);
        assertThat(new JsonMapper().readTree(outcome.out()).path("finish").asText())
                .isEqualTo("end_of_text");
    }

    /** START, END and the mixing head of an exported thinker go on where it is trained on. */
    @Test
    void aThinkerThatIsTrainedOnKeepsItsThoughts() throws Exception {
        Path on = folder.resolve("on");
        Path again = folder.resolve("again");
        Path recipe = Files.writeString(
                folder.resolve("on.yaml"),
                "model: {weights: " + model + "}\n"
                        + "data: {train: [datasets/tiny/train.jsonl], sequenceLength: 16, batchSize: 2,"
                        + " validationFraction: 0}\n"
                        + "thought: {thoughtTokens: 2, lookahead: 2}\n"
                        + "optimizer: {learningRate: 0.0, warmupSteps: 0}\n"
                        + "train: {mode: quiet-star, steps: 1}\n"
                        + "output: {dir: " + on + "}\n");
        run(Map.of(), List.of("train", recipe.toString()));
        run(Map.of(), List.of("export", on.toString(), "--to", again.toString()));
        Map<String, INDArray> before = tensors(model.resolve("thought.safetensors"));
        Map<String, INDArray> after = tensors(again.resolve("thought.safetensors"));
        assertThat(after.keySet()).isEqualTo(before.keySet());
        // A step at rate 0 changes no number.
        before.forEach((name, array) -> assertThat(after.get(name).ravel().toDoubleVector())
                .as(name)
                .containsExactly(array.ravel().toDoubleVector(), within(0.0)));
        String metrics = Files.readString(on.resolve("metrics.jsonl"));
        assertThat(new JsonMapper().readTree(metrics).path("mix_weight_mean").doubleValue())
                .isNotZero();
        Files.writeString(recipe, Files.readString(recipe).replace("lookahead: 2}", "lookahead: 2, mixer: sigmoid}"));
        assertRefused(
                Program.start(folder, Map.of(), List.of("train", recipe.toString()))
                        .end(),
                recipe + ":3",
                "thought.mixer",
                "contradicts");
    }
}
