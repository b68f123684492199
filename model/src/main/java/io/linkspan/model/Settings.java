package io.linkspan.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The fields that a person wrote for one thing of the product, read with checks. Each reader remembers which fields
/// were
/// asked for, so [#finish] can refuse a misspelt one. Not thread-safe.
public final class Settings {
    private final Tree.Fields fields;
    private final Set<String> known = new HashSet<>();

    /// Reads these fields.
    public Settings(Tree.Fields fields) {
        this.fields = fields;
    }

    /// Where the fields begin.
    public Mark mark() {
        return fields.mark();
    }

    /// The fields as they were written.
    public Tree.Fields tree() {
        return fields;
    }

    /// Whether the field was written.
    public boolean has(String name) {
        known.add(name);
        return fields.fields().containsKey(name);
    }

    /// The part below a field.
    public Optional<Tree> part(String name) {
        known.add(name);
        return Optional.ofNullable(fields.fields().get(name));
    }

    /// The fields below a field; none when it was not written.
    public Optional<Settings> below(String name) throws Invalid {
        var part = part(name);
        if (part.isEmpty()) return Optional.empty();
        if (part.get() instanceof Tree.Fields f) return Optional.of(new Settings(f));
        throw wrong(
                name, "holds fields ({ name: value, ... }), not " + part.get().kind());
    }

    /// The items below a field; none when it was not written.
    public List<Tree> items(String name) throws Invalid {
        var part = part(name);
        if (part.isEmpty()) return List.of();
        if (part.get() instanceof Tree.Items i) return i.items();
        throw wrong(name, "is a list, not " + part.get().kind());
    }

    /// The maps of a list of maps.
    public List<Settings> list(String name) throws Invalid {
        var all = new ArrayList<Settings>();
        for (var item : items(name)) {
            if (!(item instanceof Tree.Fields f))
                throw new Invalid(item.mark(), "\"" + name + "\" lists maps ({ id: ..., ... }), not " + item.kind());
            all.add(new Settings(f));
        }
        return all;
    }

    /// Text that may be left out.
    public Optional<String> text(String name) throws Invalid {
        var part = part(name);
        if (part.isEmpty()) return Optional.empty();
        if (part.get() instanceof Tree.Scalar s) return Optional.of(s.text());
        throw wrong(name, "is one word or a quoted text, not " + part.get().kind());
    }

    /// Text that must be there; `example` completes the error's sentence.
    public String needText(String name, String example) throws Invalid {
        var text = text(name);
        if (text.isPresent() && !text.get().isEmpty()) return text.get();
        throw new Invalid(mark(), "\"" + name + "\" is missing; write for example " + name + ": " + example);
    }

    /// A name of ours (see [Names]) that must be there.
    public String needName(String name) throws Invalid {
        var text = needText(name, "boiler_1");
        try {
            return Names.check(text);
        } catch (IllegalArgumentException e) {
            throw wrong(name, e);
        }
    }

    /// A whole number within limits, both included.
    public long integer(String name, long otherwise, long min, long max) throws Invalid {
        var text = text(name);
        if (text.isEmpty()) return otherwise;
        try {
            long value = Long.parseLong(text.get().trim());
            if (value >= min && value <= max) return value;
        } catch (NumberFormatException e) {
            // falls through to the one sentence that fits both
        }
        throw wrong(name, "is a whole number " + min + ".." + max + ", not \"" + text.get() + "\"");
    }

    /// A number that may be left out.
    public Optional<Double> number(String name) throws Invalid {
        var text = text(name);
        if (text.isEmpty()) return Optional.empty();
        try {
            double value = Double.parseDouble(text.get().trim());
            if (Double.isFinite(value)) return Optional.of(value);
        } catch (NumberFormatException e) {
            // falls through to the one sentence that fits both
        }
        throw wrong(name, "is a number, not \"" + text.get() + "\"");
    }

    /// True or false.
    public boolean flag(String name, boolean otherwise) throws Invalid {
        var text = text(name);
        if (text.isEmpty()) return otherwise;
        return switch (text.get()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(name, "is true or false, not \"" + text.get() + "\""); // open: what a person typed
        };
    }

    /// A duration such as `200ms`, `60s`, `10min`, `2h`, `1d`.
    public Optional<Duration> duration(String name) throws Invalid {
        var text = text(name);
        if (text.isEmpty()) return Optional.empty();
        try {
            return Optional.of(Durations.parse(text.get()));
        } catch (IllegalArgumentException e) {
            throw wrong(name, e);
        }
    }

    /// One of an enum's words (its constants in small letters, with hyphens).
    public <E extends Enum<E>> Optional<E> choice(String name, Class<E> type) throws Invalid {
        var text = text(name);
        if (text.isEmpty()) return Optional.empty();
        var words = new ArrayList<String>();
        for (E each : type.getEnumConstants()) {
            String word = each.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
            if (word.equals(text.get())) return Optional.of(each);
            words.add(word);
        }
        throw wrong(name, "is one of " + String.join(", ", words) + ", not \"" + text.get() + "\"");
    }

    /// An error at a field, for checks of one's own: `what` completes the sentence that begins with the field's
    /// name.
    public Invalid wrong(String name, String what) {
        var part = fields.fields().get(name);
        return new Invalid(part == null ? mark() : part.mark(), "\"" + name + "\" " + what);
    }

    /// An error at a field from what a parser said of its text.
    public Invalid wrong(String name, IllegalArgumentException what) {
        return wrong(name, String.valueOf(what.getMessage()));
    }

    /// Refuses a field that nobody asked for, naming the nearest known one.
    public void finish() throws Invalid {
        for (var name : fields.fields().keySet()) {
            if (known.contains(name)) continue;
            throw new Invalid(
                    fields.keys().getOrDefault(name, mark()),
                    "nothing here is called \"" + name + "\"" + nearest(name) + "; known are "
                            + String.join(", ", new TreeSet<>(known)));
        }
    }

    private String nearest(String name) {
        for (var each : new TreeSet<>(known)) if (Names.near(each, name)) return "; did you mean \"" + each + "\"?";
        return "";
    }
}
