package io.linkspan.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Mark;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodecTest {
    private static final String SENSOR = """
            function decodeUplink(input) {
              var b = input.bytes;
              if (b.length < 3) return { errors: ['too short'] };
              var t = (b[0] << 24 >> 16 | b[1]) / 10;
              return { data: { temperature: t, open: b[2] === 1, parts: [1, 'a', null], topic: input.topic } };
            }
            function encodeDownlink(input) { return { bytes: [7, input.data.target * 2], fPort: 2 }; }
            """;

    @Test
    void aMakersScriptDecodesAndEncodes() throws Exception {
        var codec = Codec.compile(Mark.NONE, SENSOR);
        assertThat(Json.write(codec.decode("up", new byte[] {(byte) 0xFF, (byte) 0x9C, 1})))
                .isEqualTo("{\"temperature\":-10,\"open\":true,\"parts\":[1,\"a\",null],\"topic\":\"up\"}");
        assertThat(codec.encode("down", Json.parse("", "{\"target\":21.5}"))).containsExactly(7, 43);
        assertThatThrownBy(() -> codec.decode("up", new byte[1]))
                .isInstanceOf(BadPayload.class)
                .hasMessageContaining("too short");
    }

    @Test
    void anAddressUsesTheThingsScript() throws Invalid {
        var p = TopicMapTest.with(
                "codec", SENSOR, TopicMapTest.point(1, "a.p", "up js /temperature", ValueType.NUMBER, "Cel"));
        var taken = TopicMap.of(java.util.List.of(p)).take("up", new byte[] {0, (byte) 215, 0}, false, 0);
        assertThat(taken.readings()).singleElement().matches(r -> r.value().equals(new Value.Num(21.5)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "while (true) {} # instructionsMax",
                "try { while (true) {} } catch (e) { return {}; } # instructionsMax",
                "function f() { return f() + 1; } f(); # stack depth",
                "var a = []; while (true) a.push('x' + a.length); # Max",
                "var s = 'x'; while (true) { s += s; s.charCodeAt(0); } # Max",
                "'x'.repeat(1e9); # memoryBytesMax",
                "'x'.padStart(1e9); # memoryBytesMax",
                "new Array(1e9).join('x'); # memoryBytesMax",
                "new Uint8Array(1e9); # memoryBytesMax",
                "/(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'); # Max",
                "java.lang.System.exit(1); # not defined",
                "Packages.java.lang.System.exit(1); # Packages",
                "input.getClass().forName('x'); # getClass",
                "return 5; # no object",
                "throw new Error('no'); # no",
            })
    void noScriptTakesMoreThanItMay(String body, String why) throws Invalid {
        var codec = Codec.compile(Mark.NONE, "function decodeUplink(input) { " + body + " return {}; }");
        assertThatThrownBy(() -> codec.decode("t", new byte[0]))
                .isInstanceOf(BadPayload.class)
                .hasMessageContaining(why);
    }

    @Test
    void whatIsNoCodecIsRefused() {
        assertThatThrownBy(() -> Codec.compile(new Mark("site.yaml", 3), "function x( {"))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("site.yaml:3");
        assertThatThrownBy(() -> Codec.compile(Mark.NONE, "var a = 1;")).hasMessageContaining("decodeUplink");
        assertThatThrownBy(() -> Codec.compile(Mark.NONE, "while (true) {}")).hasMessageContaining("instructionsMax");
    }

    @Test
    void oneRunLeavesNothingToTheNext() throws Exception {
        var codec = Codec.compile(
                Mark.NONE, "var n = 0; function decodeUplink(i) { n++; Array.prototype.x = n; return { n: n }; }");
        assertThat(Json.write(codec.decode("t", new byte[0]))).isEqualTo("{\"n\":1}");
        assertThat(Json.write(codec.decode("t", new byte[0]))).isEqualTo("{\"n\":1}");
    }
}
