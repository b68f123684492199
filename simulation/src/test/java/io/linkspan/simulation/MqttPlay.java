package io.linkspan.simulation;

import io.linkspan.simulation.MqttScript.Act;
import io.linkspan.simulation.MqttWire.Heard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Plays a script before a broker and writes down what each client heard after each act. After an act it waits until a
/// message
/// that was published behind it reached every client, so that the two transcripts of two brokers fall into the same
/// steps.
final class MqttPlay implements AutoCloseable {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);
    private static final String SYNC = "sync/";

    private final Judged broker;
    private final String run;
    private final MqttWire[] wires = new MqttWire[MqttScript.CLIENTS];
    private final MqttWire control;
    private final List<Step> transcript = new ArrayList<>();
    private int ids = 10;

    /// What was heard after an act.
    ///
    /// @param answers of the one who acted
    /// @param messages by client, those of one topic in the order in which they came
    record Step(Act act, List<String> answers, Map<Integer, List<Message>> messages) {}

    /// @param qos as it was delivered
    record Message(String topic, int qos, boolean retained, String payload) {}

    private MqttPlay(Judged broker, String run) throws IOException {
        this.broker = broker;
        this.run = run;
        this.control = MqttWire.open(broker.at());
        control.send(MqttWire.connect(4, "control-" + run, true, 120));
        control.send(MqttWire.subscribe(4, 1, "will/#", 1));
        await(control, MqttWire.SUBACK, new ArrayList<>());
    }

    /// @param run one word for it; its clients' ids and no others have it
    static List<Step> of(MqttScript script, Judged broker, String run) throws IOException {
        try (var play = new MqttPlay(broker, run)) {
            for (int i = 0; i < script.acts().size(); i++)
                play.act(i, script.acts().get(i));
            play.clean();
            return play.transcript;
        }
    }

    private void act(int number, Act act) throws IOException {
        var answers = new ArrayList<String>();
        var messages = new HashMap<Integer, List<Message>>();
        var own = messages.computeIfAbsent(act.client(), _ -> new ArrayList<>());
        int version = MqttScript.version(act.client());
        switch (act) {
            case Act.Connect c -> {
                var wire = MqttWire.open(broker.at());
                wires[act.client()] = wire;
                wire.send(connect(c, version));
                var connack = await(wire, MqttWire.CONNACK, own);
                answers.add("session present " + connack.body()[0] + " code " + connack.body()[1]);
                wire.send(MqttWire.subscribe(version, 1, SYNC + "+", 1));
                await(wire, MqttWire.SUBACK, own);
            }
            case Act.Subscribe s -> {
                wires[act.client()].send(MqttWire.subscribe(version, ++ids, s.filter(), s.qos()));
                var suback = await(wires[act.client()], MqttWire.SUBACK, own);
                answers.add("granted " + suback.body()[suback.body().length - 1]);
            }
            case Act.Unsubscribe u -> {
                wires[act.client()].send(MqttWire.packet(
                        0xA2, MqttWire.number(++ids), version < 5 ? new byte[0] : new byte[1], u.filter()));
                await(wires[act.client()], MqttWire.UNSUBACK, own);
            }
            case Act.Publish p -> publish(p, version, own);
            case Act.Leave _ -> {
                wires[act.client()].send(MqttWire.disconnect());
                while (!(wires[act.client()].listen(ANSWER_MAX) instanceof Heard.Closed)) {}
                wires[act.client()].close();
                wires[act.client()] = null;
            }
            case Act.Drop _ -> {
                wires[act.client()].close();
                wires[act.client()] = null;
                await(control, MqttWire.PUBLISH, new ArrayList<>()); // the will
            }
        }
        sync(number, messages);
        messages.values().forEach(list -> list.sort(Comparator.comparing(Message::topic)));
        messages.values().removeIf(List::isEmpty);
        transcript.add(new Step(act, answers, messages));
    }

    private byte[] connect(Act.Connect c, int version) {
        byte[] expiry = new byte[] {5, 0x11, 0, 0, 0x0E, 0x10};
        byte[] will = !c.will()
                ? new byte[0]
                : MqttWire.bytes(version < 5 ? new byte[0] : new byte[1], "will/" + c.client(), "will");
        return MqttWire.packet(
                0x10,
                "MQTT",
                version,
                (c.clean() ? 2 : 0) | (c.will() ? 4 | 1 << 3 : 0),
                MqttWire.number(120),
                version < 5 ? new byte[0] : c.clean() ? new byte[1] : expiry,
                "client-" + c.client() + "-" + run,
                will);
    }

    private void publish(Act.Publish p, int version, List<Message> own) throws IOException {
        int id = ++ids;
        int flags = p.qos() << 1 | (p.retain() ? 1 : 0);
        var wire = wires[p.client()];
        wire.send(MqttWire.publish(version, flags, p.topic(), id, p.payload().getBytes(StandardCharsets.UTF_8)));
        if (p.qos() == 0) // nothing answers it; what is published behind it is acknowledged
        wire.send(MqttWire.publish(version, 2, "behind/" + run, ++ids, new byte[0]));
        if (p.qos() < 2) await(wire, MqttWire.PUBACK, own);
        if (p.qos() == 2) {
            await(wire, MqttWire.PUBREC, own);
            wire.send(MqttWire.ack(MqttWire.PUBREL, id));
            await(wire, MqttWire.PUBCOMP, own);
        }
    }

    private void sync(int number, Map<Integer, List<Message>> messages) throws IOException {
        control.send(
                MqttWire.publish(4, 2, SYNC + run, 5, Integer.toString(number).getBytes(StandardCharsets.UTF_8)));
        for (int c = 0; c < wires.length; c++)
            if (wires[c] != null) {
                var heard = messages.computeIfAbsent(c, _ -> new ArrayList<>());
                while (true) {
                    var p = await(wires[c], MqttWire.PUBLISH, heard);
                    if (p.topic().equals(SYNC + run)
                            && text(MqttScript.version(c), p).equals(Integer.toString(number))) break;
                }
            }
        await(control, MqttWire.PUBACK, new ArrayList<>());
    }

    private static String text(int version, Heard.Packet p) {
        return new String(MqttWire.payload(version, p), StandardCharsets.UTF_8);
    }

    /// Listens until a packet of this type comes (a PUBLISH: each one, and those of [#SYNC] are not written down).
    private Heard.Packet await(MqttWire wire, int type, List<Message> heard) throws IOException {
        while (true) {
            if (!(wire.listen(ANSWER_MAX) instanceof Heard.Packet p))
                throw new IOException(broker.name() + " did not send a packet of type " + type + "; acts before it: "
                        + transcript.size());
            if (p.type() == MqttWire.PUBLISH) {
                int qos = p.flags() >> 1 & 3;
                if (qos > 0) wire.send(MqttWire.ack(qos == 1 ? MqttWire.PUBACK : MqttWire.PUBREC, MqttWire.id(p)));
                if (!p.topic().startsWith(SYNC) && wire != control)
                    heard.add(new Message(p.topic(), qos, (p.flags() & 1) != 0, text(versionOf(wire), p)));
            } else if (p.type() == MqttWire.PUBREL) wire.send(MqttWire.ack(MqttWire.PUBCOMP, MqttWire.id(p)));
            if (p.type() == type) return p;
        }
    }

    private int versionOf(MqttWire wire) {
        for (int c = 0; c < wires.length; c++) if (wires[c] == wire) return MqttScript.version(c);
        return 4;
    }

    /// Takes away what it left: retained messages and sessions.
    private void clean() throws IOException {
        for (var topic : transcript.stream()
                .flatMap(s -> s.act() instanceof Act.Publish p
                        ? Optional.of(p.topic()).stream()
                        : Optional.<String>empty().stream())
                .distinct()
                .toList()) {
            control.send(MqttWire.publish(4, 3, topic, 6, new byte[0]));
            await(control, MqttWire.PUBACK, new ArrayList<>());
        }
        for (int c = 0; c < wires.length; c++) {
            if (wires[c] != null) wires[c].close();
            try (var wire = MqttWire.open(broker.at())) {
                wire.send(connect(new Act.Connect(c, true, false), MqttScript.version(c)));
                wire.listen(ANSWER_MAX);
                wire.send(MqttWire.disconnect());
            }
        }
    }

    @Override
    public void close() {
        control.close();
        for (var wire : wires) if (wire != null) wire.close();
    }
}
