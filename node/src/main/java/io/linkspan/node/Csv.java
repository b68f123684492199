package io.linkspan.node;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import java.util.ArrayList;
import java.util.List;

/// Reads comma-separated values (RFC 4180) as spreadsheets write them: rows end with CR LF or LF, a cell in quotes may
/// hold
/// separators, line ends and doubled quotes. The separator is the one of comma, semicolon and tab that the first row
/// holds
/// most of. A byte order mark is skipped, and so is a row without any text. Pure; used by one thread.
final class Csv {
    /// Most rows of one file, the first included.
    static final int ROWS_MAX = 200_000;

    /// Longest cell, in characters.
    static final int CELL_CHARS_MAX = 10_000;

    /// One cell, with the line on which it begins.
    record Cell(Mark mark, String text) {}

    /// One row, with the line on which it begins.
    record Row(Mark mark, List<Cell> cells) {
        Row {
            cells = List.copyOf(cells);
        }

        private boolean blank() {
            return cells.stream().allMatch(cell -> cell.text().isBlank());
        }
    }

    /// The rows of a file and the character between their cells.
    record Sheet(char separator, List<Row> rows) {
        Sheet {
            rows = List.copyOf(rows);
        }
    }

    private final String text;
    private final String file;
    private final char separator;
    private int at;
    private int line = 1;

    private Csv(String text, String file) {
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        this.file = file;
        this.separator = separator(this.text);
    }

    /// Reads a whole file.
    ///
    /// @throws Invalid at the line of a quote that nobody closes, of a stray quote, or of what is above a limit
    static Sheet read(String text, String file) throws Invalid {
        var csv = new Csv(text, file);
        var rows = new ArrayList<Row>();
        while (csv.at < csv.text.length()) {
            Row row = csv.row();
            if (row.blank()) continue;
            if (rows.size() == ROWS_MAX)
                throw new Invalid(
                        row.mark(), "a point list has at most " + ROWS_MAX + " rows; split it into several files");
            rows.add(row);
        }
        return new Sheet(csv.separator, rows);
    }

    private static char separator(String text) {
        int[] count = new int[3];
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') quoted = !quoted;
            if (quoted) continue;
            if (c == '\n' || c == '\r') break;
            if (c == ',') count[0]++;
            if (c == ';') count[1]++;
            if (c == '\t') count[2]++;
        }
        if (count[1] > count[0] && count[1] >= count[2]) return ';';
        return count[2] > count[0] ? '\t' : ',';
    }

    private Row row() throws Invalid {
        var mark = new Mark(file, line);
        var cells = new ArrayList<Cell>();
        while (true) {
            cells.add(cell());
            if (at < text.length() && text.charAt(at) == separator) {
                at++;
                continue;
            }
            endOfLine();
            return new Row(mark, cells);
        }
    }

    private void endOfLine() {
        if (at < text.length() && text.charAt(at) == '\r') at++;
        if (at < text.length() && text.charAt(at) == '\n') at++;
        line++;
    }

    private Cell cell() throws Invalid {
        var mark = new Mark(file, line);
        String content = at < text.length() && text.charAt(at) == '"' ? quoted(mark) : plain(mark);
        if (content.length() > CELL_CHARS_MAX)
            throw new Invalid(mark, "a cell has at most " + CELL_CHARS_MAX + " characters, not " + content.length());
        return new Cell(mark, content);
    }

    private String plain(Mark mark) throws Invalid {
        int begin = at;
        while (at < text.length() && !ends(text.charAt(at))) {
            if (text.charAt(at) == '"')
                throw new Invalid(
                        mark, "a quote stands inside a cell; put the whole cell in quotes and double the quote in it");
            at++;
        }
        return text.substring(begin, at).strip();
    }

    private String quoted(Mark mark) throws Invalid {
        var content = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '\n') line++;
            if (c != '"') {
                content.append(c);
            } else if (at < text.length() && text.charAt(at) == '"') {
                content.append('"');
                at++;
            } else {
                return closed(mark, content);
            }
        }
        throw new Invalid(mark, "the quote that opens here is never closed; a quote inside a cell is written twice");
    }

    private String closed(Mark mark, StringBuilder content) throws Invalid {
        if (at < text.length() && !ends(text.charAt(at)))
            throw new Invalid(mark, "after a closing quote the cell ends; a quote inside a cell is written twice");
        return content.toString();
    }

    private boolean ends(char c) {
        return c == separator || c == '\r' || c == '\n';
    }
}
