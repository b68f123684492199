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
    private final Map<Integer, Order> byPoint = new HashMap<>();
    private final ArrayDeque<Later> waiting = new ArrayDeque<>();

    private record Order(Command command, long sentMicros, long untilNanos) {}

    private record Later(Command command, TopicAddress.Out out, boolean unconfirmed) {}

    Orders(Surroundings here) {
        this.here = here;
    }

    /// Carries out a command at this address.
    void execute(Command command, Optional<TopicAddress> address, Broker by) {
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
        var later = new Later(command, out, address.get().unconfirmed());
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
        var out = it.out();
        int takers = by.publishFor(out.topic(), out.payload(), Qos.of(out.qos()), out.retain());
        if (takers == 0 && !out.retain()) {
            end(command, new Outcome.NotSent(Outcome.Cause.UNREACHABLE)); // nobody hears this topic
            return;
        }
        here.offer(new Report.Answer(command.id(), new Report.Progress.Sent(), new Report.Raw(out.payload())));
        if (it.unconfirmed()) {
            end(command, new Outcome.Done(Optional.empty()));
            return;
        }
        long until = Math.min(command.deadlineNanos(), here.nanoTime() + READ_BACK_MAX.toNanos());
        byPoint.put(command.point().number(), new Order(command, here.wallMicros(), until));
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
