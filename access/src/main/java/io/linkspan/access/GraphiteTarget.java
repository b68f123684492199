package io.linkspan.access;

import java.util.ArrayList;
import java.util.List;

/// What `target=` of a render request says (Graphite render API, "Functions"): a path with wildcards, or a function of
/// such. Immutable.
sealed interface GraphiteTarget {
    /// Longest target, in characters.
    int CHARS_MAX = 8_192;
    /// Most functions inside each other.
    int DEPTH_MAX = 16;

    /// A path such as `home.boiler.*`.
    record Path(String pattern) implements GraphiteTarget {}

    /// `name(args)`.
    record Call(String name, List<GraphiteTarget> args) implements GraphiteTarget {
        public Call {
            args = List.copyOf(args);
        }
    }

    /// A number.
    record Amount(double value) implements GraphiteTarget {}

    /// A text in quotes.
    record Text(String text) implements GraphiteTarget {}

    /// Reads a target.
    ///
    /// @throws Problem it is none; the sentence says where it goes wrong
    static GraphiteTarget parse(String text) throws Problem {
        if (text.length() > CHARS_MAX)
            throw Problem.of(400, "A target has at most " + CHARS_MAX + " characters, not " + text.length());
        var reader = new Reader(text);
        var target = reader.target(0);
        reader.blanks();
        if (reader.at < text.length()) throw reader.wrong("is over, and more follows");
        return target;
    }

    /// For one thread.
    final class Reader {
        private final String text;
        private int at;

        private Reader(String text) {
            this.text = text;
        }

        private GraphiteTarget target(int depth) throws Problem {
            if (depth > DEPTH_MAX) throw wrong("has more than " + DEPTH_MAX + " functions inside each other");
            blanks();
            char c = at < text.length() ? text.charAt(at) : 0;
            if (c == '\'' || c == '"') return quoted(c);
            String word = word();
            if (word.isEmpty()) throw wrong("wants a path or a function");
            if (at < text.length() && text.charAt(at) == '(') return call(word, depth);
            if (word.matches("[-+]?[0-9]{1,17}(\\.[0-9]{1,17})?([eE][-+]?[0-9]{1,3})?"))
                return new Amount(Double.parseDouble(word));
            return new Path(word);
        }

        private Text quoted(char quote) throws Problem {
            int end = text.indexOf(quote, at + 1);
            if (end < 0) throw wrong("has a quote that is never closed");
            var quoted = new Text(text.substring(at + 1, end));
            at = end + 1;
            return quoted;
        }

        /// Up to a comma or a bracket; in `{a,b}` a comma is part of it.
        private String word() {
            int begin = at;
            int braces = 0;
            for (; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '{') braces++;
                else if (c == '}') braces--;
                else if (c == '(' || c == ')' || c == ' ' || (c == ',' && braces <= 0)) break;
            }
            return text.substring(begin, at);
        }

        private Call call(String name, int depth) throws Problem {
            var args = new ArrayList<GraphiteTarget>();
            at++;
            blanks();
            while (at < text.length() && text.charAt(at) != ')') {
                args.add(target(depth + 1));
                blanks();
                if (at < text.length() && text.charAt(at) == ',') at++;
                else if (at < text.length() && text.charAt(at) != ')') throw wrong("wants a comma or a )");
                blanks();
            }
            if (at >= text.length()) throw wrong("wants a )");
            at++;
            return new Call(name, args);
        }

        private void blanks() {
            while (at < text.length() && text.charAt(at) == ' ') at++;
        }

        private Problem wrong(String what) {
            return Problem.of(400, "The target \"" + Words.cut(text) + "\" " + what + " at character " + (at + 1));
        }
    }
}
