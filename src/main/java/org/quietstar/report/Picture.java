package org.quietstar.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.quietstar.QuietStarException;

/**
 * A drawn picture: a PNG file, an image, or a piece of HTML that shows it in place, as the output of a notebook's
 * cell. It has twice as many pixels as it is shown with, so that it stays sharp.
 */
public final class Picture {
    private final BufferedImage image;
    private final String alternative;

    private Picture(BufferedImage image, String alternative) {
        this.image = image;
        this.alternative = alternative;
    }

    /**
     * Draws charts of equal width one below the other.
     *
     * @param alternative text for readers who do not see it
     * @throws QuietStarException where this machine has no fonts; the message says how to fix it
     */
    static Picture of(List<XYChart> charts, String alternative) {
        return new Picture(Png.draw(charts), alternative);
    }

    /** The pixels, on white. */
    public BufferedImage image() {
        return image;
    }

    /** As a PNG file. */
    public byte[] png() {
        var bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, "png", bytes)) {
                throw new IOException("this Java has no PNG writer");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the picture cannot be written", e);
        }
        return bytes.toByteArray();
    }

    /** As an HTML element that holds the whole picture. */
    public String html() {
        return "<img alt=\"" + Html.escape(alternative) + "\" width=\"" + image.getWidth() / Png.SCALE
                + "\" style=\"max-width:100%;height:auto\" src=\"data:image/png;base64,"
                + Base64.getEncoder().encodeToString(png()) + "\">";
    }

    /**
     * Writes a PNG file, and its folder.
     *
     * @throws QuietStarException where that fails
     */
    public void write(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, png());
        } catch (IOException e) {
            throw new QuietStarException(
                    file + ": the picture cannot be written: " + e
                            + ". Check that the folder may be written to and has room.",
                    e);
        }
    }
}
