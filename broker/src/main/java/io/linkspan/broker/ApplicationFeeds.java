package io.linkspan.broker;

import io.linkspan.connector.Outlet;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Json;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Property;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Subscription;
import io.linkspan.mqtt.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/// Fills the sessions of applications out of the site's log, each by its own contract and from its own cursor: nothing
/// of it is queued while they are away. One thread for each connected session reads; all else is for the broker's
/// thread.
final class ApplicationFeeds implements Feeding {
    /// Most sessions of applications that are connected at once.
    static final int SESSIONS_MAX = 100;
    /// How often a cursor is written down, at most.
    static final Duration KEPT_EVERY = Duration.ofSeconds(1);
    /// How long a reader waits for something new, or for room.
    private static final Duration LOOK_EVERY = Duration.ofMillis(10);

    private final Surroundings here;
    private final Executor broker;
    private final Supplier<Broker> by;
    private final Runnable turnEnds;
    private int connected;

    /// @param broker the broker's thread
    /// @param by the broker, once it is there
    /// @param turnEnds is called on its thread behind what was handed over
    ApplicationFeeds(Surroundings here, Executor broker, Supplier<Broker> by, Runnable turnEnds) {
        this.here = here;
        this.broker = broker;
        this.by = by;
        this.turnEnds = turnEnds;
    }

    // ---- sessions come and go

    @Override
    public boolean begins(Link link, Session session) {
        if (!(link.space instanceof ApplicationSpace space)) return true;
        if (connected >= SESSIONS_MAX) return false;
        var run = new ApplicationRun(session, space.outlet());
        var before = session.run;
        boolean same =
                before != null && before.outlet.version() == space.outlet().version() && before.outlet.holds();
        if (before != null && same) run.takeOver(before);
        else {
            if (before != null) before.drop(); // what the earlier contract let out and did not arrive
            run.fetched = session.cursor;
        }
        session.run = run;
        if (!here.fork("application " + space.outlet().application(), () -> read(run, space))) return false;
        connected++;
        return true;
    }

    @Override
    public void subscribed(Session session, List<Subscription> fresh) {
        var run = session.run;
        if (run != null) run.newestWanted.addAll(fresh);
    }

    @Override
    public void left(Session session) {
        var run = session.run;
        if (run == null || run.over) return;
        run.over = true;
        connected--;
        keep(run);
    }

    @Override
    public void settled(Session session, Delivery delivery) {
        var run = session.run;
        if (run == null) return;
        run.outstanding.decrementAndGet();
        if (run.advance() && here.nanoTime() - run.keptNanos > KEPT_EVERY.toNanos()) keep(run);
    }

    private void keep(ApplicationRun run) {
        var cursor = run.session.cursor;
        if (run.isKept || cursor == null) return;
        run.keptNanos = here.nanoTime();
        run.isKept = by.get().fed(run.session, cursor);
    }

    // ---- the reader's thread

    private void read(ApplicationRun run, ApplicationSpace space) throws InterruptedException {
        try {
            follow(run, space);
        } catch (IOException e) {
            here.log()
                    .warn("{} can not be told more for now: {}", space.outlet().application(), e.getMessage());
            onBroker(() -> by.get().endFeed(run.session, run, false));
        }
    }

    private void follow(ApplicationRun run, ApplicationSpace space) throws IOException, InterruptedException {
        double owed = 0;
        long at = here.nanoTime();
        int most = run.outlet.itemsPerSecondMax();
        try (var taking = run.outlet.take(Optional.ofNullable(run.fetched))) {
            if (run.fetched == null) {
                var begin = taking.begin(); // so that a break before the first item costs nothing
                onBroker(() -> begun(run, begin));
            }
            while (!run.over) {
                if (!run.outlet.holds()) {
                    onBroker(() -> by.get().endFeed(run.session, run, true));
                    return;
                }
                long now = here.nanoTime();
                owed = Math.max(0, owed - (now - at) * 1e-9 * most);
                at = now;
                newest(run, space);
                boolean waits = most > 0 && owed > most || !run.hasRoom();
                var item = waits ? Optional.<Outlet.Item>empty() : taking.next();
                if (item.isEmpty()) {
                    here.sleep(LOOK_EVERY);
                    continue;
                }
                owed += item.get().all().size();
                run.outstanding.addAndGet(item.get().all().size());
                var told = item.get();
                onBroker(() -> give(run, space, told));
            }
        }
    }

    private void newest(ApplicationRun run, ApplicationSpace space) throws IOException {
        for (Subscription s; (s = run.newestWanted.poll()) != null; ) {
            var asked = s;
            var all = run.outlet.newest(path -> Topics.matches(asked.filter(), space.topic(path)));
            onBroker(() -> giveNewest(run, space, asked, all));
        }
    }

    private void onBroker(Runnable what) {
        try {
            broker.execute(() -> {
                what.run();
                turnEnds.run();
            });
        } catch (RejectedExecutionException e) {
            // the broker has ended
        }
    }

    // ---- on the broker's thread

    private void begun(ApplicationRun run, Outlet.Cursor at) {
        if (run.session.cursor != null) return;
        run.session.cursor = at;
        run.fetched = at;
        run.isKept = false;
        keep(run);
    }

    private void give(ApplicationRun run, ApplicationSpace space, Outlet.Item item) {
        if (run.over) return; // it is told again from the cursor on
        for (var each : item.all())
            if (!by.get().feed(run, message(space, each, false))) run.outstanding.decrementAndGet();
        run.endsAt(item.cursor());
        if (run.advance() && here.nanoTime() - run.keptNanos > KEPT_EVERY.toNanos()) keep(run);
    }

    private void giveNewest(ApplicationRun run, ApplicationSpace space, Subscription s, List<Outlet.Told> all) {
        if (run.over) return;
        for (var each : all) {
            run.outstanding.incrementAndGet();
            if (!by.get().feedNewest(run, message(space, each, true), s)) run.outstanding.decrementAndGet();
        }
    }

    private Message message(ApplicationSpace space, Outlet.Told told, boolean newest) {
        var properties = Properties.NONE.plus(p -> {
            p.number(Property.PAYLOAD_FORMAT_INDICATOR, 1).text(Property.CONTENT_TYPE, "application/json");
            if (!told.position().isEmpty()) p.pair("position", told.position());
        });
        var now = by.get().now();
        return new Message(
                space.published(space.topic(told.path())),
                Qos.AT_LEAST_ONCE,
                newest,
                properties,
                Json.write(told.body()).getBytes(StandardCharsets.UTF_8),
                "",
                now.site(),
                now.wall());
    }
}
