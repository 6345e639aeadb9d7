package org.quietstar.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quietstar.cli.Main;
import org.quietstar.eval.task.AnswerItem;
import org.quietstar.eval.task.AnswerTask;
import org.quietstar.eval.task.Writing;

/** What the README and the guide show must work. */
class ReadmeTest {
    private static String readme() throws IOException {
        return Files.readString(Path.of("README.md"), StandardCharsets.UTF_8);
    }

    private static String guide() throws IOException {
        return Files.readString(Path.of("docs/guide.md"), StandardCharsets.UTF_8);
    }

    @Test
    void itsRecipeLoads() throws IOException {
        Matcher recipe = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(readme());
        assertThat(recipe.find()).isTrue();
        RunConfig config = Recipes.fromYaml(recipe.group(1), "README.md", List.of());
        assertThat(config.stages()).extracting(StageConfig::name).containsExactly("language-model", "quiet-star");
        assertThat(config.stages().get(1).loss().policyWeight()).isEqualTo(1.0);
    }

    /** The item in its comment is one of the task's. */
    @Test
    void theGuidesTaskLoads(@TempDir Path folder) throws IOException {
        Matcher block = Pattern.compile("```yaml\n(items: answers.jsonl +# (\\{.*?\\})\n.*?)```", Pattern.DOTALL)
                .matcher(guide());
        assertThat(block.find()).isTrue();
        Files.writeString(folder.resolve("answers.jsonl"), block.group(2) + "\n");
        AnswerTask task = AnswerTask.read(Files.writeString(folder.resolve("task.yaml"), block.group(1)));
        assertThat(task.questions().get(0).choices()).hasSize(10);
        assertThat(task.questions()).hasSize(1);
        assertThat(task.questions().get(0).group()).isEqualTo("2");
    }

    @Test
    void theGuidesWrittenTaskLoads(@TempDir Path folder) throws IOException {
        Matcher block = Pattern.compile("```yaml\n(items: items.jsonl +# (\\{.*?\\})\n.*?)```", Pattern.DOTALL)
                .matcher(guide());
        assertThat(block.find()).isTrue();
        Files.writeString(folder.resolve("items.jsonl"), block.group(2) + "\n");
        AnswerTask task = AnswerTask.read(Files.writeString(folder.resolve("task.yaml"), block.group(1)));
        assertThat(task.isWritten()).isTrue();
        assertThat(task.questions()).extracting(AnswerItem::right).containsExactly("4");
        assertThat(task.byChainOfThought(Writing.Votes.of(8)).name()).isEqualTo("task-cot-maj8");
    }

    @Test
    void itsCommandsExist() throws IOException {
        Matcher command = Pattern.compile("\\./quietstar ([a-z][a-z-]*)").matcher(readme() + guide());
        var known = Main.commandLine().getSubcommands().keySet();
        int found = 0;
        while (command.find()) {
            assertThat(known).contains(command.group(1));
            found++;
        }
        assertThat(found).isGreaterThan(5);
    }

    @Test
    void theFilesThatItNamesExist() throws IOException {
        Matcher file = Pattern.compile("(?:`|\\()((?:thought|configs|docs|src)/[A-Za-z0-9_./-]+)(?:`|\\))")
                .matcher(readme());
        int found = 0;
        while (file.find()) {
            String name = file.group(1);
            Path path = name.startsWith("thought/") ? Path.of("src/main/java/org/quietstar", name) : Path.of(name);
            assertThat(path).exists();
            found++;
        }
        assertThat(found).isGreaterThan(8);
    }
}
