package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// HiveMQ's client at our broker.
class MqttHiveTest {
    private static final int MESSAGES = 50;
    private static final long SECONDS_MAX = 30;

    @TempDir
    private static Path folder;

    private static MqttNode node;

    @BeforeAll
    static void start() throws Exception {
        node = MqttNode.start(folder);
    }

    @AfterAll
    static void end() {
        if (node != null) node.close();
    }

    private static MqttClientBuilder client(String id) {
        return MqttClient.builder()
                .identifier(id)
                .serverHost("127.0.0.1")
                .serverPort(node.at().getPort());
    }

    @ParameterizedTest
    @EnumSource(MqttQos.class)
    void version5AtEachQos(MqttQos qos) throws Exception {
        String topic = "hive/5/" + qos.getCode();
        var client = client("hive-5-" + qos.getCode()).useMqttVersion5().buildBlocking();
        client.connectWith()
                .cleanStart(true)
                .restrictions()
                .receiveMaximum(7)
                .topicAliasMaximum(4)
                .applyRestrictions()
                .send();
        try (var got = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith().topicFilter(topic).qos(qos).send();
            var async = client.toAsync();
            // Of QoS 0 the client itself drops what it is too slow for, so that goes one by one.
            int together = qos == MqttQos.AT_MOST_ONCE ? 1 : MESSAGES;
            for (int from = 0; from < MESSAGES; from += together) {
                for (int i = from; i < from + together; i++) async.publish(message(topic, qos, i));
                for (int i = from; i < from + together; i++) check(got.receive(SECONDS_MAX, TimeUnit.SECONDS), qos, i);
            }
        }
        client.disconnect();
    }

    private static Mqtt5Publish message(String topic, MqttQos qos, int number) {
        return Mqtt5Publish.builder()
                .topic(topic)
                .qos(qos)
                .payload(Integer.toString(number).getBytes(StandardCharsets.UTF_8))
                .contentType("text/plain")
                .userProperties()
                .add("number", Integer.toString(number))
                .applyUserProperties()
                .build();
    }

    private static void check(Optional<Mqtt5Publish> got, MqttQos qos, int number) {
        var message = got.orElseThrow();
        assertThat(new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8))
                .isEqualTo(Integer.toString(number));
        assertThat(message.getQos()).isEqualTo(qos);
        assertThat(message.getUserProperties().asList().getFirst().getValue().toString())
                .isEqualTo(Integer.toString(number));
        assertThat(message.getContentType().orElseThrow().toString()).isEqualTo("text/plain");
    }

    @Test
    void version3KeepsASession() throws Exception {
        var first = client("hive-3").useMqttVersion3().buildBlocking();
        assertThat(first.connectWith().cleanSession(false).send().isSessionPresent())
                .isFalse();
        first.subscribeWith().topicFilter("hive/3/+").qos(MqttQos.EXACTLY_ONCE).send();
        first.disconnect();
        var other = client("hive-other").useMqttVersion3().buildBlocking();
        other.connect();
        for (int i = 0; i < MESSAGES; i++)
            other.publishWith()
                    .topic("hive/3/a")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .payload(ByteBuffer.wrap(Integer.toString(i).getBytes(StandardCharsets.UTF_8)))
                    .send();
        other.disconnect();
        var again = client("hive-3").useMqttVersion3().buildBlocking();
        try (var got = again.publishes(MqttGlobalPublishFilter.ALL)) {
            assertThat(again.connectWith().cleanSession(false).send().isSessionPresent())
                    .isTrue();
            List<String> numbers = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++)
                numbers.add(new String(
                        got.receive(SECONDS_MAX, TimeUnit.SECONDS).orElseThrow().getPayloadAsBytes(),
                        StandardCharsets.UTF_8));
            assertThat(numbers)
                    .containsExactlyElementsOf(java.util.stream.IntStream.range(0, MESSAGES)
                            .mapToObj(Integer::toString)
                            .toList());
        }
        again.disconnect();
    }
}
