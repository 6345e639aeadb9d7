package org.quietstar.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.quietstar.QuietStarException;

/**
 * A piece of HTML that needs nothing else, with its style in it: the output of a notebook's cell, or a page.
 *
 * @param title of the page
 * @param html the piece
 */
public record Html(String title, String html) {

    /** Text escaped for an element or an attribute. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** As a page of its own. */
    public String page() {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
                + "<title>" + escape(title) + "</title>\n</head>\n<body>\n" + html + "\n</body>\n</html>\n";
    }

    /** Writes the page in UTF-8. */
    public void write(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, page(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new QuietStarException(file + ": the page cannot be written: " + e, e);
        }
    }
}
