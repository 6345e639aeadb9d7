package org.quietstar.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.quietstar.QuietStarException;

/** Charts as PNG files, without a display. */
final class Png {
    /** Pixels for each pixel of the layout, so that the picture stays sharp where a page shows it larger. */
    private static final int SCALE = 2;

    private Png() {}

    /**
     * Writes charts of equal width one below the other.
     *
     * @throws QuietStarException if the file cannot be written, or if this machine lacks fonts; the message tells the
     *     mend
     */
    static void write(Path file, List<XYChart> charts) {
        requireFonts(file);
        int width = charts.get(0).getWidth();
        int height = charts.stream().mapToInt(XYChart::getHeight).sum();
        BufferedImage image = new BufferedImage(SCALE * width, SCALE * height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.scale(SCALE, SCALE);
        for (XYChart chart : charts) {
            chart.paint(graphics, width, chart.getHeight());
            graphics.translate(0, chart.getHeight());
        }
        graphics.dispose();
        save(image, file);
    }

    private static void save(BufferedImage image, Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            if (!ImageIO.write(image, "png", file.toFile())) {
                throw new IOException("this Java has no PNG writer");
            }
        } catch (IOException e) {
            throw new QuietStarException(
                    file + ": the picture cannot be written: " + e
                            + ". Check that the folder may be written to and has room.",
                    e);
        }
    }

    /** Java draws no letter without fontconfig and a font, and says so in many ways, depending on what is missing. */
    static void requireFonts(Path file) {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        try {
            Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
            graphics.getFontMetrics(new Font(Font.SANS_SERIF, Font.PLAIN, 12)).stringWidth("0");
            graphics.dispose();
        } catch (LinkageError | InternalError | RuntimeException e) {
            throw new QuietStarException(
                    file + ": the picture cannot be drawn, because Java finds no fonts here (" + e
                            + "). On Debian or Ubuntu: apt-get install fontconfig fonts-dejavu-core",
                    e);
        }
    }
}
