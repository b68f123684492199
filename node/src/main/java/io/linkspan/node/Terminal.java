package io.linkspan.node;

import java.util.Map;
import java.util.Optional;

/// What the place that a command prints to can show.
///
/// @param colours whether it understands ANSI colours
/// @param columns its width; [#WIDE] when it is no terminal, so that nothing is cut
public record Terminal(boolean colours, int columns) {
    /// No width at all: a file or another program reads it.
    public static final int WIDE = Integer.MAX_VALUE;

    private static final int COLUMNS_USUAL = 120;

    /// Plain text for files, pipes and tests.
    public static final Terminal PLAIN = new Terminal(false, WIDE);

    /// What this process prints to, from its console and `NO_COLOR`, `TERM` and `COLUMNS` of its environment.
    public static Terminal here() {
        return isInteractive() ? of(System.getenv()) : PLAIN;
    }

    /// Whether a person sits at it.
    static boolean isInteractive() {
        var console = Optional.ofNullable(System.console()); // none where input or output is a file or a pipe
        return console.isPresent() && console.get().isTerminal();
    }

    /// A terminal with this environment.
    static Terminal of(Map<String, String> environment) {
        boolean colours = environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        String columns = environment.getOrDefault("COLUMNS", "");
        boolean known = columns.matches("[1-9][0-9]{1,3}");
        return new Terminal(colours, known ? Integer.parseInt(columns) : COLUMNS_USUAL);
    }

    /// How a part of a line stands out.
    public enum Tone {
        /// As all the rest.
        PLAIN(""),
        /// A heading.
        BOLD("1"),
        /// Less important.
        DIM("2"),
        /// As it should be.
        GOOD("32"),
        /// To be looked at.
        WARN("33"),
        /// Wrong.
        BAD("31");

        private final String code;

        Tone(String code) {
            this.code = code;
        }
    }

    /// The text in this tone, where colours are understood (ECMA-48, 8.3.117, SGR).
    public String paint(String text, Tone tone) {
        return colours && tone != Tone.PLAIN ? "\u001b[" + tone.code + "m" + text + "\u001b[0m" : text;
    }

    /// The text without anything that a terminal would obey: what a device sent is only shown.
    public static String harmless(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /// How many columns the text takes: 2 for East Asian wide signs and emoji, 0 for marks that stand on the sign
    /// before
    /// (Unicode Standard Annex 11).
    public static int width(String text) {
        return text.codePoints().map(Terminal::width).sum();
    }

    private static int width(int c) {
        int type = Character.getType(c);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT)
            return 0;
        boolean wide = (c >= 0x1100 && c <= 0x115F)
                || (c >= 0x2E80 && c <= 0xA4CF)
                || (c >= 0xAC00 && c <= 0xD7A3)
                || (c >= 0xF900 && c <= 0xFAFF)
                || (c >= 0xFE30 && c <= 0xFE6F)
                || (c >= 0xFF01 && c <= 0xFF60)
                || (c >= 0xFFE0 && c <= 0xFFE6)
                || (c >= 0x1F300 && c <= 0x1FAFF)
                || (c >= 0x20000 && c <= 0x3FFFD);
        return wide ? 2 : 1;
    }
}
