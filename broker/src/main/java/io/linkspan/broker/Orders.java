package io.linkspan.broker;

import io.linkspan.connector.Command;
import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Outcome;
import io.linkspan.model.Reading;
import io.linkspan.model.Values;
import io.linkspan.mqtt.Qos;
import io.linkspan.payload.BadPayload;
import io.linkspan.payload.KeyAddress;
import io.linkspan.payload.TopicAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Commands to devices: each is a message to the topic of its address, done when the device tells the value that was
/// asked
/// for. Nothing is sent twice. For the broker's thread.
final class Orders {
    /// How long a device may take to tell what was written.
    static final Duration READ_BACK_MAX = Duration.ofSeconds(10);
    /// Most commands that wait for others at the same point; one more is cancelled.
    private static final int WAITING_MAX = 1_000;
    /// The smallest part of a number that counts where no step is declared.
    private static final double PART_THAT_COUNTS = 1e-6;

    private final Surroundings here;
    private final DeviceApi devices;
    private final Map<Integer, Order> byPoint = new HashMap<>();
    private final ArrayDeque<Later> waiting = new ArrayDeque<>();

    /// @param request the number of the request that the device is to answer; none where it is heard alone
    private record Order(Command command, long sentMicros, long untilNanos, Optional<Integer> request) {}

    /// @param down how it is told over the device API; none for a message to a topic
    private record Later(Command command, TopicAddress.Out out, boolean unconfirmed, Optional<KeyAddress.Down> down) {}

    Orders(Surroundings here, DeviceApi devices) {
        this.here = here;
        this.devices = devices;
    }

    /// Carries out a command at this address.
    void execute(Command command, Optional<TopicAddress> address, Optional<KeyAddress.Down> down, Broker by) {
        var point = command.point();
        if (address.isEmpty()) {
            end(command, new Outcome.Refused(point.name() + " is no point of " + here.connector() + " any more"));
            return;
        }
        if (point.access() != Point.Access.WRITE && point.access() != Point.Access.INVOKE) {
            end(command, new Outcome.Refused(point.name() + " is only read; declare it writable: true"));
            return;
        }
        TopicAddress.Out out;
        try {
            out = address.get().encode(command.value());
        } catch (BadPayload e) {
            end(
                    command,
                    new Outcome.Refused(point.name() + " at \"" + point.at().text() + "\": " + e.getMessage()));
            return;
        }
        var later = new Later(command, out, address.get().unconfirmed(), down);
        if (!byPoint.containsKey(point.number())) send(later, by);
        else if (waiting.size() < WAITING_MAX) waiting.add(later);
        else end(command, new Outcome.NotSent(Outcome.Cause.CANCELLED));
    }

    private void send(Later it, Broker by) {
        var command = it.command();
        if (command.deadlineNanos() - here.nanoTime() < 0) {
            end(command, new Outcome.NotSent(Outcome.Cause.EXPIRED));
            return;
        }
        if (it.down().isPresent()) {
            sendDown(it, it.down().get());
            return;
        }
        var out = it.out();
        int takers = by.publishFor(out.topic(), out.payload(), Qos.of(out.qos()), out.retain());
        if (takers == 0 && !out.retain()) {
            end(command, new Outcome.NotSent(Outcome.Cause.UNREACHABLE)); // nobody hears this topic
            return;
        }
        sent(it, it.unconfirmed(), Optional.empty());
    }

    /// Tells a device over its API, now or not at all: what it does not get on this connection it does not get
    /// later.
    private void sendDown(Later it, KeyAddress.Down down) {
        String thing = it.command().point().thingName();
        byte[] payload = it.out().payload();
        switch (down) {
            case KeyAddress.Down.Rpc rpc -> {
                var request = devices.request(thing, payload);
                if (request.isEmpty()) end(it.command(), new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
                else sent(it, !rpc.answered(), request);
            }
            case KeyAddress.Down.Attribute _ -> {
                if (devices.attribute(thing, payload)) sent(it, it.unconfirmed(), Optional.empty());
                else end(it.command(), new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
            }
        }
    }

    private void sent(Later it, boolean isDone, Optional<Integer> request) {
        var command = it.command();
        here.offer(new Report.Answer(
                command.id(),
                new Report.Progress.Sent(),
                new Report.Raw(it.out().payload())));
        if (isDone) {
            end(command, new Outcome.Done(Optional.empty()));
            return;
        }
        long until = Math.min(command.deadlineNanos(), here.nanoTime() + READ_BACK_MAX.toNanos());
        byPoint.put(command.point().number(), new Order(command, here.wallMicros(), until, request));
    }

    /// A device answered a request: that is the end of its command. An answer to none that waits is counted.
    void answered(String thing, int request, byte[] payload) {
        for (var each : List.copyOf(byPoint.values())) {
            var point = each.command().point();
            if (each.request().filter(r -> r == request).isEmpty()
                    || !point.thingName().equals(thing)) continue;
            byPoint.remove(point.number());
            String why = DevicePayload.refusal(payload);
            var outcome = why.isEmpty()
                    ? new Outcome.Done(Optional.empty())
                    : new Outcome.Refused(thing + " answers: " + why);
            here.offer(new Report.Answer(
                    each.command().id(), new Report.Progress.Ended(outcome), new Report.Raw(payload)));
            return;
        }
        devices.unasked();
    }

    /// What a device tells may be what was written.
    void heard(Reading reading) {
        var order = byPoint.get(reading.property());
        if (order == null || !reading.quality().isUsable()) return;
        var wanted = order.command().value();
        double tolerance = order.command()
                .point()
                .step()
                .map(s -> s / 2)
                .orElseGet(() -> Math.abs(Values.asDouble(wanted).orElse(0)) * PART_THAT_COUNTS);
        if (!Values.same(reading.value(), wanted, tolerance)) return;
        byPoint.remove(reading.property());
        end(order.command(), new Outcome.Done(Optional.of(reading.value())));
    }

    /// Ends what was not told in time, and sends what waited for the one before it.
    void tick(Broker by) {
        if (byPoint.isEmpty() && waiting.isEmpty()) return;
        long now = here.nanoTime();
        for (var each : List.copyOf(byPoint.values()))
            if (each.untilNanos() - now < 0) {
                byPoint.remove(each.command().point().number());
                end(each.command(), new Outcome.InDoubt(each.sentMicros()));
            }
        for (var each : List.copyOf(waiting))
            if (!byPoint.containsKey(each.command().point().number())) {
                waiting.remove(each);
                send(each, by);
            }
    }

    /// The broker ends: what is on its way is in doubt, what waits was not sent.
    void leave() {
        for (var each : byPoint.values()) end(each.command(), new Outcome.InDoubt(each.sentMicros()));
        byPoint.clear();
        for (var each : waiting) end(each.command(), new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
        waiting.clear();
    }

    private void end(Command command, Outcome outcome) {
        here.offer(new Report.Answer(command.id(), new Report.Progress.Ended(outcome), Report.Raw.NONE));
    }
}
