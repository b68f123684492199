package io.linkspan.simulation;

import io.linkspan.journal.Disk;
import io.linkspan.journal.JournalCheck;
import io.linkspan.journal.JournalView;
import io.linkspan.journal.Snapshot;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.site.Site;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The truth from outside, kept over the lives of a node: what it acknowledged, what its machines saw; compared after
/// each death
/// with what is on the disk. Not thread-safe but for [#taken] and [#ended].
final class Book implements Crew.Hears {
    private static final int WRONG_MAX = 50;

    private final Disk disk;
    private final List<String> wrong = new ArrayList<>();

    private final Map<Long, String> acknowledged = new HashMap<>();
    private final Map<String, String> told = new HashMap<>();
    private int acknowledgedAll;
    private int toldAll;

    private Site replay = new Site();
    private Optional<Log.Position> last = Optional.empty();
    private final Map<Long, String> asked = new HashMap<>(); // an answer may come late, when the next life has begun
    private final Map<String, List<Integer>> ordered = new HashMap<>();
    private final Map<Long, Order> orders = new HashMap<>();
    private final Map<String, String> ended = new HashMap<>();
    private final Map<String, Integer> opened = new HashMap<>();
    private final Map<String, Wished> wished = new HashMap<>();
    private final Map<String, Set<Integer>> seen = new HashMap<>();
    private final Map<String, String> everTold = new HashMap<>();
    private final Set<String> outOfService = new HashSet<>();
    private boolean armed;
    private long entries;
    private int snapshots;
    private int starts;

    private record Order(String path, int raw) {}

    private record Wished(String path, int raw) {}

    Book(Disk disk) {
        this.disk = disk;
    }

    // ---- what is told, by any thread

    @Override
    public void taken(long here, Input input) {
        taken(here, input.toString());
    }

    @Override
    public void ended(String key, Outcome outcome) {
        ended(key, outcome.toString());
    }

    /// An entry was acknowledged.
    synchronized void taken(long here, String input) {
        acknowledged.put(here, input);
        acknowledgedAll++;
    }

    /// An outcome was told.
    synchronized void ended(String key, String outcome) {
        told.put(key, outcome);
        toldAll++;
    }

    // ---- after a death

    /// Compares the disk with what was told and seen in the life that is over.
    void compare(SiteId site, List<Workshop.Seen> machines) throws IOException {
        compare(site, machines, machines);
    }

    /// The same where the moment of the death is known only to lie between two writes.
    ///
    /// @param before what machines saw before it for sure
    /// @param machines what they saw, perhaps after it too
    synchronized void compare(SiteId site, List<Workshop.Seen> before, List<Workshop.Seen> machines)
            throws IOException {
        var found = JournalView.open(disk);
        if (found.isEmpty()) {
            wrong("there is no log any more");
            return;
        }
        var view = found.get();
        if (!view.recovery().damage().isEmpty())
            wrong("damage: " + view.recovery().damage());
        var begun = new HashMap<String, Integer>();
        ordered.forEach((path, all) -> begun.put(path, all.size()));
        var done = new HashMap<String, List<Integer>>();
        read(view, site, done);
        acknowledged.forEach((here, input) -> {
            var logged = asked.get(here);
            if (logged == null) wrong("acknowledged, but not in the log: " + Log.Position.of(site, here) + " " + input);
            else if (!logged.equals(input)) wrong("acknowledged as " + input + ", in the log as " + logged);
        });
        machines.forEach(
                s -> seen.computeIfAbsent(s.path(), _ -> new HashSet<>()).add(s.raw()));
        for (String path : List.of("boiler.on", "valve.position", "pump.speed", "display.shown")) {
            var now = ordered.getOrDefault(path, List.of());
            inOrder(
                    path + " was written, but the log does not order it: ",
                    of(path, before),
                    now.subList(begun.getOrDefault(path, 0), now.size()));
            inOrder(
                    path + " was told as done, but no machine saw it: ",
                    done.getOrDefault(path, List.of()),
                    of(path, machines));
        }
        outcomes();
        recovered(view, site);
        acknowledged.clear();
        told.clear();
    }

    private static List<Integer> of(String path, List<Workshop.Seen> machines) {
        return machines.stream()
                .filter(s -> s.path().equals(path))
                .map(Workshop.Seen::raw)
                .toList();
    }

    private void read(JournalView view, SiteId site, Map<String, List<Integer>> done) throws IOException {
        var snapshot = view.newestSnapshot(site);
        var from =
                last.map(at -> new Log.Position(site, at.epoch(), at.seq() + 1)).orElse(new Log.Position(site, 1, 1));
        try (var reader = view.read(from)) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) {
                var at = stored.at();
                if (last.isPresent()
                        && (at.epoch() != last.get().epoch()
                                || at.seq() != last.get().seq() + 1)) wrong("after " + last.get() + " comes " + at);
                last = Optional.of(at);
                var entry = EntryCodec.decode(stored);
                replay.replay(entry);
                entries++;
                note(entry, done);
                if (entry.by().kind() == Principal.Kind.PERSON)
                    asked.put(at.packed(), entry.input().toString());
                if (snapshot.isPresent() && snapshot.get().at().equals(at)) live(snapshot.get());
            }
        }
    }

    /// A snapshot is the state of the running node: the replay must have come to the same, to the bit.
    private void live(Snapshot snapshot) {
        snapshots++;
        var bytes = new byte[snapshot.bytes().remaining()];
        snapshot.bytes().duplicate().get(bytes);
        if (!Arrays.equals(bytes, image(replay))) wrong("at " + snapshot.at() + " the replay is not what the node was");
    }

    /// What a start comes to, from the newest snapshot on, is what a replay of everything comes to.
    private void recovered(JournalView view, SiteId site) throws IOException {
        var snapshot = view.newestSnapshot(site);
        if (snapshot.isEmpty() || last.isEmpty()) return;
        var recovered = Site.restore(snapshot.get().bytes());
        var at = snapshot.get().at();
        try (var reader = view.read(new Log.Position(site, at.epoch(), at.seq() + 1))) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) recovered.replay(EntryCodec.decode(stored));
        }
        if (!Arrays.equals(recovered.image().hash(), replay.image().hash()))
            wrong("the state after the recovery from " + at + " is not the state after a replay of everything up to "
                    + last.get());
    }

    private static byte[] image(Site site) {
        var bytes = new ByteWriter();
        site.image().write(bytes);
        return bytes.copy();
    }

    private void note(Entry entry, Map<String, List<Integer>> done) {
        var directory = replay.directory();
        if (entry.input() instanceof Input.Set set)
            wished.putIfAbsent(
                    set.key(),
                    new Wished(
                            path(directory, set.property()),
                            Workshop.raw(set.value().orElseThrow())));
        for (var result : entry.results()) {
            switch (result) {
                case Result.Began began -> {
                    if (began.crashed() == (starts == 0))
                        wrong("start " + starts + " takes the last end for "
                                + (began.crashed() ? "a crash" : "an order"));
                    starts++;
                }
                case Result.Adopted _ -> armed |= directory.revision() == 1;
                case Result.ArmedIs is -> armed = is.armed();
                case Result.ServiceIs is when is.out() -> outOfService.add(is.thing());
                case Result.ServiceIs is -> outOfService.remove(is.thing());
                case Result.WriteOrdered w -> ordered(entry, w, directory);
                case Result.WriteEnded w
                when w.outcome() instanceof Outcome.Done -> {
                    var order = orders.get(w.write());
                    if (order == null) wrong("write " + w.write() + " ended and was never ordered");
                    else
                        done.computeIfAbsent(order.path, _ -> new ArrayList<>()).add(order.raw);
                }
                case Result.CommandOpened c -> {
                    if (opened.merge(c.key(), 1, Integer::sum) > 1) wrong("key " + c.key() + " was carried out twice");
                }
                case Result.CommandEnded c -> {
                    var before = ended.putIfAbsent(c.key(), c.outcome().toString());
                    if (before != null) wrong("key " + c.key() + " ended twice: " + before + ", " + c.outcome());
                }
                default -> {} // open: nobody outside was told of the others
            }
        }
    }

    private void ordered(Entry entry, Result.WriteOrdered w, Directory directory) {
        String path = path(directory, w.property());
        var order = new Order(path, Workshop.raw(w.value().orElseThrow()));
        orders.put(w.write(), order);
        ordered.computeIfAbsent(path, _ -> new ArrayList<>()).add(order.raw);
        if (!armed) wrong("entry " + entry.seq() + " writes " + path + " though the site only watches");
        if (outOfService.contains(path.substring(0, path.indexOf('.'))))
            wrong("entry " + entry.seq() + " writes " + path + " though it is out of service");
    }

    private static String path(Directory directory, int property) {
        return directory.name(Result.Sort.PROPERTY, property);
    }

    private void inOrder(String what, List<Integer> part, List<Integer> whole) {
        int at = 0;
        for (int each : part) {
            while (at < whole.size() && whole.get(at) != each) at++;
            if (at++ >= whole.size()) {
                wrong(what + each + " of " + part + " in " + whole);
                return;
            }
        }
    }

    /// Each outcome that was told is in the log, and is true by what the machines saw.
    private void outcomes() {
        everTold.putAll(told);
        told.forEach((key, outcome) -> {
            var logged = ended.get(key);
            if (!outcome.equals(logged))
                wrong("key " + key + " was told as \"" + outcome + "\", in the log it is " + logged);
        });
        everTold.forEach((key, outcome) -> {
            var wish = wished.get(key);
            if (wish == null) return;
            boolean was = seen.getOrDefault(wish.path, Set.of()).contains(wish.raw);
            if (outcome.startsWith("done") && !was)
                wrong(key + " was told as done; " + wish + " never came to the machine");
            if ((outcome.startsWith("not sent") || outcome.startsWith("refused")) && was)
                wrong(key + " was told as \"" + outcome + "\"; " + wish + " came to the machine");
        });
    }

    /// At the very end: every byte of the log, and once more a replay of everything in one go.
    synchronized void close(SiteId site) throws IOException {
        var report = JournalCheck.check(disk, List.of(), _ -> {});
        for (var finding : report.findings()) wrong(finding.toString());
        var view = JournalView.open(disk).orElseThrow();
        var again = new Site();
        try (var reader = view.read(new Log.Position(site, 1, 1))) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) again.replay(EntryCodec.decode(stored));
        }
        if (!Arrays.equals(image(again), image(replay))) wrong("two replays of the same log differ");
    }

    private void wrong(String what) {
        if (wrong.size() < WRONG_MAX) wrong.add(what);
    }

    /// What is wrong, a sentence each.
    synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }

    /// What was compared, in figures.
    synchronized String figures() {
        var writes = ordered.values().stream().mapToInt(List::size).sum();
        return "%d entries, %d acknowledged, %d outcomes told, %d writes ordered, %d starts, %d snapshots of the running state compared"
                .formatted(entries, acknowledgedAll, toldAll, writes, starts, snapshots);
    }
}
