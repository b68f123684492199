package io.linkspan.simulation;

import io.linkspan.simulation.MqttSequence.Step;
import io.linkspan.simulation.MqttWire.Heard;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Plays sequences against a broker and says what was wrong, by packet type and reason class: the standard leaves a
/// broker the
/// properties of its answers, the exact code within a class, the order of an acknowledgement and a message, and, in
/// MQTT 5,
/// whether it says why before it closes (4.13.2 of MQTT 5: "SHOULD").
final class MqttJudge {
    /// An answer that has not come by then does not come: the longest that a busy machine may take.
    private static final Duration ANSWER_MAX = Duration.ofSeconds(4);
    private static final int KEEP_ALIVE_SECONDS = 60;
    private static final int FAILURES_BEGIN = 0x80;

    /// In a PUBREL or PUBCOMP it says that nobody waited for what came before, which a broker may say where another
    /// one
    /// says "success" (MQTT 5, 3.6.2.1 and 3.7.2.1).
    private static final int ID_NOT_FOUND = 0x92;

    /// Whether a broker may close where a sequence waits to hear why: MQTT 5 asks for a DISCONNECT with a "SHOULD"
    /// (4.13.2) and for the CONNACK of a refusal with a "MAY" (4.13.1), so silence is within the standard. Ours
    /// speaks.
    enum Silence {
        ALLOWED,
        WRONG
    }

    private final InetSocketAddress broker;
    private final Silence silence;

    MqttJudge(InetSocketAddress broker, Silence silence) {
        this.broker = broker;
        this.silence = silence;
    }

    /// Nothing, where all was right.
    Optional<String> wrong(MqttSequence sequence) throws IOException {
        try (var wire = MqttWire.open(broker)) {
            if (sequence.connect()) {
                wire.send(MqttWire.connect(sequence.version(), sequence.name(), true, KEEP_ALIVE_SECONDS));
                if (!(wire.listen(ANSWER_MAX) instanceof Heard.Packet p)
                        || p.type() != MqttWire.CONNACK
                        || p.body()[1] != 0) return Optional.of("the CONNECT before it was not accepted");
            }
            var steps = sequence.steps();
            for (int i = 0; i < steps.size(); i++) {
                switch (steps.get(i)) {
                    case Step.Send send -> wire.sendAnyway(send.bytes());
                    case Step.Elsewhere other -> publish(other);
                    case Step.Receive _ -> {
                        var expected = new ArrayList<Heard.Packet>();
                        int from = i + 1;
                        for (; i < steps.size() && steps.get(i) instanceof Step.Receive r; i++)
                            expected.add(cut(r.bytes()));
                        var wrong = receive(wire, sequence, expected, from);
                        if (wrong.isPresent()) return wrong;
                        i--;
                    }
                }
            }
            wire.sendAnyway(MqttWire.ping());
            return sequence.mustClose() ? closes(wire, sequence) : staysOpen(wire);
        }
    }

    /// The one thing that was missing is why it closed.
    private boolean closedUnsaid(MqttSequence sequence, List<Heard.Packet> missing) {
        if (silence == Silence.WRONG || sequence.version() < 5 || missing.size() != 1) return false;
        var p = missing.getFirst();
        return sequence.mustClose()
                && (p.type() == MqttWire.DISCONNECT && reason(p, 0) >= FAILURES_BEGIN
                        || p.type() == MqttWire.CONNACK && reason(p, 1) >= FAILURES_BEGIN);
    }

    private Optional<String> receive(MqttWire wire, MqttSequence sequence, List<Heard.Packet> expected, int step)
            throws IOException {
        while (!expected.isEmpty()) {
            var heard = wire.listen(ANSWER_MAX);
            if (heard instanceof Heard.Closed && closedUnsaid(sequence, expected)) return Optional.empty();
            if (!(heard instanceof Heard.Packet got))
                return Optional.of("step " + step + ": wanted " + expected + ", but it was "
                        + (heard instanceof Heard.Closed ? "closed" : "silent"));
            var same = expected.stream()
                    .filter(e -> e.type() == got.type())
                    .findFirst()
                    .filter(e -> alike(sequence.version(), e, got));
            if (same.isEmpty()) return Optional.of("step " + step + ": wanted " + expected + ", got [" + got + "]");
            expected.remove(same.get());
        }
        return Optional.empty();
    }

    private static Optional<String> closes(MqttWire wire, MqttSequence sequence) throws IOException {
        boolean connected = sequence.connect();
        while (true) {
            var heard = wire.listen(ANSWER_MAX);
            switch (heard) {
                case Heard.Closed _ -> {
                    return Optional.empty();
                }
                case Heard.Silent _ -> {
                    return Optional.of("the connection stayed open, and the PINGREQ had no answer");
                }
                case Heard.Packet p -> {
                    if (!mayPrecedeClosing(p, sequence.version(), connected))
                        return Optional.of("the connection stayed open: [" + p + "]");
                    connected = true; // said once
                }
            }
        }
    }

    /// Why it closes: MQTT 5, 4.13.1 (after a CONNECT that is wrong, "MAY send a CONNACK") and 4.13.2 (DISCONNECT).
    private static boolean mayPrecedeClosing(Heard.Packet p, int version, boolean connected) {
        if (version < 5) return false;
        return connected
                ? p.type() == MqttWire.DISCONNECT && reason(p, 0) >= FAILURES_BEGIN
                : p.type() == MqttWire.CONNACK && reason(p, 1) >= FAILURES_BEGIN;
    }

    private static Optional<String> staysOpen(MqttWire wire) throws IOException {
        return switch (wire.listen(ANSWER_MAX)) {
            case Heard.Packet p when p.type() == MqttWire.PINGRESP -> Optional.empty();
            case Heard.Packet p -> Optional.of("at the end, before the answer to the PINGREQ: [" + p + "]");
            case Heard.Closed _ -> Optional.of("the connection was closed at the end");
            case Heard.Silent _ -> Optional.of("the PINGREQ at the end had no answer");
        };
    }

    private static boolean alike(int version, Heard.Packet expected, Heard.Packet got) {
        return switch (expected.type()) {
            case MqttWire.CONNACK ->
                expected.body()[0] == got.body()[0] && isFailure(version, expected, 1) == isFailure(version, got, 1);
            case MqttWire.PUBLISH ->
                (expected.flags() & 7) == (got.flags() & 7)
                        && expected.topic().equals(got.topic())
                        && ((got.flags() & 6) == 0 || MqttWire.id(expected) == MqttWire.id(got))
                        && Arrays.equals(MqttWire.payload(version, expected), MqttWire.payload(version, got));
            case MqttWire.PUBACK, MqttWire.PUBREC, MqttWire.PUBREL, MqttWire.PUBCOMP ->
                expected.flags() == got.flags()
                        && expected.number(0) == got.number(0)
                        && ((reason(expected, 2) >= FAILURES_BEGIN) == (reason(got, 2) >= FAILURES_BEGIN)
                                || expected.type() >= MqttWire.PUBREL && reason(got, 2) == ID_NOT_FOUND);
            case MqttWire.SUBACK, MqttWire.UNSUBACK ->
                expected.number(0) == got.number(0) && Arrays.equals(codes(version, expected), codes(version, got));
            case MqttWire.DISCONNECT -> (reason(expected, 0) >= FAILURES_BEGIN) == (reason(got, 0) >= FAILURES_BEGIN);
            default -> expected.first() == got.first(); // PINGRESP, AUTH
        };
    }

    private static boolean isFailure(int version, Heard.Packet connack, int at) {
        return version < 5 ? connack.body()[at] != 0 : reason(connack, at) >= FAILURES_BEGIN;
    }

    private static int reason(Heard.Packet p, int at) {
        return p.body().length > at ? p.body()[at] & 0xFF : 0;
    }

    /// The granted QoS or the class of each failure; of an UNSUBACK success only.
    private static int[] codes(int version, Heard.Packet p) {
        int at = version < 5 ? 2 : 3 + p.body()[2];
        var codes = new int[Math.max(0, p.body().length - at)];
        for (int i = 0; i < codes.length; i++) {
            int code = p.body()[at + i] & 0xFF;
            codes[i] = code >= FAILURES_BEGIN ? FAILURES_BEGIN : p.type() == MqttWire.UNSUBACK ? 0 : code;
        }
        return codes;
    }

    static Heard.Packet cut(byte[] bytes) {
        int at = 1;
        while ((bytes[at++] & 0x80) != 0) {} // the remaining length
        return new Heard.Packet(bytes[0] & 0xFF, Arrays.copyOfRange(bytes, at, bytes.length));
    }

    private void publish(Step.Elsewhere what) throws IOException {
        try (var wire = MqttWire.open(broker)) {
            wire.send(MqttWire.connect(4, "elsewhere", true, KEEP_ALIVE_SECONDS));
            if (!(wire.listen(ANSWER_MAX) instanceof Heard.Packet))
                throw new IOException("The broker let nobody else in");
            wire.send(MqttWire.publish(
                    4, what.qos() << 1, what.topic(), 1, what.payload().getBytes(StandardCharsets.UTF_8)));
            if (what.qos() > 0) wire.listen(ANSWER_MAX);
            if (what.qos() == 2) {
                wire.send(MqttWire.ack(MqttWire.PUBREL, 1));
                wire.listen(ANSWER_MAX);
            }
            wire.send(MqttWire.disconnect());
        }
    }
}
