import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Arc2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.File;
import javax.imageio.ImageIO;

/// Draws the ground floor of the demo's house: `java simulation/scripts/FloorPlan.java OUT.png`. What it drew is kept as
/// `ground_floor.png` among the resources of `simulation`.
class FloorPlan {
    static final int WIDTH = 1200;
    static final int HEIGHT = 800;
    static final Color PAPER = new Color(0xFFFFFF);
    static final Color INK = new Color(0x3B4A4C);
    static final Color SOFT = new Color(0xB9C6C6);
    static Graphics2D g;

    public static void main(String[] args) throws Exception {
        System.setProperty("java.awt.headless", "true");
        var image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(PAPER);
        g.fillRect(0, 0, WIDTH, HEIGHT);
        floor(40, 40, 480, 400, 0xFBF8F1); // living room
        floor(520, 40, 340, 400, 0xF3F7F2); // kitchen
        floor(860, 40, 300, 400, 0xF1F5F8); // utility room
        floor(40, 440, 480, 320, 0xFBF8F1); // dining room
        floor(520, 440, 340, 320, 0xF6F4F8); // hall
        floor(860, 440, 300, 320, 0xEFF6F8); // bathroom
        furniture();
        g.setColor(INK);
        g.setStroke(new BasicStroke(12, BasicStroke.CAP_SQUARE, BasicStroke.JOIN_MITER));
        g.draw(new Rectangle2D.Double(40, 40, 1120, 720));
        g.setStroke(new BasicStroke(8, BasicStroke.CAP_SQUARE, BasicStroke.JOIN_MITER));
        wall(520, 40, 520, 560);
        wall(520, 650, 520, 760);
        wall(860, 40, 860, 300);
        wall(860, 390, 860, 540);
        wall(860, 630, 860, 760);
        wall(520, 440, 580, 440);
        wall(670, 440, 1160, 440);
        wall(40, 440, 160, 440);
        wall(400, 440, 520, 440);
        windows();
        door(520, 560, 90, 270);
        door(860, 300, 90, 180);
        door(860, 540, 90, 180);
        door(580, 440, 90, 0);
        frontDoor();
        text("Living room", 280, 120);
        text("Kitchen", 690, 120);
        text("Utility room", 1010, 120);
        text("Dining room", 280, 415);
        text("Hall", 690, 500);
        text("Bathroom", 1010, 500);
        ImageIO.write(image, "png", new File(args[0]));
    }

    static void floor(int x, int y, int w, int h, int colour) {
        g.setColor(new Color(colour));
        g.fillRect(x, y, w, h);
    }

    static void wall(double x1, double y1, double x2, double y2) {
        g.draw(new Line2D.Double(x1, y1, x2, y2));
    }

    static void windows() {
        for (int[] w : new int[][] {{140, 40, 420, 40}, {600, 40, 780, 40}, {950, 40, 1070, 40}, {140, 760, 420, 760}, {1160, 540, 1160, 660}, {40, 140, 40, 340}}) {
            g.setColor(PAPER);
            g.setStroke(new BasicStroke(12, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
            wall(w[0], w[1], w[2], w[3]);
            g.setColor(INK);
            g.setStroke(new BasicStroke(2));
            boolean level = w[1] == w[3];
            for (int d : new int[] {-5, 0, 5}) wall(w[0] + (level ? 0 : d), w[1] + (level ? d : 0), w[2] + (level ? 0 : d), w[3] + (level ? d : 0));
        }
    }

    /// A door hung at a point; it opens by a quarter of a circle from this angle on, degrees.
    static void door(double x, double y, double size, int from) {
        g.setColor(SOFT);
        g.setStroke(new BasicStroke(2));
        g.draw(new Arc2D.Double(x - size, y - size, 2 * size, 2 * size, from, from == 0 ? -90 : 90, Arc2D.PIE));
    }

    static void frontDoor() {
        g.setColor(PAPER);
        g.setStroke(new BasicStroke(14, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
        wall(640, 760, 750, 760);
        g.setColor(SOFT);
        g.setStroke(new BasicStroke(2));
        g.draw(new Arc2D.Double(640 - 110, 760 - 110, 220, 220, 0, 90, Arc2D.PIE));
    }

    static void furniture() {
        g.setColor(SOFT);
        g.setStroke(new BasicStroke(2.5f));
        g.drawRoundRect(80, 250, 120, 160, 24, 24); // sofa
        g.drawLine(112, 250, 112, 410);
        g.drawRoundRect(260, 270, 120, 90, 12, 12); // table
        g.drawRoundRect(180, 540, 220, 110, 16, 16); // dining table
        for (int x = 200; x <= 350; x += 70) {
            g.drawRoundRect(x, 500, 40, 32, 10, 10);
            g.drawRoundRect(x, 658, 40, 32, 10, 10);
        }
        g.drawRect(546, 56, 300, 44); // worktop
        g.drawOval(566, 66, 24, 24);
        g.drawRect(770, 62, 60, 32);
        g.drawRoundRect(630, 230, 130, 130, 16, 16); // kitchen table
        g.drawOval(1070, 70, 70, 70); // boiler
        g.drawRect(890, 360, 110, 60); // heating
        g.drawRoundRect(890, 660, 190, 80, 40, 40); // bath
        g.drawOval(1090, 560, 46, 60); // basin
        g.drawRect(540, 690, 50, 54); // meter cupboard
        for (int y = 470; y <= 540; y += 14) g.drawLine(760, y, 846, y); // stairs
    }

    static void text(String text, int x, int y) {
        g.setColor(new Color(0x6B7C7E));
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 26));
        g.drawString(text, x - g.getFontMetrics().stringWidth(text) / 2, y + 60);
    }
}
