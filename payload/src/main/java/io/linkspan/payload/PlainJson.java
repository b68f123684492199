package io.linkspan.payload;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where the parts of a JSON message (RFC 8259) stand in its bytes: one pass, no tree, so that a reading costs little.
///
/// It knows the JSON that devices mostly write: ASCII, texts without escapes, no name twice in one object, few parts.
/// Of every other message, right or wrong, it says nothing, and [io.linkspan.model.Json] reads it; what both read, both
/// read alike. Immutable.
final class PlainJson {
    /// Most parts (objects, lists and scalars) of one message.
    static final int PARTS_MAX = 128;
    /// Most objects and lists inside each other.
    static final int NESTING_MAX = 16;
    /// Longest name of a field and longest number, in characters.
    static final int CHARS_MAX = Shape.NUMBER_CHARACTERS_MAX;

    /// Of each part: where its name is (none: both 0), where it stands itself, without quotes, and which part
    /// follows
    /// behind all that is inside it.
    private static final int NAME = 0;

    private static final int NAME_END = 1;
    private static final int FROM = 2;
    private static final int END = 3;
    private static final int NEXT = 4;
    private static final int FIELDS = 5;
    private static final int FIRST_PARTS = 8;

    private final byte[] bytes;
    private int[] parts = new int[FIRST_PARTS * FIELDS];
    private int count;
    private int at;

    private PlainJson(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Looks through a message, which must not change any more; null when it is not of this kind.
    static @Nullable PlainJson of(byte[] message) {
        var json = new PlainJson(message);
        json.blanks();
        if (!json.value(0, 0, 0)) return null;
        json.blanks();
        return json.at == message.length ? json : null;
    }

    /// The part at a place; -1 when there is none.
    int find(JsonPointer place) {
        int here = 0;
        List<String> steps = place.steps();
        for (int i = 0; i < steps.size() && here >= 0; i++)
            here = switch (bytes[from(here)]) {
                case '{' -> field(here, steps.get(i));
                case '[' -> item(here, JsonPointer.index(steps.get(i)));
                default -> -1; // open: a scalar has nothing inside
            };
        return here;
    }

    private int field(int object, String name) {
        int end = get(object, NEXT);
        for (int part = object + 1; part < end; part = get(part, NEXT)) if (isNamed(part, name)) return part;
        return -1;
    }

    private boolean isNamed(int part, String name) {
        int from = get(part, NAME);
        if (get(part, NAME_END) - from != name.length()) return false;
        for (int i = 0; i < name.length(); i++) if (bytes[from + i] != name.charAt(i)) return false;
        return true;
    }

    private int item(int list, int index) {
        if (index < 0) return -1;
        int end = get(list, NEXT);
        int part = list + 1;
        for (int i = 0; i < index && part < end; i++) part = get(part, NEXT);
        return part < end ? part : -1;
    }

    /// Whether a part is a text, a number, true, false or null.
    boolean isScalar(int part) {
        return isQuoted(part) || bytes[from(part)] != '{' && bytes[from(part)] != '[';
    }

    /// Whether a part is text in quotes.
    boolean isQuoted(int part) {
        return from(part) > 0 && bytes[from(part) - 1] == '"';
    }

    /// Whether a part is null.
    boolean isNull(int part) {
        return !isQuoted(part) && bytes[from(part)] == 'n';
    }

    /// Where a scalar begins, without its quote.
    int from(int part) {
        return get(part, FROM);
    }

    /// Where it ends.
    int end(int part) {
        return get(part, END);
    }

    /// A scalar as text.
    String text(int part) {
        return new String(bytes, from(part), end(part) - from(part), StandardCharsets.ISO_8859_1);
    }

    private int get(int part, int field) {
        return parts[part * FIELDS + field];
    }

    // ---- the pass

    private boolean value(int name, int nameEnd, int depth) {
        if (at == bytes.length || count == PARTS_MAX || depth > NESTING_MAX) return false;
        if ((count + 1) * FIELDS > parts.length) parts = Arrays.copyOf(parts, 2 * parts.length);
        int part = count++;
        parts[part * FIELDS + NAME] = name;
        parts[part * FIELDS + NAME_END] = nameEnd;
        byte first = bytes[at];
        int from = first == '"' ? at + 1 : at;
        boolean isPlain = switch (first) {
            case '{' -> object(part, depth);
            case '[' -> list(depth);
            case '"' -> text();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number(); // open: a byte
        };
        parts[part * FIELDS + FROM] = from;
        parts[part * FIELDS + END] = first == '"' ? at - 1 : at;
        parts[part * FIELDS + NEXT] = count;
        return isPlain;
    }

    private boolean object(int object, int depth) {
        at++;
        blanks();
        if (is('}')) return true;
        do {
            blanks();
            int name = at + 1;
            if (at == bytes.length || bytes[at] != '"' || !text()) return false;
            int end = at - 1;
            if (end - name > CHARS_MAX || isThere(object, name, end)) return false;
            blanks();
            if (!is(':')) return false;
            blanks();
            if (!value(name, end, depth + 1)) return false;
            blanks();
        } while (is(','));
        return is('}');
    }

    /// Whether a field of this name stands in the object already; all parts behind the object are inside it.
    private boolean isThere(int object, int name, int end) {
        for (int part = object + 1; part < count; part = get(part, NEXT))
            if (Arrays.equals(bytes, get(part, NAME), get(part, NAME_END), bytes, name, end)) return true;
        return false;
    }

    private boolean list(int depth) {
        at++;
        blanks();
        if (is(']')) return true;
        do {
            blanks();
            if (!value(0, 0, depth + 1)) return false;
            blanks();
        } while (is(','));
        return is(']');
    }

    private boolean text() {
        for (at++; at < bytes.length; at++) {
            byte b = bytes[at];
            if (b == '"') {
                at++;
                return true;
            }
            if (b < ' ' || b == '\\') return false; // a control character, the first byte of another letter, an escape
        }
        return false;
    }

    private boolean word(String word) {
        for (int i = 0; i < word.length(); i++, at++)
            if (at == bytes.length || bytes[at] != word.charAt(i)) return false;
        return true;
    }

    /// RFC 8259, 6. What follows is looked at by who asked for a value.
    private boolean number() {
        int from = at;
        if (bytes[at] == '-') at++;
        if (at < bytes.length && bytes[at] == '0') at++;
        else if (!digits()) return false;
        if (at < bytes.length && bytes[at] == '.') {
            at++;
            if (!digits()) return false;
        }
        if (at < bytes.length && (bytes[at] == 'e' || bytes[at] == 'E')) {
            at++;
            if (at < bytes.length && (bytes[at] == '+' || bytes[at] == '-')) at++;
            if (!digits()) return false;
        }
        return at - from <= CHARS_MAX;
    }

    private boolean digits() {
        int from = at;
        while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9') at++;
        return at > from;
    }

    private boolean is(char wanted) {
        if (at == bytes.length || bytes[at] != wanted) return false;
        at++;
        return true;
    }

    private void blanks() {
        while (at < bytes.length && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t'))
            at++;
    }
}
