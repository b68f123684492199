package io.linkspan.access;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.websocket.WsCloseCodes;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import io.helidon.websocket.WsUpgradeException;
import io.linkspan.feed.Contract;
import io.linkspan.feed.Feed;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The streams: what applications take without loss (`feed`), and what pages show (`live`). Safe for many threads.
final class Feeds implements Closeable {
    /// The path of a feed, over both transports.
    static final String PATH = "/v1/sites/{site}/feed";

    private final Visit.Surround around;
    private final Streams streams;
    private final Figures figures;
    private final Map<SiteId, LogTail> tails = new ConcurrentHashMap<>();

    Feeds(Visit.Surround around, Streams streams, Figures figures) {
        this.around = around;
        this.streams = streams;
        this.figures = figures;
    }

    List<Route> routes() {
        return List.of(
                Route.people("GET", "/live", Role.VIEWER, v -> page(v, this::plain))
                        .streaming(),
                Route.people("GET", "/v1/sites/{site}/live", Role.VIEWER, this::live)
                        .streaming(),
                Route.data("GET", PATH, this::feed).streaming());
    }

    @Override
    public void close() {
        tails.values().forEach(LogTail::close);
    }

    // ---- pages

    private interface Shown {
        void show(Visit visit, EventStream out) throws IOException, InterruptedException, Problem;
    }

    private void page(Visit visit, Shown shown) throws Problem, IOException, InterruptedException {
        if (isHead(visit)) {
            visit.send(200, "text/event-stream", new byte[0]);
            return;
        }
        try (var _ = streams.enter(Streams.Use.PAGE)) {
            streams.run(() -> {
                try (var out = EventStream.begin(visit)) {
                    shown.show(visit, out);
                }
            });
        }
    }

    private static boolean isHead(Visit visit) {
        return visit.request().prologue().method().text().equals("HEAD");
    }

    private void plain(Visit visit, EventStream out) throws IOException, InterruptedException {
        var changes = new PageChanges();
        long alive = System.nanoTime();
        while (visit.again().isPresent()) {
            boolean due = System.nanoTime() - alive > PAGE_ALIVE_NANOS;
            var events = changes.since(visit.desk().pages(), due);
            for (var event : events) out.tell(event.name(), "", event.data());
            if (!events.isEmpty()) alive = System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(Limits.LOOK_EVERY.toNanos());
        }
    }

    private static final long PAGE_ALIVE_NANOS = 5_000_000_000L;

    private void live(Visit visit) throws Problem, IOException, InterruptedException {
        var place = visit.place();
        page(visit, (v, out) -> {
            var changes = new LiveChanges(place, v.filter(place), v.desk());
            long alive = System.nanoTime();
            while (v.again().filter(w -> w.maySee(place.id())).isPresent()) {
                var events = changes.next(v.by());
                for (var event : events) out.tell(event.name(), "", event.data());
                if (!events.isEmpty()) alive = System.nanoTime();
                else if (System.nanoTime() - alive > Limits.ALIVE_EVERY.toNanos()) {
                    out.alive();
                    alive = System.nanoTime();
                }
                TimeUnit.NANOSECONDS.sleep(Limits.LOOK_EVERY.toNanos());
            }
        });
    }

    // ---- feeds

    /// What a client asks for.
    ///
    /// @param again who he is now
    private record Asked(Place place, Who who, Set<String> only, Optional<String> from, Supplier<Optional<Who>> again) {
        Contract contract() {
            var own = who.application().map(Application::contract).orElse(Contract.OWNER);
            if (only.isEmpty() || !own.windows().isEmpty()) return own;
            return new Contract(
                    own.party(),
                    Math.max(1, own.version()),
                    narrowed(own),
                    own.every(),
                    own.delay(),
                    own.untilMicros());
        }

        private Set<String> narrowed(Contract own) {
            var both = new TreeSet<>(only);
            both.removeIf(p -> !own.lets(p));
            return both;
        }

        /// His right may end while he takes: within [Limits#LOOK_EVERY].
        BooleanSupplier mayGoOn() {
            return () -> again.get()
                    .filter(w -> w.maySee(place.id()) && w.role().may(Role.VIEWER))
                    .filter(w -> w.application()
                            .map(Application::contract)
                            .equals(who.application().map(Application::contract)))
                    .filter(w -> w.application()
                            .map(a -> a.contract().untilMicros() > place.nowMicros())
                            .orElse(true))
                    .isPresent();
        }
    }

    private void feed(Visit visit) throws Problem, IOException, InterruptedException {
        if (isHead(visit)) {
            visit.send(200, "text/event-stream", new byte[0]);
            return;
        }
        var place = visit.place();
        var last = visit.header("Last-Event-ID").filter(t -> !t.isEmpty());
        var from = last.isPresent() ? last.map(p -> "after " + p) : visit.query("from");
        var asked =
                new Asked(place, visit.who(), only(place, visit.contract(), visit.query("paths")), from, visit::again);
        check(asked);
        try (var _ = streams.enter(Streams.Use.FEED)) {
            streams.run(() -> {
                try (var out = EventStream.begin(visit)) {
                    run(asked, out);
                    out.tell("ended", "", ENDED);
                }
            });
        }
    }

    private static final String ENDED = Json.write(Words.fields()
            .text("reason", "the right to take this ended or changed; sign in again, or ask the owner")
            .done());

    private static Set<String> only(Place place, Contract contract, Optional<String> paths) throws Problem {
        if (paths.isEmpty()) return Set.of();
        var all = new TreeSet<String>();
        for (String path : paths.get().split(",", -1)) {
            boolean isThing = place.directory().file().things().containsKey(path);
            if ((!isThing && place.directory().property(path) == 0) || (!isThing && !contract.lets(path)))
                throw Problem.of(
                        404,
                        "There is no property \"" + Words.cut(path) + "\" here to take; paths are such as"
                                + " meter.power,boiler.on");
            if (isThing)
                for (String p : place.directory().file().paths()) {
                    if (p.startsWith(path + ".") && contract.lets(p)) all.add(p);
                }
            else all.add(path);
        }
        if (all.isEmpty()) throw Problem.of(404, "There is no property here to take under these paths");
        return all;
    }

    /// Refuses what can not be run before the first byte of an answer is sent.
    private void check(Asked asked) throws Problem {
        if (asked.contract().untilMicros() <= asked.place().nowMicros())
            throw Problem.of(
                    403, "The contract of " + asked.contract().party() + " has ended; ask the owner for another");
        if (asked.contract().windows().isEmpty()) begin(asked);
        else {
            windowsFrom(asked);
            if (asked.place().history().isEmpty())
                throw Problem.of(503, "This contract lets windows of the history out, and this node keeps none");
        }
    }

    /// The first position that is wanted: a position in `from` counts itself too, one that was stored does not.
    private static Log.Position begin(Asked asked) throws Problem {
        var place = asked.place();
        if (asked.from().isEmpty()) return Feed.after(place.newest());
        String text = asked.from().get();
        boolean after = text.startsWith("after ");
        var at = Words.position(place.id(), "from", after ? text.substring(6) : text);
        return after ? Feed.after(at) : at;
    }

    private static long windowsFrom(Asked asked) throws Problem {
        if (asked.from().isEmpty()) return asked.place().nowMicros() - WindowRun.BACK.toMillis() * 1_000;
        return Positions.windowEnd(asked.from().get().replaceFirst("^after ", ""));
    }

    private void run(Asked asked, Outlet out) throws IOException, InterruptedException, Problem {
        var contract = asked.contract();
        if (contract.windows().isPresent()) {
            var history = asked.place().history();
            if (history.isEmpty()) return;
            new WindowRun(asked.place(), contract, asked.only(), out, windowsFrom(asked), asked.mayGoOn(), figures)
                    .run(history.get());
            return;
        }
        int quota =
                asked.who().application().map(Application::itemsPerSecondMax).orElse(0);
        new FeedRun(
                        asked.place(),
                        contract,
                        tail(asked.place()),
                        out,
                        begin(asked),
                        asked.mayGoOn(),
                        figures,
                        new FeedRun.Pace(quota))
                .run();
    }

    private LogTail tail(Place place) {
        return tails.computeIfAbsent(place.id(), _ -> new LogTail(place));
    }

    // ---- over WebSocket (RFC 6455)

    /// A listener for one client. Where it refuses, the request goes on as plain HTTP and is told why there.
    WsListener listener() {
        return new Socket();
    }

    private final class Socket implements WsListener {
        private @Nullable Asked asked;
        private Streams.@Nullable Permit permit;
        private @Nullable Thread thread;
        private final Object sending = new Object();
        private int messages;

        @Override
        public Optional<Headers> onHttpUpgrade(HttpPrologue prologue, Headers headers) throws WsUpgradeException {
            around.watch().end(); // its lines have come
            try {
                around.doorkeeper().check(headers);
                var who = around.doorkeeper()
                        .who(prologue.uriPath().path(), headers)
                        .orElseThrow(Doorkeeper::signIn);
                String path = prologue.uriPath().path();
                String name = Route.split(path).get(2);
                var place = around.desk()
                        .place(name)
                        .filter(p -> who.maySee(p.id()))
                        .orElseThrow(() -> Problem.of(404, "no such site"));
                var query = query(prologue);
                var contract = who.application().map(Application::contract).orElse(Contract.OWNER);
                var ask = new Asked(
                        place,
                        who,
                        only(place, contract, Optional.ofNullable(query.get("paths"))),
                        Optional.ofNullable(query.get("from")),
                        () -> around.doorkeeper().who(path, headers));
                check(ask);
                streams.enter(Streams.Use.FEED).close(); // taken in onOpen: a client that is gone before never leaves
                asked = ask;
                return Optional.empty();
            } catch (Problem e) {
                throw new WsUpgradeException(e.getMessage(), e);
            }
        }

        private Map<String, String> query(HttpPrologue prologue) {
            var all = new HashMap<String, String>();
            for (String name : List.of("paths", "from"))
                if (prologue.query().contains(name))
                    all.put(name, prologue.query().get(name));
            return all;
        }

        @Override
        public void onOpen(WsSession session) {
            var ask = asked;
            if (ask == null) return;
            try {
                permit = streams.enter(Streams.Use.FEED);
            } catch (Problem e) {
                close(session, WsCloseCodes.TRY_AGAIN_LATER, String.valueOf(e.getMessage()));
                return;
            }
            thread = Thread.ofVirtual().name("feed").start(() -> take(ask, session));
        }

        private void take(Asked ask, WsSession session) {
            try {
                streams.run(() -> run(ask, new Messages(session)));
                close(session, WsCloseCodes.NORMAL_CLOSE, "the right to take this ended or changed");
            } catch (IOException | RuntimeException e) { // thread top: whatever a broken socket throws ends this feed
                close(session, WsCloseCodes.UNEXPECTED_CONDITION, "the feed broke off; go on at your position");
            } catch (Problem e) {
                close(session, WsCloseCodes.VIOLATED_POLICY, e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the client is gone, or the door closes
            } finally {
                leave();
            }
        }

        private void close(WsSession session, int code, String why) {
            try {
                watched(() -> session.close(code, why));
            } catch (RuntimeException e) { // thread top: it was closed already
                leave();
            }
        }

        /// Sends within [Limits#writeWithin]: who holds [#sending] and waits for a client that does not read is
        /// put out.
        private void watched(Runnable send) {
            around.watch().begin(around.limits().writeWithin());
            try {
                synchronized (sending) {
                    send.run();
                }
            } finally {
                around.watch().end();
            }
        }

        private void leave() {
            var p = permit;
            if (p != null) p.close();
        }

        /// The library answers a ping itself, from its own thread and between the bytes of ours.
        @Override
        public void onPing(WsSession session, BufferData data) {
            watched(() -> session.pong(data));
        }

        @Override
        public void onMessage(WsSession session, String text, boolean last) {
            told(session);
        }

        @Override
        public void onMessage(WsSession session, BufferData data, boolean last) {
            told(session);
        }

        /// A feed is told nothing: what a client has it says with PUT .../cursor.
        private void told(WsSession session) {
            if (++messages <= Limits.MESSAGES_MAX) return;
            close(session, WsCloseCodes.VIOLATED_POLICY, "a feed takes no messages");
            end();
            throw new CloseConnectionException("A feed takes no messages");
        }

        @Override
        public void onClose(WsSession session, int status, String reason) {
            end();
        }

        @Override
        public void onError(WsSession session, Throwable why) {
            end();
        }

        private void end() {
            var t = thread;
            if (t != null) t.interrupt();
            leave();
        }

        /// One message an event: `{"type": ..., "position": ..., ...}`.
        private final class Messages implements Outlet {
            private final WsSession session;

            Messages(WsSession session) {
                this.session = session;
            }

            @Override
            public void tell(String type, String position, String json) throws IOException {
                write(() -> session.send("{\"type\":\"" + type + "\"," + json.substring(1), true));
            }

            @Override
            public void alive() throws IOException {
                write(() -> session.ping(BufferData.create(new byte[] {0})));
            }

            private void write(Runnable send) throws IOException {
                try {
                    watched(send);
                } catch (UncheckedIOException e) {
                    throw e.getCause();
                }
            }
        }
    }
}
