package io.linkspan.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A parsed YAML or JSON text, each part with its place in the file, so that an error can name the line.
public sealed interface Tree {
    /// Where it stands.
    Mark mark();

    /// Text, a number, true, false or nothing, as written.
    ///
    /// @param quoted written in quotes, so it is text even if it looks like a number
    record Scalar(Mark mark, String text, boolean quoted) implements Tree {}

    /// A list.
    record Items(Mark mark, List<Tree> items) implements Tree {
        public Items {
            items = List.copyOf(items);
        }
    }

    /// Names with their values, in the order of the file.
    ///
    /// @param keys where each name stands
    record Fields(Mark mark, Map<String, Tree> fields, Map<String, Mark> keys) implements Tree {
        public Fields {
            fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
            keys = Map.copyOf(keys); // looked up only
        }
    }

    /// Text without a place, for what a program makes.
    static Tree text(String text) {
        return new Scalar(Mark.NONE, text, true);
    }

    /// A number, true or false without a place.
    static Tree plain(Object value) {
        return new Scalar(Mark.NONE, String.valueOf(value), false);
    }

    /// Fields without a place.
    static Fields fields(Map<String, Tree> fields) {
        return new Fields(Mark.NONE, fields, Map.of());
    }

    /// A list without a place.
    static Items items(List<Tree> items) {
        return new Items(Mark.NONE, items);
    }

    /// What it is, for an error message.
    default String kind() {
        return switch (this) {
            case Scalar s -> "\"" + s.text() + "\"";
            case Items _ -> "a list";
            case Fields _ -> "a map";
        };
    }
}
