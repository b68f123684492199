package io.linkspan.node;

import io.linkspan.model.BulkOrder;
import io.linkspan.model.Durations;
import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Invalid;
import io.linkspan.model.Log;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Property;
import io.linkspan.model.Result;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import io.linkspan.site.Bulk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/// The requests about commands as such: which are under way, what became of one, take one back, one order over many
/// things. Safe for many threads.
final class CommandRequests {
    /// Commands that are begun in a second by an order that says no rate.
    static final long RATE_MICROS = 100_000;
    /// Commands at once of an order that says nothing.
    static final int AT_ONCE = 10;
    /// Most commands that ended lately that a list shows.
    static final int ENDED_SHOWN_MAX = 100;

    private static final Pattern RATE = Pattern.compile("([0-9]{1,6}(?:\\.[0-9]{1,3})?)/(s|min|h)");

    private final Node node;
    private final Principal by;

    CommandRequests(Node node, Principal by) {
        this.node = node;
        this.by = by;
    }

    /// Answers a request about commands; false when it is about something else.
    boolean answer(String what, SiteView view, Settings s, Tree.Fields request, ControlSocket.Answers out)
            throws Invalid, IOException, InterruptedException {
        switch (what) {
            case "commands" -> all(view, out);
            case "command" -> one(view, s.needText("key", "evening-1"), out);
            case "cancel" -> cancel(view, s.needText("key", "evening-1"), out);
            case "bulk" -> bulk(view, request, out);
            default -> { // open: what came over the wire
                return false;
            }
        }
        return true;
    }

    // ---- looking

    private void all(SiteView view, ControlSocket.Answers out) throws IOException {
        var book = node.book(view.id());
        var telling = new Telling(view);
        out.end(Trees.fields()
                .put("commands", commands(view, telling, book.underWay()))
                .put(
                        "ended",
                        commands(
                                view,
                                telling,
                                book.ended().stream().limit(ENDED_SHOWN_MAX).toList()))
                .put(
                        "orders",
                        Tree.items(List.copyOf(book.bulks(b -> head(telling, b).done()))))
                .done());
    }

    private static Tree commands(SiteView view, Telling telling, List<CommandBook.State> some) {
        var all = new ArrayList<Tree>();
        for (var c : some) all.add(command(view, telling, c).done());
        return Tree.items(all);
    }

    private static Trees.Fields command(SiteView view, Telling telling, CommandBook.State c) {
        var o = c.opened();
        var out = Trees.fields()
                .plain("number", o.number())
                .text("key", shown(o.key()))
                .text("property", telling.lexicon().property(o.property()))
                .text("by", o.by().toString())
                .text("position", Trees.position(Log.Position.of(view.id(), c.at())))
                .text("state", c.words());
        c.progress().ifPresent(p -> out.put("progress", Trees.progress(p)));
        if (c.outcome().isPresent())
            out.put("outcome", Trees.outcome(c.outcome().get()));
        else if (o.deadlineSite() != Hold.WITHOUT_END) out.time("deadline", view.wallOf(o.deadlineSite()));
        return out;
    }

    /// A key as whoever chose it wrote it; of a target of an order with the actuator's number behind it.
    private static String shown(String key) {
        int blank = key.indexOf(' ');
        int mark = key.lastIndexOf('#');
        if (blank <= 0 || mark <= blank) return key;
        int target = key.indexOf('/', mark);
        return key.substring(blank + 1, mark) + (target < 0 ? "" : key.substring(target));
    }

    private void one(SiteView view, String key, ControlSocket.Answers out) throws NoSuch, IOException {
        var found = find(view, key);
        var telling = new Telling(view);
        if (found.command.isPresent())
            out.end(command(view, telling, found.command.get()).done());
        else out.end(table(view, telling, found.number));
    }

    private Tree.Fields table(SiteView view, Telling telling, long number) {
        var book = node.book(view.id());
        return book.bulk(number, b -> {
                    var rows = new ArrayList<Tree>();
                    for (int t = 0; t < b.order().properties().size(); t++) rows.add(row(book, telling, b, t));
                    return head(telling, b).put("targets", Tree.items(rows)).done();
                })
                .orElseThrow();
    }

    private static Trees.Fields head(Telling telling, Bulk b) {
        return Trees.fields()
                .plain("number", b.number())
                .text("key", shown(b.order().key()))
                .text("by", b.by().toString())
                .text("text", telling.ordered(b.order()))
                .time("time", b.openedWall())
                .text("phase", b.phase())
                .plain("over", b.isOver())
                .plain("all", b.order().properties().size())
                .plain("done", b.done())
                .plain("not_done", b.failed())
                .plain("under_way", b.underWay())
                .plain("not_begun", b.order().properties().size() - b.begun());
    }

    private static Tree row(CommandBook book, Telling telling, Bulk b, int target) {
        var row = Trees.fields()
                .text(
                        "property",
                        telling.lexicon().property(b.order().properties().get(target)));
        long command = b.command(target);
        if (command != 0) row.plain("command", command);
        var outcome = b.outcome(target);
        String state = outcome.isPresent()
                ? outcome.get().toString()
                : command == 0
                        ? b.isHalted() ? "not begun: " + b.phase() : "not begun yet"
                        : book.command(command).map(CommandBook.State::words).orElse("queued");
        outcome.ifPresent(o -> row.put("outcome", Trees.outcome(o)));
        return row.text("state", state).done();
    }

    // ---- finding

    private record Found(long number, Optional<CommandBook.State> command) {}

    /// A command or an order by its number, or by the key that somebody chose; the own one first.
    private Found find(SiteView view, String key) throws NoSuch {
        var book = node.book(view.id());
        if (key.matches("[0-9]{1,18}")) {
            long number = Long.parseLong(key);
            var command = book.command(number);
            if (command.isPresent() || book.bulk(number, Bulk::number).isPresent()) return new Found(number, command);
        }
        String own = by.kind().name().toLowerCase(java.util.Locale.ROOT) + ":" + by.name() + " " + key + "#";
        var all = new ArrayList<Found>();
        for (var c : book.commands(k -> shown(k).equals(key) || k.equals(key)))
            all.add(new Found(c.opened().number(), Optional.of(c)));
        var bulks = book.bulks(b -> new Keyed(b.number(), b.order().key()));
        for (var b : bulks)
            if (shown(b.key).equals(key) || b.key.equals(key)) all.add(new Found(b.number, Optional.empty()));
        if (all.size() > 1) {
            var mine = all.stream()
                    .filter(f -> f.command
                            .map(c -> c.opened().key().startsWith(own))
                            .orElse(bulks.stream().anyMatch(b -> b.number == f.number && b.key.startsWith(own))))
                    .toList();
            if (mine.size() == 1) return mine.getFirst();
            throw new NoSuch("several commands have the key \"" + key + "\"; name one by its number: "
                    + String.join(
                            ", ", all.stream().map(f -> Long.toString(f.number)).toList()));
        }
        if (all.isEmpty())
            throw new NoSuch("no command under way, and none that ended lately, has the key or number \"" + key
                    + "\"; linkspan commands lists them, the log has the others");
        return all.getFirst();
    }

    private record Keyed(long number, String key) {}

    // ---- taking back

    private void cancel(SiteView view, String key, ControlSocket.Answers out) throws IOException, InterruptedException {
        var found = find(view, key);
        if (found.command.flatMap(CommandBook.State::outcome).isPresent())
            throw new SaidNo("it is over: " + found.command.get().words());
        if (found.command.isEmpty()
                && node.book(view.id())
                        .bulk(found.number, b -> b.isOver() || b.isHalted())
                        .orElse(true)) throw new SaidNo("the order is over, or was taken back before");
        var asked = node.ask(view.id(), by, new Input.Cancel(found.number));
        var taken = asked.await(Requests.STORE_TIMEOUT).orElseThrow(() -> new IOException(Requests.notStored(node)));
        var answer = Trees.fields()
                .plain("number", found.number)
                .text("key", key)
                .text("position", Trees.position(Log.Position.of(view.id(), taken.here())));
        if (found.command.isPresent()) {
            var ended = asked.awaitOutcome(Requests.ANSWER_GRACE)
                    .or(() -> node.book(view.id()).command(found.number).flatMap(CommandBook.State::outcome));
            if (ended.isPresent()) answer.put("outcome", Trees.outcome(ended.get()));
            else answer.text("state", "it was sent already: its answer is awaited, and its wish is over");
        } else table(view, new Telling(view), found.number).fields().forEach(answer::put);
        out.end(answer.done());
    }

    // ---- one order over many things

    private void bulk(SiteView view, Tree.Fields request, ControlSocket.Answers out)
            throws Invalid, IOException, InterruptedException {
        var bound = BoundKey.of(by, request);
        var s = new Settings(request);
        var order = order(view, s, bound);
        var asked = node.ask(view.id(), by, new Input.Bulk(order), bound);
        var taken = asked.await(Requests.STORE_TIMEOUT);
        if (asked.isContradicted()) throw new KeyUsed(bound.map(BoundKey::key).orElse(""));
        if (taken.isEmpty()) throw new IOException(Requests.notStored(node));
        for (var r : taken.get().results())
            if (r instanceof Result.CommandEnded e && e.outcome() instanceof Outcome.Refused refused)
                throw new SaidNo(refused.why());
        var number = node
                .book(view.id())
                .bulks(b -> new Keyed(b.number(), b.order().key()))
                .stream()
                .filter(b -> b.key.equals(order.key()))
                .findFirst();
        if (number.isEmpty()) throw new SaidNo("this key was refused before; choose another one");
        out.end(table(view, new Telling(view), number.get().number));
    }

    private static BulkOrder order(SiteView view, Settings s, Optional<BoundKey> bound) throws Invalid, IOException {
        var properties = targets(view, s);
        var numbers = new ArrayList<Integer>();
        for (String path : properties) numbers.add(view.directory().property(path));
        long stopAfter = s.integer("stop-after", 0, 0, BulkOrder.TARGETS_MAX);
        long atOnce = s.integer("at-once", AT_ONCE, 1, BulkOrder.AT_ONCE_MAX);
        return new BulkOrder(
                bound.map(BoundKey::text).orElseGet(() -> UUID.randomUUID().toString()),
                numbers,
                value(view, s, properties),
                s.choice("priority", Priority.class).orElse(Priority.MANUAL),
                s.duration("for").map(Durations::micros).orElse(0L),
                s.duration("deadline").map(Durations::micros).orElse(0L),
                rate(s),
                (int) atOnce,
                (int) stopAfter);
    }

    /// The actuators that are meant: `kind: streetlight`, `things: [lamp_1, lamp_2]` or `pattern: lamp_*`, with
    /// `property: dim`.
    private static List<String> targets(SiteView view, Settings s) throws Invalid, NoSuch {
        String property = s.needText("property", "dim");
        var file = view.directory().file();
        var kind = s.text("kind");
        var pattern = s.text("pattern");
        var things = new ArrayList<String>();
        for (var item : s.items("things")) if (item instanceof Tree.Scalar t) things.add(t.text());
        if ((kind.isPresent() ? 1 : 0) + (pattern.isPresent() ? 1 : 0) + (things.isEmpty() ? 0 : 1) != 1)
            throw s.wrong("things", "is one of three ways to say who is meant: kind, things or pattern");
        var all = new ArrayList<String>();
        for (String thing : things) {
            String path = thing + "." + property;
            Looks.number(view, path);
            if (!isActuator(view, path)) throw s.wrong("things", "has " + path + ", which is no actuator");
            if (all.contains(path)) throw s.wrong("things", "names " + thing + " twice");
            all.add(path);
        }
        for (var thing : file.things().values()) {
            String path = thing.id() + "." + property;
            boolean meant = kind.isPresent() && thing.kind().equals(kind)
                    || pattern.isPresent() && matches(pattern.get(), thing.id());
            if (meant && isActuator(view, path)) all.add(path);
        }
        if (all.isEmpty())
            throw new NoSuch("no "
                    + kind.map(k -> "thing of kind \"" + k + "\"").orElse("thing called \"" + pattern.orElse("") + "\"")
                    + " has an actuator \"" + property + "\"");
        if (all.size() > BulkOrder.TARGETS_MAX)
            throw s.wrong("property", "is meant " + all.size() + " times; one order is for " + BulkOrder.TARGETS_MAX);
        return all;
    }

    private static boolean isActuator(SiteView view, String path) {
        return view.directory().find(path).map(Property::writable).orElse(false);
    }

    private static boolean matches(String pattern, String name) {
        var regex = new StringBuilder();
        for (int c : pattern.codePoints().toArray())
            regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)));
        return name.matches(regex.toString());
    }

    private static Value value(SiteView view, Settings s, List<String> properties) throws Invalid {
        String text = s.needText("value", "30");
        Optional<Value> value = Optional.empty();
        for (String path : properties) {
            var p = view.directory().find(path).orElseThrow();
            try {
                var its = Values.parse(p.type(), p.choices(), text);
                if (value.isPresent() && !value.get().equals(its))
                    throw s.wrong("value", "means one thing for " + properties.getFirst() + " and another for " + path);
                value = Optional.of(its);
            } catch (IllegalArgumentException e) {
                throw s.wrong("value", e);
            }
        }
        return value.orElseThrow();
    }

    /// `10/s`, `30/min`, `100/h` as the time between two.
    private static long rate(Settings s) throws Invalid {
        var text = s.text("rate");
        if (text.isEmpty()) return RATE_MICROS;
        var m = RATE.matcher(text.get());
        double many = m.matches() ? Double.parseDouble(m.group(1)) : 0;
        if (many <= 0) throw s.wrong("rate", "is 10/s, 30/min or 100/h, not \"" + text.get() + "\"");
        double micros = (m.group(2).equals("s") ? 1e6 : m.group(2).equals("min") ? 6e7 : 3.6e9) / many;
        if (micros < BulkOrder.EVERY_MICROS_MIN || micros > BulkOrder.EVERY_MICROS_MAX)
            throw s.wrong("rate", "is 1/h to 1000/s");
        return Math.round(micros);
    }
}
