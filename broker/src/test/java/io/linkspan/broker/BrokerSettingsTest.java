package io.linkspan.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Endpoint;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import java.time.Duration;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a person may write, and the sentence for what not.
class BrokerSettingsTest {
    private static Settings settings(String json) throws Invalid {
        return new Settings((Tree.Fields) Json.parse("test", json.replace('\'', '"')));
    }

    @Test
    void theTypeIsFoundByItsWord() {
        assertThat(ServiceLoader.load(ConnectorType.class).stream()
                        .map(p -> p.get().name()))
                .contains("mqtt_broker");
    }

    @Test
    void whatIsWrittenHolds() throws Exception {
        var s = BrokerSettings.of(settings("""
                { 'listeners': [ { 'address': '127.0.0.1', 'anonymous': 'true' },
                                 { 'address': '192.168.1.5:9001', 'websocket': '/mqtt' } ],
                  'keep-alive-max': '60s', 'refuse-subscribing': [ 'a/#' ],
                  'limits': { 'inflight-max': '20', 'session-expiry-max': '1d' } }"""));
        assertThat(s.doors().getFirst().address()).isEqualTo(new Endpoint.Tcp("127.0.0.1", 1_883));
        assertThat(s.doors().getFirst().anonymous()).isTrue();
        assertThat(s.doors().getLast().name()).isEqualTo("ws 192.168.1.5:9001");
        assertThat(s.doors().getLast().anonymous()).isFalse();
        assertThat(s.limits().inflightMax()).isEqualTo(20);
        assertThat(s.limits().sessionExpiryMax()).isEqualTo(Duration.ofDays(1));
        assertThat(s.limits().packetBytesMax()).isEqualTo(Limits.STANDARD.packetBytesMax());
        assertThat(s.core().maxKeepAliveSeconds()).isEqualTo(60);
        assertThat(s.refused()).containsExactly("a/#");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | write for example [ { address: \"127.0.0.1:1883\" } ]",
                "{ 'listeners': [ { 'address': '/dev/ttyUSB0' } ] } | not a serial line",
                "{ 'listeners': [ { 'address': '192.168.1.5:1883', 'anonymous': 'true' } ] } | loopback",
                "{ 'listeners': [ { 'address': '127.0.0.1', 'websocket': 'mqtt' } ] } | such as /mqtt",
                "{ 'listeners': [ { 'adress': '127.0.0.1', 'address': '::1' } ] } | did you mean \"address\"?",
                "{ 'listeners': [ { 'address': '127.0.0.1', 'tls': { 'certificate': 'c', 'key': 'k', 'client-needed': 'true' } } ] } | client-authority",
                "{ 'listeners': [ { 'address': '127.0.0.1' } ], 'accounts': [ { 'name': 'a' } ] } | neither password-hash",
                "{ 'listeners': [ { 'address': '127.0.0.1' } ], 'accounts': [ { 'name': 'a', 'password-hash': 'secret' } ] } | Argon2id",
                "{ 'listeners': [ { 'address': '127.0.0.1' } ], 'accounts': [ { 'name': 'a', 'token-hash': 'secret' } ] } | 64 hexadecimal",
                "{ 'listeners': [ { 'address': '127.0.0.1' } ], 'refuse-subscribing': [ 'a#' ] } | MQTT-4.7.1-1",
                "{ 'listeners': [ { 'address': '127.0.0.1' } ], 'limits': { 'inflight-max': '0' } } | is a whole number 1..65535",
                "{ 'listeners': [ { 'address': '127.0.0.1' } ], 'keep-alive-max': '2d' } | is at most 65535s",
            })
    void whatIsWrongIsSaid(String json, String part) {
        assertThatThrownBy(() -> BrokerSettings.of(settings(json)))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining(part);
    }

    @Test
    void aDeviceIsThereOnce() {
        String one = "{ 'name': 'a', 'certificate': 'CN=a' }";
        assertThatThrownBy(() -> BrokerSettings.of(settings(
                        "{ 'listeners': [ { 'address': '127.0.0.1' } ], 'accounts': [" + one + ", " + one + "] }")))
                .hasMessageContaining("twice");
    }
}
