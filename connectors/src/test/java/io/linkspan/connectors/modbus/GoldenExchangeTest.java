package io.linkspan.connectors.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// One request and one answer as they were on the wire, and what is to be read from them. A new case is a new folder
/// with
/// `request.hex`, `response.hex`, `points.txt` (type | address) and `expected.txt`; no code.
class GoldenExchangeTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/modbus");

    @TestFactory
    Stream<DynamicTest> cases() throws IOException {
        try (var folders = Files.list(GOLDEN)) {
            var all = folders.filter(Files::isDirectory).sorted().toList();
            assertThat(all).hasSizeGreaterThan(10);
            return all.stream()
                    .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> check(folder)));
        }
    }

    private static void check(Path folder) throws IOException {
        byte[] asked = hex(folder.resolve("request.hex"));
        byte[] answered = hex(folder.resolve("response.hex"));
        var points = Files.readAllLines(folder.resolve("points.txt"));
        var expected = Files.readAllLines(folder.resolve("expected.txt"));
        assertThat(understood(asked, answered, points)).isEqualTo(expected);
    }

    private static byte[] hex(Path file) throws IOException {
        return HexFormat.of().parseHex(Files.readString(file).replaceAll("\\s", ""));
    }

    private static List<String> understood(byte[] asked, byte[] answered, List<String> points) throws IOException {
        boolean tcp = Mbap.HEADER_BYTES < asked.length
                && Request.word(asked, 2) == 0
                && Request.word(asked, 4) == asked.length - 6;
        Request.Read read;
        Optional<Response> response;
        try {
            if (tcp) {
                var request = Mbap.parse(asked, asked.length).orElseThrow();
                var answer = Mbap.parse(answered, answered.length).orElseThrow();
                read = (Request.Read) Request.parse(request.pdu());
                boolean ours = answer.transaction() == request.transaction() && answer.unit() == request.unit();
                response = ours ? Response.parse(read, answer.pdu()) : Optional.empty();
            } else {
                var request = Rtu.parse(asked, asked.length).orElseThrow();
                read = (Request.Read) Request.parse(request.pdu());
                var first = read;
                assertThat(Rtu.answerLength(answered, answered.length)).isEqualTo(answered.length);
                response = Rtu.parse(answered, answered.length)
                        .filter(a -> a.unit() == request.unit())
                        .flatMap(a -> Response.parse(first, a.pdu()));
            }
        } catch (Request.Malformed e) {
            throw new IOException(e);
        }
        if (response.isEmpty()) return List.of("not an answer");
        var lines = new ArrayList<String>();
        switch (response.get()) {
            case Response.Refused no -> lines.add("refused: " + ExceptionCode.words(no.code()));
            case Response.Wrote _ -> lines.add("wrote");
            case Response.Data data -> {
                for (var line : points) {
                    String[] parts = line.split("\\|");
                    var type = ValueType.valueOf(parts[0].trim().toUpperCase(Locale.ROOT));
                    var place = (Address.Place) Address.parse(parts[1], type);
                    int at = (place.first() - read.first()) * (place.table().bits() ? 1 : 2);
                    var decoded = place.form().decode(type, Map.of(), 0, data.bytes(), at);
                    lines.add(place + " = " + (decoded instanceof Form.Decoded.Got got ? got.value() : "no value"));
                }
            }
        }
        return lines;
    }
}
