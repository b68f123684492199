package io.linkspan.node;

import io.linkspan.node.Terminal.Tone;
import java.util.ArrayList;
import java.util.List;

/// Rows under headings, aligned by what a terminal shows; numbers to the right. On a narrow terminal the last column is
/// cut.
/// For one thread.
public final class Table {
    private static final String BETWEEN = "  ";
    private static final int LAST_MIN = 8;

    private final List<String> headings;
    private final List<List<Cell>> rows = new ArrayList<>();

    /// One field of a table.
    ///
    /// @param right aligned to the right, as numbers are
    public record Cell(String text, Tone tone, boolean right) {
        public Cell {
            text = Terminal.harmless(text);
        }

        /// Text as all the rest.
        public static Cell of(String text) {
            return new Cell(text, Tone.PLAIN, false);
        }

        /// Text that stands out.
        public static Cell of(String text, Tone tone) {
            return new Cell(text, tone, false);
        }

        /// A number or an age.
        public static Cell number(String text) {
            return new Cell(text, Tone.PLAIN, true);
        }
    }

    /// A table with these headings and no row yet.
    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    /// Adds a row with one cell for each heading.
    public Table row(Cell... cells) {
        if (cells.length != headings.size())
            throw new IllegalArgumentException("A row has " + headings.size() + " cells, not " + cells.length);
        rows.add(List.of(cells));
        return this;
    }

    /// Adds a row of plain text.
    public Table row(String... cells) {
        var row = new Cell[cells.length];
        for (int i = 0; i < cells.length; i++) row[i] = Cell.of(cells[i]);
        return row(row);
    }

    /// The lines, each with its line end.
    public String text(Terminal terminal) {
        int[] widths = widths();
        int last = widths.length - 1;
        int before = BETWEEN.length() * last;
        for (int i = 0; i < last; i++) before += widths[i];
        widths[last] = Math.min(widths[last], Math.max(LAST_MIN, terminal.columns() - before));
        var out = new StringBuilder();
        var head = headings.stream().map(h -> Cell.of(h, Tone.BOLD)).toList();
        line(out, head, widths, terminal);
        for (var row : rows) line(out, row, widths, terminal);
        return out.toString();
    }

    private int[] widths() {
        int[] widths = headings.stream().mapToInt(Terminal::width).toArray();
        for (var row : rows)
            for (int i = 0; i < widths.length; i++)
                widths[i] = Math.max(widths[i], Terminal.width(row.get(i).text()));
        return widths;
    }

    private void line(StringBuilder out, List<Cell> cells, int[] widths, Terminal terminal) {
        for (int i = 0; i < widths.length; i++) {
            Cell cell = cells.get(i);
            String text = cut(cell.text(), widths[i]);
            boolean right = cell.right() || (cell.tone() == Tone.BOLD && isRight(i));
            String blanks = " ".repeat(widths[i] - Terminal.width(text));
            if (i > 0) out.append(BETWEEN);
            if (right) out.append(blanks);
            out.append(terminal.paint(text, cell.tone()));
            if (!right && i < widths.length - 1) out.append(blanks);
        }
        out.append('\n');
    }

    /// A heading stands over its numbers.
    private boolean isRight(int column) {
        return !rows.isEmpty() && rows.getFirst().get(column).right();
    }

    private static String cut(String text, int columns) {
        if (Terminal.width(text) <= columns) return text;
        var cut = new StringBuilder();
        int left = columns - 1;
        for (int c : text.codePoints().toArray()) {
            String sign = Character.toString(c);
            left -= Terminal.width(sign);
            if (left < 0) break;
            cut.append(sign);
        }
        return cut.append('…').toString();
    }
}
