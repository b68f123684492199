package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Command;
import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Outcome;
import io.linkspan.model.Reading;
import io.linkspan.model.Values;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.payload.BadPayload;
import io.linkspan.payload.TopicAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// Carries out commands and says what became of each: done with what the device reads back (or, where its address says
/// `unconfirmed`, when the broker has it), refused, not sent, or in doubt. Nothing is ever sent twice.
///
/// Safe for many threads: one sends, another hears.
final class Asks {
    /// The smallest part of a number that counts when a device reads back what was written, where no step is
    /// declared.
    private static final double PART_THAT_COUNTS = 1e-6;

    /// Most commands that wait for others; one more is cancelled.
    private static final int WAITING_MAX = 1_000;

    private final Surroundings here;
    private final Wire wire;
    private final Duration readBack;
    private final long packetBytesMax;
    private final Map<Integer, Ask> byPoint = new HashMap<>(); // guarded by turn, as the next
    private final Map<Integer, Ask> byPacket = new HashMap<>();
    private final List<Later> waiting = new ArrayList<>();
    private final ReentrantLock turn = new ReentrantLock();
    private final PacketIds ids;

    Asks(Surroundings here, Wire wire, Duration readBack, long packetBytesMax, PacketIds ids) {
        this.here = here;
        this.wire = wire;
        this.readBack = readBack;
        this.packetBytesMax = packetBytesMax;
        this.ids = ids;
    }

    /// A command on its way.
    private record Ask(
            Command command, int packet, boolean unconfirmed, boolean retain, long sentMicros, long untilNanos) {}

    /// A command that waits until the one before it, at the same point, is over: else nobody could tell which of
    /// them a
    /// read-back is of.
    private record Later(Command command, TopicAddress.Out out, boolean unconfirmed) {}

    /// Carries out a command at this address.
    void execute(Command command, Optional<TopicAddress> address) throws IOException, InterruptedException {
        var point = command.point();
        if (address.isEmpty()) {
            end(command, refused(point.name() + " is not a point of " + here.connector() + " any more"));
            return;
        }
        if (point.access() != Point.Access.WRITE && point.access() != Point.Access.INVOKE) {
            end(command, refused(point.name() + " is only read; declare it writable: true"));
            return;
        }
        TopicAddress.Out out;
        try {
            out = address.get().encode(command.value());
        } catch (BadPayload e) {
            end(command, refused(point.name() + " at \"" + point.at().text() + "\": " + e.getMessage()));
            return;
        }
        turn.lockInterruptibly();
        try {
            var later = new Later(command, out, address.get().unconfirmed());
            if (!byPoint.containsKey(point.number())) send(later);
            else if (waiting.size() < WAITING_MAX) waiting.add(later);
            else end(command, new Outcome.NotSent(Outcome.Cause.CANCELLED));
        } finally {
            turn.unlock();
        }
    }

    /// Sends what waited for the one before it at the same point.
    void resume() throws IOException, InterruptedException {
        turn.lockInterruptibly();
        try {
            for (var each : List.copyOf(waiting))
                if (waiting.contains(each)
                        && !byPoint.containsKey(each.command().point().number())) {
                    waiting.remove(each);
                    send(each);
                }
        } finally {
            turn.unlock();
        }
    }

    private static Outcome refused(String why) {
        return new Outcome.Refused(why);
    }

    private void send(Later it) throws IOException, InterruptedException {
        var command = it.command();
        var out = it.out();
        boolean unconfirmed = it.unconfirmed();
        long now = here.nanoTime();
        if (command.deadlineNanos() - now < 0) {
            end(command, new Outcome.NotSent(Outcome.Cause.EXPIRED));
            return;
        }
        var qos = Qos.of(out.qos());
        int packet = qos == Qos.AT_MOST_ONCE ? 0 : ids.next();
        var publish = new Packet.Publish(out.topic(), qos, false, out.retain(), packet, Properties.NONE, out.payload());
        long bytes = io.linkspan.mqtt.PacketWriter.size(publish, wire.version());
        if (bytes > packetBytesMax) {
            end(
                    command,
                    refused("the broker takes packets of at most " + packetBytesMax + " bytes, and this has " + bytes));
            return;
        }
        var ask = new Ask(
                command,
                packet,
                unconfirmed,
                out.retain(),
                here.wallMicros(),
                Math.min(command.deadlineNanos(), now + readBack.toNanos()));
        byPoint.put(command.point().number(), ask);
        if (packet != 0) byPacket.put(packet, ask);
        wire.write(publish); // from here on it is in doubt, also when this throws
        here.accept(new Report.Answer(command.id(), new Report.Progress.Sent(), raw(publish)));
    }

    private Report.Raw raw(Packet.Publish publish) {
        return new Report.Raw(io.linkspan.mqtt.PacketWriter.encode(publish, wire.version()));
    }

    /// The broker's word about a message of ours.
    void acknowledged(Packet.Puback ack) throws InterruptedException {
        turn.lockInterruptibly();
        try {
            ids.free(ack.id());
            var ask = byPacket.remove(ack.id());
            if (ask == null || byPoint.get(ask.command().point().number()) != ask) return;
            if (ack.reason().isError()) over(ask, refused("the broker refuses the message: " + ack.reason()));
            else if (ack.reason() == Reason.NO_MATCHING_SUBSCRIBERS && !ask.retain())
                over(ask, new Outcome.NotSent(Outcome.Cause.UNREACHABLE)); // nobody there hears this topic
            else if (ask.unconfirmed()) over(ask, new Outcome.Done(Optional.empty()));
        } finally {
            turn.unlock();
        }
    }

    /// What a device tells may be what was written.
    void heard(Reading reading) throws InterruptedException {
        turn.lockInterruptibly();
        try {
            var ask = byPoint.get(reading.property());
            if (ask == null || ask.unconfirmed() || !reading.quality().isUsable()) return;
            var wanted = ask.command().value();
            double tolerance = ask.command()
                    .point()
                    .step()
                    .map(s -> s / 2)
                    .orElseGet(() -> Math.abs(Values.asDouble(wanted).orElse(0)) * PART_THAT_COUNTS);
            if (Values.same(reading.value(), wanted, tolerance))
                over(ask, new Outcome.Done(Optional.of(reading.value())));
        } finally {
            turn.unlock();
        }
    }

    /// Ends what was not read back in time.
    void expire() throws InterruptedException {
        turn.lockInterruptibly();
        try {
            long now = here.nanoTime();
            for (var ask : Map.copyOf(byPoint).values())
                if (ask.untilNanos() - now < 0) over(ask, new Outcome.InDoubt(ask.sentMicros()));
        } finally {
            turn.unlock();
        }
    }

    /// Ends all that is on its way: the line is lost, or the run is over.
    void leave() {
        boolean interrupted = Thread.interrupted();
        turn.lock();
        try {
            for (var ask : byPoint.values()) farewell(ask.command(), new Outcome.InDoubt(ask.sentMicros()));
            for (var each : waiting) farewell(each.command(), new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
            byPoint.clear();
            waiting.clear();
        } finally {
            turn.unlock();
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private void farewell(Command command, Outcome outcome) {
        var answer = new Report.Answer(command.id(), new Report.Progress.Ended(outcome), Report.Raw.NONE);
        if (here.offer(answer).isEmpty())
            here.log()
                    .warn(
                            "command {} for {} {}; the site's queue is full",
                            command.id(),
                            command.point().name(),
                            outcome);
    }

    private void over(Ask ask, Outcome outcome) throws InterruptedException {
        byPoint.remove(ask.command().point().number());
        end(ask.command(), outcome);
    }

    private void end(Command command, Outcome outcome) throws InterruptedException {
        here.accept(new Report.Answer(command.id(), new Report.Progress.Ended(outcome), Report.Raw.NONE));
    }
}
