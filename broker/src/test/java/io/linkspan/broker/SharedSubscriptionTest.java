package io.linkspan.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Property;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What becomes of a message of a shared subscription whose member does not acknowledge it (MQTT 5, 4.8.2).
class SharedSubscriptionTest {
    private static final String SHARE = "$share/workers/jobs";

    private TestBench bench;

    @BeforeEach
    void begin() throws Exception {
        bench = new TestBench();
    }

    private TestBench.Client member(String id, int keptSeconds) {
        var client = bench.client(id, Version.MQTT_5);
        var kept = Properties.with()
                .number(Property.SESSION_EXPIRY_INTERVAL, keptSeconds)
                .build();
        client.connect(true, kept);
        client.take(Packet.Connack.class);
        client.subscribe(SHARE, Qos.EXACTLY_ONCE);
        client.take(Packet.Suback.class);
        return client;
    }

    private List<String> got(TestBench.Client client) {
        var all = new ArrayList<String>();
        client.each(p -> {
            if (p instanceof Packet.Publish m)
                all.add(client.text(m) + " " + m.qos().level() + (m.dup() ? " dup" : ""));
        });
        return all;
    }

    private void publish(Qos qos, String... payloads) {
        var pub = bench.connected("pub");
        int id = 1;
        for (String each : payloads) pub.publish("jobs", each, qos, id++);
        pub.lose();
    }

    @Test
    void whatWasNotAcknowledgedGoesToAnotherMemberWhenTheSessionEnds() {
        var first = member("first", 0);
        publish(Qos.AT_LEAST_ONCE, "a", "b");
        assertThat(got(first)).containsExactly("a 1", "b 1");
        var second = member("second", 0);
        first.lose();
        assertThat(got(second)).as("as a message of its own").containsExactly("a 1", "b 1");
    }

    @Test
    void whatWasAcknowledgedIsGivenToNobodyElse() {
        var first = member("first", 0);
        publish(Qos.AT_LEAST_ONCE, "a", "b");
        int id = first.take(Packet.Publish.class).id();
        first.send(new Packet.Puback(id, Reason.SUCCESS, Properties.NONE));
        int refused = first.take(Packet.Publish.class).id();
        first.send(new Packet.Puback(refused, Reason.UNSPECIFIED_ERROR, Properties.NONE)); // [MQTT-4.8.2-6]
        var second = member("second", 0);
        first.lose();
        assertThat(got(second)).isEmpty();
    }

    @Test
    void whileTheSessionIsKeptItsMemberMayComeBack() {
        var first = member("first", 60);
        publish(Qos.AT_LEAST_ONCE, "a");
        var second = member("second", 60);
        first.lose();
        bench.advance(Duration.ofSeconds(59));
        assertThat(got(second)).isEmpty();
        bench.advance(Duration.ofSeconds(2));
        assertThat(got(second)).containsExactly("a 1");
    }

    @Test
    void ofQos2OnlyWhatWasNeverSentIsGivenToAnother() {
        var first = member("first", 60);
        publish(Qos.EXACTLY_ONCE, "sent");
        assertThat(got(first)).containsExactly("sent 2");
        first.lose();
        publish(Qos.EXACTLY_ONCE, "waits");
        var second = member("second", 60);
        bench.advance(Duration.ofSeconds(61));
        assertThat(got(second))
                .as("[MQTT-4.8.2-5]: sent may be taken, and is not sent to anybody else")
                .containsExactly("waits 2");
    }

    @Test
    void itIsInTheLogBeforeTheMemberIsForgotten() throws Exception {
        var first = member("first", 60);
        publish(Qos.AT_LEAST_ONCE, "a", "b");
        var second = member("second", 600);
        second.lose();
        first.lose();
        bench.cutPower();
        bench.advance(Duration.ofSeconds(61));
        bench.snapshot(1);
        bench.cutPower();
        second.connect(
                false,
                Properties.with().number(Property.SESSION_EXPIRY_INTERVAL, 600).build());
        second.take(Packet.Connack.class);
        assertThat(got(second)).containsExactly("a 1", "b 1");
    }

    @Test
    void aSnapshotKnowsByWhichShareAMessageCame() throws Exception {
        var first = member("first", 60);
        publish(Qos.AT_LEAST_ONCE, "a");
        bench.snapshot(1);
        first.lose();
        bench.cutPower();
        var second = member("second", 600);
        bench.advance(Duration.ofSeconds(61));
        assertThat(got(second)).containsExactly("a 1");
    }

    @Test
    void whatCameByAPlainSubscriptionIsNotShared() {
        var first = bench.connected("first");
        first.subscribe("jobs", Qos.AT_LEAST_ONCE);
        first.take(Packet.Suback.class);
        publish(Qos.AT_LEAST_ONCE, "a");
        var second = member("second", 0);
        first.lose();
        assertThat(got(second)).isEmpty();
    }
}
