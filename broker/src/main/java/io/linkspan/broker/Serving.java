package io.linkspan.broker;

import io.linkspan.connector.Point;
import io.linkspan.connector.Points;
import io.linkspan.connector.ServedReadings;
import io.linkspan.connector.Surroundings;
import io.linkspan.connector.Ticket;
import io.linkspan.model.Json;
import io.linkspan.model.Outcome;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Property;
import io.linkspan.payload.BadPayload;
import io.linkspan.payload.TopicAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/// What the broker serves of its site: each property at its topic, retained, out of the log and in its order, from
/// where
/// it ended. A wish that comes on a topic is answered to who wished, where he says where (MQTT 5, 4.10). One thread
/// reads;
/// the rest is for the broker's thread, but for what says otherwise.
final class Serving {
    /// The publisher of what is served, as it stands in the log.
    static final String PUBLISHER = "$served";
    /// Most messages that wait for the broker.
    static final int WAITING_MAX = 100;
    /// How often the position is written down, at most.
    static final Duration KEPT_EVERY = Duration.ofSeconds(1);
    /// How long an answer to a wish is waited for.
    static final Duration OUTCOME_MAX = Duration.ofSeconds(60);

    private static final Duration LOOK_EVERY = Duration.ofMillis(10);

    private final Surroundings here;
    private final Executor broker;
    private final Supplier<Broker> by;
    private final Runnable turnEnds;
    private final Semaphore room = new Semaphore(WAITING_MAX);
    private final Set<String> warned = new HashSet<>();
    private volatile Map<Integer, TopicAddress> addresses = Map.of();
    private volatile boolean reading;
    private long keptNanos;

    Serving(Surroundings here, Executor broker, Supplier<Broker> by, Runnable turnEnds) {
        this.here = here;
        this.broker = broker;
        this.by = by;
        this.turnEnds = turnEnds;
    }

    /// The things are other ones now: what is served no more is taken back, what is new is told as it is. For the
    /// thread
    /// of the run.
    void remap(Points points, Map<Integer, TopicAddress> served) {
        addresses = Map.copyOf(served);
        broker.execute(() -> {
            var topics = new HashSet<String>();
            for (var each : served.values()) each.commandTopic().ifPresent(topics::add);
            for (String gone : by.get().retainedBy(PUBLISHER))
                if (!topics.contains(gone)) by.get().unserve(gone);
            if (reading) nowAll(points);
            else if (!served.isEmpty()) {
                long told = by.get().state().servedAt;
                reading = here.fork("serve", () -> read(told, points));
                if (!reading) here.log().error("{} has no thread left to serve properties with", here.connector());
            }
            turnEnds.run();
        });
    }

    private void nowAll(Points points) {
        for (var point : points.all()) if (point.served()) now(point);
    }

    /// As it is now, where nothing is told yet.
    private void now(Point point) {
        var address = addresses.get(point.number());
        if (address == null) return;
        boolean isTold =
                address.commandTopic().filter(t -> by.get().isRetained(t)).isPresent();
        if (isTold) return;
        here.current(point)
                .filter(c -> c.quality().isUsable())
                .ifPresent(c -> tell(address, c.value(), c.receivedMicros()));
    }

    private void read(long told, Points points) throws IOException, InterruptedException {
        var after = told == State.NOT_SERVED ? OptionalLong.empty() : OptionalLong.of(told);
        try (var feed = here.served(after)) {
            broker.execute(
                    () -> { // behind the feed's beginning, so that nothing falls between
                        nowAll(points);
                        turnEnds.run();
                    });
            while (true) {
                var item = feed.next();
                if (item.isEmpty()) {
                    here.sleep(LOOK_EVERY);
                    continue;
                }
                room.acquire();
                give(item.get());
            }
        } finally {
            reading = false;
        }
    }

    private void give(ServedReadings.Item item) {
        try {
            broker.execute(() -> {
                room.release();
                item.missing().ifPresent(m -> here.log().warn("{} can not tell all: {}", here.connector(), m));
                for (var reading : item.readings()) {
                    var address = addresses.get(reading.property());
                    if (address == null || !reading.quality().isUsable()) continue;
                    tell(
                            address,
                            reading.value(),
                            reading.hasDeviceTime() ? reading.deviceTimeMicros() : item.wallMicros());
                }
                boolean due = here.nanoTime() - keptNanos > KEPT_EVERY.toNanos();
                by.get().served(item.position(), due);
                if (due) keptNanos = here.nanoTime();
                turnEnds.run();
            });
        } catch (RejectedExecutionException e) {
            // the broker has ended; the next one goes on from the position
        }
    }

    private void tell(TopicAddress address, Value value, long micros) {
        String name = address.point().name();
        try {
            var out = address.encode(value, Optional.of(Instant.EPOCH.plus(micros, ChronoUnit.MICROS)));
            boolean taken = by.get().serve(out.topic(), out.payload(), out.qos(), PUBLISHER);
            if (!taken && warned.add(name))
                here.log().warn("{} could not be told: the disk is full, or retained-max is reached", name);
        } catch (BadPayload e) {
            if (warned.add(name)) here.log().warn("{} can not be told: {}", name, e.getMessage());
        }
    }

    // ---- wishes

    /// Answers a wish once it is known what became of it.
    void answer(Message wish, Ticket ticket) {
        var topic = wish.properties().text(Property.RESPONSE_TOPIC);
        if (topic.isEmpty()) return;
        boolean waits = here.fork("wish", () -> {
            var outcome = ticket.awaitOutcome(OUTCOME_MAX);
            say(wish, topic.get(), outcome.map(Serving::words).orElseGet(() -> word("pending")));
        });
        if (!waits) say(wish, topic.get(), word("busy")); // the wish stands; nobody can wait for what becomes of it
    }

    private void say(Message wish, String topic, Tree.Fields words) {
        var properties = Properties.NONE.plus(p -> {
            p.number(Property.PAYLOAD_FORMAT_INDICATOR, 1).text(Property.CONTENT_TYPE, "application/json");
            wish.properties().bytes(Property.CORRELATION_DATA).ifPresent(b -> p.bytes(Property.CORRELATION_DATA, b));
        });
        byte[] payload = Json.write(words).getBytes(StandardCharsets.UTF_8);
        try {
            broker.execute(() -> {
                by.get().answer(wish.publisher(), topic, properties, payload);
                turnEnds.run();
            });
        } catch (RejectedExecutionException e) {
            // the broker has ended, and who wished is gone
        }
    }

    private static Tree.Fields word(String outcome) {
        return Tree.fields(Map.of("outcome", Tree.text(outcome)));
    }

    private static Tree.Fields words(Outcome outcome) {
        var all = new LinkedHashMap<String, Tree>();
        switch (outcome) {
            case Outcome.Done d -> {
                all.put("outcome", Tree.text("done"));
                d.readBack().ifPresent(v -> all.put("read_back", Tree.text(v.toString())));
            }
            case Outcome.Refused r -> {
                all.put("outcome", Tree.text("refused"));
                all.put("why", Tree.text(r.why()));
            }
            case Outcome.Outranked o -> {
                all.put("outcome", Tree.text("outranked"));
                all.put("by", Tree.text(o.by()));
            }
            case Outcome.NotSent n -> {
                all.put("outcome", Tree.text("not sent"));
                all.put("cause", Tree.text(n.cause().name().toLowerCase(java.util.Locale.ROOT)));
            }
            case Outcome.InDoubt _ -> all.put("outcome", Tree.text("in doubt"));
        }
        return Tree.fields(all);
    }
}
