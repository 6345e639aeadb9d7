package org.quietstar.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Templates in the manners of several families, with the texts that Jinja under Hugging Face's settings makes of them. */
class ChatTemplateTest {
    private static final List<Map<String, Object>> TALK = List.of(
            Map.of("role", "user", "content", " Who is\nthere? "), Map.of("role", "assistant", "content", "A fox"));

    @TempDir
    private Path folder;

    private ChatTemplate template(String source) throws IOException {
        Path tokenizer = folder.resolve("tokenizer.json");
        Files.writeString(folder.resolve("chat_template.jinja"), source);
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\"}");
        return ChatTemplate.beside(tokenizer, Map.of()).orElseThrow();
    }

    private String written(String source, List<Map<String, Object>> talk) throws Exception {
        return template(source).apply(talk);
    }

    @Test
    void marksOfTurnsWithSignsThatTakeBlanksAway() throws Exception {
        String source = """
                {%- for turn in messages %}
                    {%- if loop.first and turn['role'] != 'system' %}
                        {{- '<|begin|>system\\nBe brief.<|end|>\\n' }}
                    {%- endif %}
                    {{- '<|begin|>' + turn.role + '\\n' + turn['content'] + '<|end|>' + '\\n' }}
                {%- endfor %}
                {%- if add_generation_prompt %}
                    {{- '<|begin|>assistant\\n' }}
                {%- endif %}
                """;
        assertThat(written(source, TALK))
                .isEqualTo("<|begin|>system\nBe brief.<|end|>\n<|begin|>user\n Who is\nthere? <|end|>\n"
                        + "<|begin|>assistant\nA fox<|end|>\n");
    }

    @Test
    void blocksOnLinesOfTheirOwnLeaveNoLines() throws Exception {
        String source = """
                {% for turn in messages %}
                {% if turn['role'] == 'user' %}
                {{ '<user>\\n' + turn['content'] + eos_token }}
                {% elif turn['role'] == 'assistant' %}
                {{ '<model>\\n' + turn['content'] + eos_token }}
                {% endif %}
                {% endfor %}
                """;
        assertThat(written(source, TALK)).isEqualTo("<user>\n Who is\nthere? </s>\n<model>\nA fox</s>\n");
    }

    @Test
    void filtersVariablesAndIndices() throws Exception {
        String source = "{% set all = messages %}{% for turn in all %}"
                + "{% set text = '[' + turn['role'] + ']\\n\\n' + turn['content'] | trim + '[/]' %}"
                + "{% if loop.index0 == 0 %}{% set text = bos_token + text %}{% endif %}{{ text }}{% endfor %}"
                + "{{ messages | length }}{{ messages[-1].role }}{{ messages[1:] | length }}";
        assertThat(written(source, TALK)).isEqualTo("<s>[user]\n\nWho is\nthere?[/][assistant]\n\nA fox[/]2assistant1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '→',
            quoteCharacter = '`',
            value = {
                "{{ ' ab '.strip() + '.' }} → ab.",
                "{{ 'xxaxx'.strip('x') }} → a",
                "{{ 'xxaxx'.lstrip('x') + 'xxaxx'.rstrip('x') }} → axxxxa",
                "{{ 'a.b.c'.split('.')[-1] }} → c",
                "{{ 'a.b.c'.split('.', 1)[1] }} → b.c",
                "{{ ' a  b '.split() | length }} → 2",
                "{{ 'a.c'.startswith('a') and 'a.c'.endswith('.c') }} → true",
                "{{ 'aBc'.upper() + 'aBc'.lower() + 'aBc'.capitalize() }} → ABCabcAbc",
                "{{ 'a-b a'.replace('a', 'x') }} → x-b x",
                "{{ ', '.join(['a', 'b']) }} → a, b",
                "{{ 'a b'.title() }} → A B",
                "{{ 'banana'.count('an') }} → 2",
                "{{ messages[0].get('name', 'nobody') }} → nobody",
                "{% for k, v in {'a': 1}.items() %}{{ k }}={{ v }}{% endfor %} → a=1",
                "{% for turn in messages[::-1] %}{{ turn.role }} {% endfor %} → `assistant user `",
                "{{ {'a': [1, 'é'], 'b': none} | tojson }} → {\"a\": [1, \"é\"], \"b\": null}",
                "{% set s = namespace(n=0) %}{% for t in messages %}{% set s.n = s.n + 1 %}{% endfor %}{{ s.n }} → 2",
                "{% macro f(x) %}<{{ x }}>{% endmacro %}{{ f('q') }} → <q>",
                "{% if tools is defined %}t{% else %}-{% endif %} → -",
                "{% if strftime_now is defined %}t{% else %}fixed{% endif %} → fixed",
                "{% generation %}said{% endgeneration %} → said",
                "{{ messages | selectattr('role', 'equalto', 'user') | list | length }} → 1",
                "{{ 'x' ~ 3 }} → x3",
            })
    void whatTemplatesCall(String source, String wanted) throws Exception {
        assertThat(written(source, TALK)).isEqualTo(wanted);
    }

    @Test
    void whatATemplateDoesNotTakeIsSaidInItsWords() throws IOException {
        ChatTemplate strict = template("{% if messages[0]['role'] == 'system' %}"
                + "{{ raise_exception('system turns are not known') }}{% endif %}ok");
        assertThatThrownBy(() -> strict.apply(List.of(Map.of("role", "system", "content", "x"))))
                .isInstanceOf(ChatTemplate.Refusal.class)
                .hasMessage("system turns are not known");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{% include '/etc/passwd' %} | include",
                "{{ ''.getClass().forName('java.lang.Runtime') }} | line 1",
                "{{ strftime_now('%d') }} | strftime_now",
                "{% nonsense %} | nonsense",
            })
    void whatATemplateMayNotDoIsRefused(String source, String words) throws IOException {
        ChatTemplate template = template(source);
        assertThatThrownBy(() -> template.apply(TALK))
                .isInstanceOf(ChatTemplate.Refusal.class)
                .hasMessageContaining(words);
    }

    @Test
    void theFolderSaysWhereItStands() throws Exception {
        Path tokenizer = folder.resolve("tokenizer.json");
        assertThat(ChatTemplate.beside(tokenizer, Map.of())).isEmpty();
        var json = new ObjectMapper();
        json.writeValue(
                folder.resolve("chat_template.json").toFile(), Map.of("chat_template", "third {{ bos_token }}"));
        assertThat(ChatTemplate.beside(tokenizer, Map.of("bos_token", "<b>"))
                        .orElseThrow()
                        .apply(TALK))
                .isEqualTo("third <b>");
        json.writeValue(
                folder.resolve("tokenizer_config.json").toFile(),
                Map.of(
                        "chat_template",
                        List.of(
                                Map.of("name", "tool_use", "template", "tools"),
                                Map.of("name", "default", "template", "second"))));
        assertThat(ChatTemplate.beside(tokenizer, Map.of()).orElseThrow().apply(TALK))
                .isEqualTo("second");
        Files.writeString(folder.resolve("chat_template.jinja"), "first");
        ChatTemplate first = ChatTemplate.beside(tokenizer, Map.of()).orElseThrow();
        assertThat(first.apply(TALK)).isEqualTo("first");
        assertThat(first.file()).hasFileName("chat_template.jinja");
    }
}
