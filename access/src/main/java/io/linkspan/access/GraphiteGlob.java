package io.linkspan.access;

import java.util.ArrayList;
import java.util.List;

/// A path with wildcards (Graphite, "Paths and Wildcards"): `*`, `?`, `[a-z]` and `{a,b}` within one part of it.
/// Matching
/// takes no more steps than both are long together, whatever somebody wrote. Immutable.
record GraphiteGlob(List<String> patterns) {
    /// Most paths that the braces of one stand for.
    static final int ALTERNATIVES_MAX = 256;

    GraphiteGlob {
        patterns = List.copyOf(patterns);
    }

    /// Reads one.
    ///
    /// @throws Problem a bracket is not closed, or the braces stand for too many
    static GraphiteGlob of(String text) throws Problem {
        if (text.length() > GraphiteTarget.CHARS_MAX)
            throw Problem.of(400, "A path has at most " + GraphiteTarget.CHARS_MAX + " characters");
        var all = List.of("");
        for (int i = 0; i < text.length(); ) {
            int open = text.indexOf('{', i);
            int close = open < 0 ? -1 : text.indexOf('}', open);
            if (open >= 0 && close < 0) throw Problem.of(400, "A { is never closed: " + Words.cut(text));
            all = with(all, List.of(text.substring(i, open < 0 ? text.length() : open)));
            if (open < 0) break;
            all = with(all, List.of(text.substring(open + 1, close).split(",", -1)));
            i = close + 1;
            if (all.size() > ALTERNATIVES_MAX)
                throw Problem.of(400, Words.cut(text) + " stands for more than " + ALTERNATIVES_MAX + " paths");
        }
        for (String each : all) check(each);
        return new GraphiteGlob(all);
    }

    private static List<String> with(List<String> begun, List<String> ends) {
        var all = new ArrayList<String>();
        for (String a : begun) for (String b : ends) if (all.size() <= ALTERNATIVES_MAX) all.add(a + b);
        return all;
    }

    private static void check(String pattern) throws Problem {
        for (int i = pattern.indexOf('['); i >= 0; i = pattern.indexOf('[', i + 1))
            if (pattern.indexOf(']', i) < 0) throw Problem.of(400, "A [ is never closed: " + Words.cut(pattern));
    }

    /// Whether a path is one of these.
    boolean matches(String path) {
        return patterns.stream().anyMatch(p -> matches(p, path));
    }

    /// After a `*` that took too little, it takes one more; an earlier one never has to.
    private static boolean matches(String pattern, String path) {
        int p = 0;
        int at = 0;
        int star = -1;
        int from = 0;
        while (at < path.length()) {
            char c = path.charAt(at);
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                from = at;
            } else if (p < pattern.length() && one(pattern, p, c)) {
                if (c == '.') star = -1; // what a * took ends with its part of the path
                p = next(pattern, p);
                at++;
            } else if (star >= 0 && path.charAt(from) != '.') {
                p = star + 1;
                at = ++from;
            } else return false;
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') p++;
        return p == pattern.length();
    }

    private static boolean one(String pattern, int p, char c) {
        return switch (pattern.charAt(p)) {
            case '?' -> c != '.';
            case '[' -> in(pattern.substring(p + 1, pattern.indexOf(']', p)), c);
            default -> pattern.charAt(p) == c; // open: any character
        };
    }

    private static boolean in(String set, char c) {
        for (int i = 0; i < set.length(); i++) {
            boolean range = i + 2 < set.length() && set.charAt(i + 1) == '-';
            if (range ? c >= set.charAt(i) && c <= set.charAt(i + 2) : c == set.charAt(i)) return c != '.';
            if (range) i += 2;
        }
        return false;
    }

    private static int next(String pattern, int p) {
        return pattern.charAt(p) == '[' ? pattern.indexOf(']', p) + 1 : p + 1;
    }
}
