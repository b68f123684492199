package io.linkspan.node;

import io.linkspan.model.Cell;
import io.linkspan.model.Entry;
import io.linkspan.model.Log;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Progress;
import io.linkspan.model.Property;
import io.linkspan.model.Result;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What the doors answer with, as JSON: names instead of numbers, times in ISO 8601. No state.
final class Trees {
    private Trees() {}

    /// Fields in the order in which they are put; what is none is left out.
    static final class Fields {
        private final Map<String, Tree> fields = new LinkedHashMap<>();

        Fields put(String name, Tree value) {
            fields.put(name, value);
            return this;
        }

        Fields text(String name, String value) {
            return put(name, Tree.text(value));
        }

        Fields plain(String name, Object value) {
            return put(name, Tree.plain(value));
        }

        Fields texts(String name, List<String> values) {
            return put(name, Tree.items(values.stream().map(Tree::text).toList()));
        }

        Fields time(String name, long wallMicros) {
            return wallMicros == 0
                    ? this
                    : text(name, Telling.instant(wallMicros).toString());
        }

        Tree.Fields done() {
            return Tree.fields(fields);
        }
    }

    static Fields fields() {
        return new Fields();
    }

    /// A position as people write it: `42` in the first epoch, `2:42` later.
    static String position(Log.Position at) {
        return at.epoch() == 1 ? Long.toString(at.seq()) : at.epoch() + ":" + at.seq();
    }

    /// The newest of a property, for `get` and the page.
    static Tree.Fields cell(SiteView view, Telling telling, Cell cell) {
        var lexicon = telling.lexicon();
        String path = lexicon.property(cell.property());
        var property = lexicon.find(cell.property());
        var out = fields().text("property", path);
        property.flatMap(Property::title).ifPresent(t -> out.text("title", t));
        property.ifPresent(p -> out.text("type", p.type().word()).plain("writable", p.writable()));
        property.flatMap(Property::unit).ifPresent(u -> out.text("unit", u));
        if (cell.isPrivate()) out.plain("private", true);
        cell.reading().ifPresent(r -> {
            out.put("value", value(r.value()))
                    .text("shown", lexicon.value(cell.property(), r.value()))
                    .text("quality", word(r.quality()))
                    .time("received", cell.receivedWall());
            out.plain("age_ms", Math.max(0, view.nowMicros() - cell.receivedWall()) / 1_000);
            if (r.hasDeviceTime()) out.time("device_time", r.deviceTimeMicros());
        });
        if (cell.missingSince() != 0)
            out.time("missing_since", cell.missingSince())
                    .text("missing_cause", cell.missingCause())
                    .text(
                            "missing",
                            "missing since " + telling.at(cell.missingSince()) + " (" + cell.missingCause() + ")");
        cell.duty().ifPresent(d -> {
            d.desired().ifPresent(v -> out.put("desired", value(v)));
            out.text("in_charge", telling.inCharge(cell)).text("write", word(d.write()));
            d.progress().ifPresent(p -> out.put("progress", progress(p)));
            d.outOfService().ifPresent(reason -> out.text("out_of_service", reason));
            out.put(
                    "holds",
                    Tree.items(d.holds().stream()
                            .map(h -> (Tree) fields().text("who", telling.holder(h))
                                    .text("priority", h.priority().word())
                                    .text("wish", lexicon.wish(h.property(), h.wish()))
                                    .done())
                            .toList()));
        });
        return out.done();
    }

    /// A value as JSON says it best.
    static Tree value(Value value) {
        return switch (value) {
            case Value.Num _, Value.Int _, Value.Register _, Value.Flag _ -> Tree.plain(value);
            case Value.Choice _, Value.Text _, Value.Bytes _, Value.Position _ -> Tree.text(value.toString());
            case Value.Group g -> {
                var members = new LinkedHashMap<String, Tree>();
                g.members().forEach((name, member) -> members.put(name, value(member)));
                yield Tree.fields(members);
            }
        };
    }

    /// What became of a command.
    static Tree.Fields outcome(Outcome outcome) {
        var out = fields().text("kind", snake(outcome.getClass())).text("text", outcome.toString());
        switch (outcome) {
            case Outcome.Done d -> d.readBack().ifPresent(v -> out.put("read_back", value(v)));
            case Outcome.Refused r -> out.text("why", r.why());
            case Outcome.Outranked o -> out.text("by", o.by());
            case Outcome.NotSent n -> out.text("cause", word(n.cause()));
            case Outcome.InDoubt i -> out.time("sent", i.sentAtMicros());
        }
        return out.done();
    }

    /// How far a command is.
    static Tree.Fields progress(Progress p) {
        var out = fields().text("stage", word(p.stage())).text("text", p.toString());
        return p.stage() == Progress.Stage.UNDER_WAY
                ? out.plain("percent", p.percent()).done()
                : out.done();
    }

    /// An entry of the log with its words; each record as it is, by the names of its parts.
    static Tree.Fields entry(Telling telling, Log.Position at, Entry entry) {
        var results = new ArrayList<Tree>();
        for (var r : entry.results()) results.add(record(telling.lexicon(), (Record) r));
        return fields().text("position", position(at))
                .time("time", entry.at().wall())
                .text("by", entry.by().toString())
                .put("input", record(telling.lexicon(), (Record) entry.input()))
                .put("results", Tree.items(results))
                .texts("text", telling.lines(entry))
                .done();
    }

    private static Tree.Fields record(Lexicon lexicon, Record record) {
        var out = fields();
        boolean isKind = record instanceof Result
                || record instanceof io.linkspan.model.Input
                || record instanceof io.linkspan.model.Wish;
        if (isKind) out.text("kind", snake(record.getClass()));
        for (var component : record.getClass().getRecordComponents()) {
            Object part = part(record, component);
            if (!hides(component.getName(), part))
                out.put(snake(component.getName()), tree(lexicon, component.getName(), part));
        }
        return out.done();
    }

    /// The whole site file is in the log; `export` shows it. A number that is not one has nothing to say.
    private static boolean hides(String name, Object part) {
        return switch (part) {
            case String text -> name.equals("text") && text.startsWith("{");
            case Double d -> d.isNaN();
            case Optional<?> o -> o.isEmpty();
            default -> false; // open: everything else is shown
        };
    }

    private static Object part(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("A public record hides its part " + component.getName(), e);
        }
    }

    private static Tree tree(Lexicon lexicon, String name, Object part) {
        return switch (part) {
            case Optional<?> o -> tree(lexicon, name, o.orElseThrow());
            case Value v -> value(v);
            case Outcome o -> outcome(o);
            case Principal p -> Tree.text(p.toString());
            case Record r -> record(lexicon, r);
            case List<?> list -> {
                var items = new ArrayList<Tree>();
                for (Object item : list) items.add(tree(lexicon, name, item));
                yield Tree.items(items);
            }
            case Enum<?> e -> Tree.text(word(e));
            case Integer n when isProperty(name) -> Tree.text(lexicon.property(n));
            case Integer n when name.equals("link") -> Tree.text(n == 0 ? "" : lexicon.linkName(n));
            case Integer n
            when name.equals("rule") || name.equals("alarm") || name.equals("alarms") ->
                Tree.text(n == 0 ? "" : lexicon.rule(n));
            case Integer n when name.equals("connector") -> Tree.text(lexicon.connector(n));
            case Long wall
            when name.endsWith("Wall") || name.equals("wall") ->
                wall == 0 ? Tree.text("") : Tree.text(Telling.instant(wall).toString());
            case Number n -> Tree.plain(n);
            case Boolean b -> Tree.plain(b);
            default -> Tree.text(part.toString()); // open: a text
        };
    }

    private static boolean isProperty(String name) {
        return name.equals("property") || name.equals("properties") || name.equals("action");
    }

    /// The name of a record as JSON says it.
    static String word(Class<?> type) {
        return snake(type);
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String snake(Class<?> type) {
        return snake(type.getSimpleName().substring(0, 1).toLowerCase(Locale.ROOT)
                + type.getSimpleName().substring(1));
    }

    static String snake(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
