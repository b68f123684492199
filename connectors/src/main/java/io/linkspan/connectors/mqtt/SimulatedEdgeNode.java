package io.linkspan.connectors.mqtt;

import io.linkspan.connectors.mqtt.SparkplugPayload.Content;
import io.linkspan.connectors.mqtt.SparkplugPayload.Metric;
import io.linkspan.mqtt.Qos;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// An edge node of Sparkplug B with one device, a motor, on a [SimulatedBroker]: it is born when it is asked, reports
/// speed and whether it runs, takes commands, and has faults. Safe for many threads.
public final class SimulatedEdgeNode {
    /// Its name, as a site file writes it.
    public static final String NODE = "Plant1/Press3";
    /// Its device.
    public static final String DEVICE = "Motor";

    private static final long ALIAS_SPEED = 1;
    private static final long ALIAS_RUNS = 2;

    private final SimulatedBroker broker;
    private int seq;
    private long bdSeq;
    private double speed = 1_450;
    private boolean runs = true;
    private boolean deaf;

    /// Connects to the broker; it is born when somebody asks for it.
    public SimulatedEdgeNode(SimulatedBroker broker) {
        this.broker = broker;
        broker.device(this::heard);
    }

    /// Whether it answers to nothing from now on.
    public void deaf(boolean now) {
        synchronized (broker) { // whose threads call us too
            deaf = now;
        }
    }

    /// A new session: births of node and device.
    public void birth() {
        synchronized (broker) { // whose threads call us too
            seq = 0;
            publish("NBIRTH", "", named("bdSeq", SparkplugPayload.INT64, new Content.Whole(bdSeq)), rebirth());
            publish(
                    "DBIRTH",
                    DEVICE,
                    alias(named("Speed", SparkplugPayload.DOUBLE, new Content.Real(speed, false)), ALIAS_SPEED),
                    alias(named("Runs", SparkplugPayload.BOOLEAN, new Content.Truth(runs)), ALIAS_RUNS));
        }
    }

    /// Its connection to the broker ends, and its will is published.
    public void death() {
        synchronized (broker) { // whose threads call us too
            var will = new SparkplugPayload(
                    OptionalLong.empty(),
                    List.of(named("bdSeq", SparkplugPayload.INT64, new Content.Whole(bdSeq))),
                    OptionalLong.empty());
            broker.publish(topic("NDEATH", ""), will.encode(), Qos.AT_LEAST_ONCE, false);
            bdSeq++;
        }
    }

    /// Reports another speed, in revolutions a minute, by its alias alone.
    public void speed(double now) {
        synchronized (broker) { // whose threads call us too
            speed = now;
            publish("DDATA", DEVICE, byAlias(ALIAS_SPEED, new Content.Real(now, false)));
        }
    }

    /// A message that gets lost between node and broker.
    public void lose() {
        synchronized (broker) { // whose threads call us too
            seq = seq + 1 & 0xFF;
        }
    }

    private void heard(String topic, byte[] payload) {
        synchronized (broker) { // whose threads call us too
            var to = SparkplugTopic.parse(topic);
            if (deaf || to.isEmpty() || !to.get().nodeId().equals(NODE)) return;
            try {
                for (var metric : SparkplugPayload.parse(payload).metrics())
                    switch (to.get().type()) {
                        case NCMD -> {
                            if (metric.name().equals(SparkplugHost.REBIRTH)) birth();
                        }
                        case DCMD -> command(metric);
                        case NBIRTH, NDEATH, DBIRTH, DDEATH, NDATA, DDATA -> {} // its own
                    }
            } catch (SparkplugPayload.Malformed e) {
                throw new IllegalStateException("The host sends what is no payload", e);
            }
        }
    }

    private void command(Metric metric) {
        switch (metric.content()) {
            case Content.Real r -> speed(r.value());
            case Content.Truth t -> {
                runs = t.on();
                publish("DDATA", DEVICE, byAlias(ALIAS_RUNS, t));
            }
            case Content.Whole _, Content.Words _, Content.Raw _, Content.None _, Content.Unread _ -> {}
        }
    }

    private void publish(String type, String device, Metric... metrics) {
        var payload = new SparkplugPayload(
                OptionalLong.of(System.currentTimeMillis()), List.of(metrics), OptionalLong.of(seq));
        seq = seq + 1 & 0xFF;
        broker.publish(topic(type, device), payload.encode(), Qos.AT_MOST_ONCE, false);
    }

    private static String topic(String type, String device) {
        var parts = new ArrayList<>(List.of(SparkplugTopic.NAMESPACE, "Plant1", type, "Press3"));
        if (!device.isEmpty()) parts.add(device);
        return String.join("/", parts);
    }

    private static Metric rebirth() {
        return named(SparkplugHost.REBIRTH, SparkplugPayload.BOOLEAN, new Content.Truth(false));
    }

    private static Metric named(String name, int dataType, Content content) {
        return new Metric(
                name,
                OptionalLong.empty(),
                OptionalLong.empty(),
                dataType,
                false,
                Metric.QUALITY_GOOD,
                Optional.empty(),
                content);
    }

    private static Metric alias(Metric m, long alias) {
        return new Metric(
                m.name(),
                OptionalLong.of(alias),
                m.timestampMillis(),
                m.dataType(),
                m.historical(),
                m.quality(),
                m.unit(),
                m.content());
    }

    private static Metric byAlias(long alias, Content content) {
        return alias(named("", 0, content), alias);
    }
}
