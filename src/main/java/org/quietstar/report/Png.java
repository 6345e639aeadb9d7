package org.quietstar.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.quietstar.QuietStarException;

/** Draws charts without a display. */
final class Png {
    /** Pixels for each pixel of the layout, so that the picture stays sharp where a page shows it larger. */
    static final int SCALE = 2;

    private Png() {}

    /**
     * Draws charts of equal width one below the other.
     *
     * @throws QuietStarException if this machine lacks fonts; the message says how to fix it
     */
    static BufferedImage draw(List<XYChart> charts) {
        requireFonts();
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
        return image;
    }

    /** Java draws no letter without fontconfig and a font, and says so in many ways, depending on what is missing. */
    static void requireFonts() {
        try {
            Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
            graphics.getFontMetrics(new Font(Font.SANS_SERIF, Font.PLAIN, 12)).stringWidth("0");
            graphics.dispose();
        } catch (LinkageError | InternalError | RuntimeException e) {
            throw new QuietStarException(
                    "the picture cannot be drawn, because Java finds no fonts here (" + e
                            + "). On Debian or Ubuntu: apt-get install fontconfig fonts-dejavu-core",
                    e);
        }
    }
}
