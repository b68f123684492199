package io.linkspan.model;

/// A place in a file that a person wrote.
///
/// @param line counts from 1; 0 when the text did not come from a file
/// @param column counts characters from 1; 0 when only the line is known
public record Mark(String file, int line, int column) {
    /// For what did not come from a file.
    public static final Mark NONE = new Mark("", 0);

    /// A whole line.
    public Mark(String file, int line) {
        this(file, line, 0);
    }

    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
