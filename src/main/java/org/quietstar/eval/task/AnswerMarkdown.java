package org.quietstar.eval.task;

import java.util.List;
import java.util.Locale;

/** An {@link AnswerReport} as a page in Markdown, beside its picture. */
final class AnswerMarkdown {
    /** Items of each kind that are shown. */
    private static final int EXAMPLES = 3;

    private AnswerMarkdown() {}

    static String page(AnswerReport report) {
        AnswerTask task = report.task();
        var page = new StringBuilder("# Task ")
                .append(task.name())
                .append("\n\n")
                .append(AnswerText.heading(report))
                .append("\n\n");
        List<String> columns = AnswerText.columns(report);
        page.append("| ").append(escaped(task.groupName())).append(" | items |");
        columns.forEach(column -> page.append(' ').append(column).append(" |"));
        page.append("\n|---|---|").append("---|".repeat(columns.size())).append('\n');
        report.groups().forEach(group -> row(page, group, report));
        if (report.groups().size() > 1) {
            row(page, report.all(), report);
        }
        page.append("\n![Right answers by ")
                .append(task.groupName())
                .append("](")
                .append(task.name())
                .append(".png)\n\n");
        AnswerText.notes(report).lines().forEach(line -> page.append(line).append("\n\n"));
        List<AnswerText.Example> examples = AnswerText.examples(report, EXAMPLES);
        if (!examples.isEmpty()) {
            page.append("| | prompt | ").append(AnswerText.wayName(report)).append(" | answer |\n|---|---|---|---|\n");
            for (AnswerText.Example each : examples) {
                for (String cell : List.of(each.kind(), each.prompt(), each.way(), each.answer())) {
                    page.append("| ").append(escaped(cell)).append(' ');
                }
                page.append("|\n");
            }
        }
        return page.toString();
    }

    private static void row(StringBuilder page, AnswerReport.Group group, AnswerReport report) {
        page.append("| ")
                .append(escaped(group.name()))
                .append(" | ")
                .append(String.format(Locale.ROOT, "%,d", group.items()));
        AnswerText.shares(group, report)
                .forEach(share ->
                        page.append(" | ").append(share.map(AnswerText::shown).orElse("-")));
        page.append(" |\n");
    }

    /** Text of items in a cell: a bar would end it, and a mark-up sign mean something. */
    private static String escaped(String text) {
        return text.replaceAll("([\\\\|<>*_`\\[\\]])", "\\\\$1");
    }
}
