package io.linkspan.payload;

import io.linkspan.model.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A place in a JSON or CBOR message (RFC 6901): `/temperature`, `/ENERGY/Total`, `/sensors/0/value`; empty for the
/// whole.
/// Immutable.
public final class JsonPointer {
    /// Most steps of one pointer.
    public static final int STEPS_MAX = 32;

    private static final int INDEX_DIGITS_MAX = 9;

    /// The whole message.
    public static final JsonPointer WHOLE = new JsonPointer("", List.of());

    private final String text;
    private final List<String> steps;

    private JsonPointer(String text, List<String> steps) {
        this.text = text;
        this.steps = List.copyOf(steps);
    }

    /// Reads a pointer, or throws [IllegalArgumentException] with what would be right.
    public static JsonPointer parse(String text) {
        if (text.isEmpty()) return WHOLE;
        if (text.charAt(0) != '/')
            throw new IllegalArgumentException(
                    "a place in a message is written /temperature or /ENERGY/Total, not \"" + text + "\"");
        var steps = new ArrayList<String>();
        for (String step : text.substring(1).split("/", -1)) steps.add(unescaped(step, text));
        if (steps.size() > STEPS_MAX)
            throw new IllegalArgumentException("a pointer has at most " + STEPS_MAX + " steps");
        return new JsonPointer(text, steps);
    }

    /// The pointer to these names, one inside the other.
    public static JsonPointer of(List<String> steps) {
        var text = new StringBuilder();
        for (String step : steps)
            text.append('/').append(step.replace("~", "~0").replace("/", "~1"));
        return parse(text.toString());
    }

    /// RFC 6901, 4: `~1` is a slash and `~0` a tilde, in this order.
    private static String unescaped(String step, String text) {
        for (int i = step.indexOf('~'); i >= 0; i = step.indexOf('~', i + 1))
            if (i + 1 == step.length() || (step.charAt(i + 1) != '0' && step.charAt(i + 1) != '1'))
                throw new IllegalArgumentException("in \"" + text + "\" a ~ is written ~0 and a / within a name ~1");
        return step.replace("~1", "/").replace("~0", "~");
    }

    /// The names and places on the way, unescaped.
    public List<String> steps() {
        return steps;
    }

    /// What stands there; none where the message has no such place.
    public Optional<Tree> find(Tree message) {
        Tree here = message;
        for (String step : steps) {
            var next = step(here, step);
            if (next.isEmpty()) return Optional.empty();
            here = next.get();
        }
        return Optional.of(here);
    }

    private static Optional<Tree> step(Tree here, String step) {
        return switch (here) {
            case Tree.Fields f -> Optional.ofNullable(f.fields().get(step));
            case Tree.Items i -> item(i.items(), step);
            case Tree.Scalar _ -> Optional.empty();
        };
    }

    private static Optional<Tree> item(List<Tree> items, String step) {
        int at = index(step);
        return at >= 0 && at < items.size() ? Optional.of(items.get(at)) : Optional.empty();
    }

    /// A place in a list, which is 0 or digits without a leading 0 (RFC 6901, 4); -1 for what is none.
    static int index(String step) {
        int length = step.length();
        if (length == 0 || length > INDEX_DIGITS_MAX || (length > 1 && step.charAt(0) == '0')) return -1;
        int at = 0;
        for (int i = 0; i < length; i++) {
            char c = step.charAt(i);
            if (c < '0' || c > '9') return -1;
            at = 10 * at + (c - '0');
        }
        return at;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonPointer p && text.equals(p.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
