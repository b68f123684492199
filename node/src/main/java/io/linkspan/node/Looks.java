package io.linkspan.node;

import io.linkspan.feed.Feed;
import io.linkspan.model.Cell;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.Result;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Answers the requests that only look at a site: `get`, `tail`, `why`, `export`, `query`, `sites`. The same for a
/// running node
/// and for a
/// folder without one.
///
/// Thread-safety: safe for many threads.
final class Looks {
    /// Entries that `tail` begins with when it is not told from where.
    static final int TAIL_ENTRIES = 20;

    /// How long `tail --follow` waits before it looks for more.
    private static final Duration FOLLOW_PAUSE = Duration.ofMillis(100);

    private final java.util.function.Supplier<List<SiteView>> sites;
    private final Querying.Opening histories;
    private final Rehearsals.More more;

    /// @param sites those that can be looked at now
    /// @param histories opens the history of one of them
    /// @param more what a rehearsal is told with, beyond what the log has
    Looks(java.util.function.Supplier<List<SiteView>> sites, Querying.Opening histories, Rehearsals.More more) {
        this.sites = sites;
        this.histories = histories;
        this.more = more;
    }

    /// The site that a request names by its name or id; the only one when it names none.
    ///
    /// @throws NoSuch there is no such site, or there are several and none is named
    SiteView site(Settings request) throws Invalid, NoSuch {
        var all = sites.get();
        var wanted = request.text("site");
        if (wanted.isEmpty()) {
            if (all.size() == 1) return all.getFirst();
            if (all.isEmpty())
                throw new NoSuch("there is no site in this folder; begin one with: linkspan run SITE.yaml");
            throw new NoSuch(
                    "there are " + all.size() + " sites here; say which: --site " + String.join(" | ", names(all)));
        }
        for (var view : all)
            if (wanted.get().equals(view.directory().file().name())
                    || wanted.get().equals(view.id().toString())) return view;
        throw new NoSuch("there is no site \"" + wanted.get() + "\" here, but " + String.join(", ", names(all)));
    }

    private static List<String> names(List<SiteView> all) {
        return all.stream().map(v -> v.directory().file().name()).toList();
    }

    /// Answers a request that only looks; false when it is none of these.
    boolean answer(String what, Settings request, ControlSocket.Answers out)
            throws Invalid, IOException, InterruptedException {
        switch (what) {
            case "sites" -> sites(out);
            case "get" -> get(site(request), request, out);
            case "export" -> export(site(request), out);
            case "profiles" -> out.end(Profiles.listed());
            case "revisions" -> revisions(site(request), out);
            case "revision" -> revision(site(request), request, out);
            case "tail" -> tail(site(request), request, out);
            case "why" -> why(site(request), request, out);
            case "rules" -> out.end(new Rulebook(site(request)).all());
            case "rule" -> {
                long most = request.integer("most", Rulebook.MOVES, 0, Rulebook.MOVES_MAX);
                String id = request.needText("rule", "legionella");
                out.end(new Rulebook(site(request)).rule(id, (int) most));
            }
            case "scenes" -> out.end(new Rulebook(site(request)).scenes());
            case "modes" -> {
                var view = site(request);
                out.end(Trees.fields()
                        .text("mode", view.mode())
                        .texts("modes", view.directory().file().modes())
                        .done());
            }
            case "rehearse" -> rehearse(site(request), request, out);
            case "alarms", "alarm", "alarm-journal", "messages" ->
                AlarmRequests.look(what, site(request), request, out);
            case "query" -> Querying.answer(site(request), histories, request, out);
            default -> { // open: what came over the wire
                return false;
            }
        }
        return true;
    }

    private void sites(ControlSocket.Answers out) throws IOException {
        var all = new ArrayList<Tree>();
        for (var view : sites.get()) all.add(head(view).done());
        out.end(Trees.fields().put("sites", Tree.items(all)).done());
    }

    private static Trees.Fields head(SiteView view) {
        return Trees.fields()
                .text("site", view.directory().file().name())
                .text("id", view.id().toString())
                .plain("revision", view.directory().revision())
                .plain("armed", view.armed())
                .text("position", Trees.position(view.newest()))
                .time("time", view.nowMicros());
    }

    private static void get(SiteView view, Settings request, ControlSocket.Answers out) throws Invalid, IOException {
        var telling = new Telling(view);
        var wanted = new ArrayList<String>();
        for (var item : request.items("paths")) if (item instanceof Tree.Scalar s) wanted.add(s.text());
        for (String path : wanted) number(view, path);
        var all = new ArrayList<Tree>();
        for (Cell cell : view.cells())
            if (isWanted(wanted, telling.lexicon().property(cell.property()))) all.add(Trees.cell(view, telling, cell));
        out.end(head(view).put("properties", Tree.items(all)).done());
    }

    private static boolean isWanted(List<String> wanted, String path) {
        if (wanted.isEmpty()) return true;
        for (String w : wanted) if (path.equals(w) || path.startsWith(w + ".")) return true;
        return false;
    }

    /// The number of a property or an action by its path; 0 for the name of a thing.
    ///
    /// @throws NoSuch with what is near
    static int number(SiteView view, String path) throws NoSuch {
        var directory = view.directory();
        int number = directory.property(path);
        if (number != 0 || directory.file().things().containsKey(path)) return number;
        String thing = path.contains(".") ? path.substring(0, path.indexOf('.')) : path;
        var known = directory.file().things().get(thing);
        if (known != null)
            throw new NoSuch(thing + " has no \"" + path.substring(thing.length() + 1) + "\", but "
                    + String.join(", ", known.properties().keySet()));
        throw new NoSuch(
                "there is no thing \"" + thing + "\" in " + directory.file().name() + ", but "
                        + String.join(
                                ", ",
                                directory.file().things().keySet().stream()
                                        .limit(NAMED_MAX)
                                        .toList()));
    }

    private static final int NAMED_MAX = 20;

    private static void export(SiteView view, ControlSocket.Answers out) throws IOException {
        var tree = Applying.exported(view.directory());
        out.end(Trees.fields()
                .plain("revision", view.directory().revision())
                .text("yaml", Yaml.write(tree))
                .put("tree", tree)
                .done());
    }

    /// Most revisions that are told.
    static final int REVISIONS_MAX = 50;

    /// Something that put a site file in force.
    private interface Adopting {
        void look(Feed.Item item, Result.Adopted adopted);
    }

    private static void adopted(SiteView view, Adopting each) throws IOException {
        try (Feed feed = view.feed(new Log.Position(view.id(), 1, 0))) {
            while (true) {
                Optional<Feed.Item> item;
                try {
                    item = feed.next();
                } catch (Log.Damaged e) {
                    continue; // what can not be read is named by tail and verify; the others are told
                }
                if (item.isEmpty()) return;
                for (var result : item.get().entry().results())
                    if (result instanceof Result.Adopted a) each.look(item.get(), a);
            }
        }
    }

    private static void revisions(SiteView view, ControlSocket.Answers out) throws IOException {
        var all = new ArrayDeque<Tree>();
        adopted(view, (item, a) -> {
            all.addFirst(Trees.fields()
                    .plain("revision", a.revision())
                    .text("position", Trees.position(item.at()))
                    .time("time", item.entry().at().wall())
                    .text("by", item.entry().by().toString())
                    .done());
            if (all.size() > REVISIONS_MAX) all.removeLast();
        });
        out.end(Trees.fields().put("revisions", Tree.items(List.copyOf(all))).done());
    }

    private static void revision(SiteView view, Settings request, ControlSocket.Answers out)
            throws Invalid, IOException {
        long wanted = request.integer("revision", 0, 0, Long.MAX_VALUE);
        var texts = new ArrayList<String>();
        adopted(view, (_, a) -> {
            if (a.revision() == wanted) texts.add(a.text());
        });
        if (texts.isEmpty())
            throw new NoSuch("revision " + wanted + " is not in the log of this site; \"revisions\" lists them");
        out.end(Trees.fields()
                .plain("revision", wanted)
                .text("yaml", Yaml.write(Json.parseFields("", texts.getLast())))
                .done());
    }

    private static void tail(SiteView view, Settings request, ControlSocket.Answers out)
            throws Invalid, IOException, InterruptedException {
        var newest = view.newest();
        var from = position(view, request, "from")
                .orElse(new Log.Position(view.id(), newest.epoch(), Math.max(0, newest.seq() - TAIL_ENTRIES + 1)));
        long most = request.integer("most", Long.MAX_VALUE, 0, Long.MAX_VALUE);
        boolean follow = request.flag("follow", false);
        Log.Position last = new Log.Position(from.site(), from.epoch(), Math.max(0, from.seq() - 1));
        try (Feed feed = view.feed(from)) {
            while (most > 0) {
                var item = next(feed, out);
                if (item.isPresent()) {
                    last = item.get().at();
                    out.item(Trees.entry(new Telling(view), last, item.get().entry()));
                    most--;
                } else if (follow) Thread.sleep(FOLLOW_PAUSE);
                else break;
            }
            last = feed.seen().orElse(last);
        }
        out.end(Trees.fields().text("position", Trees.position(last)).done());
    }

    /// The next item; where entries can not be read, their range as an item of its own.
    private static Optional<Feed.Item> next(Feed feed, ControlSocket.Answers out) throws IOException {
        while (true) {
            try {
                return feed.next();
            } catch (Log.Damaged e) {
                out.item(Trees.fields()
                        .text("damaged_from", Trees.position(e.first()))
                        .text("damaged_to", Trees.position(e.last()))
                        .texts("text", List.of(String.valueOf(e.getMessage())))
                        .done());
            }
        }
    }

    /// A position as people write it: `42` in the newest epoch, `2:42` in another.
    static Optional<Log.Position> position(SiteView view, Settings request, String field) throws Invalid {
        var text = request.text(field);
        if (text.isEmpty()) return Optional.empty();
        if (!text.get().matches("([0-9]{1,9}:)?[0-9]{1,13}"))
            throw request.wrong(
                    field, "is a number of the log such as 42, or 2:42 in epoch 2, not \"" + text.get() + "\"");
        int colon = text.get().indexOf(':');
        int epoch = colon < 0
                ? view.newest().epoch()
                : Math.max(1, Integer.parseInt(text.get().substring(0, colon)));
        return Optional.of(
                new Log.Position(view.id(), epoch, Long.parseLong(text.get().substring(colon + 1))));
    }

    /// How often a rehearsal says how far it is.
    private static final Duration PROGRESS_EVERY = Duration.ofMillis(200);

    /// Rehearses while the client waits; when it leaves, the rehearsal ends.
    private void rehearse(SiteView view, Settings request, ControlSocket.Answers out) throws Invalid, IOException {
        var done = RehearsalRun.of(view, RehearsalRun.asked(view, request), new RehearsalRun.Watch() {
            private long told = System.nanoTime();

            @Override
            public void progress(RehearsalRun.Progress progress) throws IOException {
                if (System.nanoTime() - told < PROGRESS_EVERY.toNanos()) return;
                told = System.nanoTime();
                out.item(Rehearsals.tree(progress));
            }

            @Override
            public boolean isCancelled() {
                return Thread.currentThread().isInterrupted();
            }
        });
        out.end(more.to(view, done, new RehearsalWords(view, done.told()).tree(done)));
    }

    private static void why(SiteView view, Settings request, ControlSocket.Answers out) throws Invalid, IOException {
        String of = request.needText("of", "boiler.on");
        var why = new Why(view);
        if (Character.isDigit(of.charAt(0))) {
            out.end(why.entry(position(view, request, "of").orElseThrow()).tree());
            return;
        }
        if (isAlarm(view, of)) {
            out.end(why.alarm(AlarmRequests.named(view, of)).tree());
            return;
        }
        int number = number(view, of);
        if (number == 0)
            throw new NoSuch("\"" + of + "\" is a thing; ask for one of its properties, such as " + of + ".on");
        out.end(why.property(number).tree());
    }

    private static boolean isAlarm(SiteView view, String id) {
        var rule = view.directory().file().rules().get(id);
        return rule != null && rule.alarm().isPresent();
    }
}
