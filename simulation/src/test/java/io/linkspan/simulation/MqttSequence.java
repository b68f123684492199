package io.linkspan.simulation;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/// One packet sequence of Eclipse Mosquitto's broker tests: what is sent, what must come back, how it must end.
///
/// @param name group and name, numbered where two are alike; also the client id
/// @param version 3 (MQTT 3.1), 4 (3.1.1) or 5
/// @param connect a CONNECT goes before it
/// @param mustClose the broker must close the connection at the end, else keep it open
record MqttSequence(String name, int version, boolean connect, boolean mustClose, List<Step> steps) {
    private static final int VERSION_WHERE_NONE_IS_GIVEN = 4;

    sealed interface Step {
        record Send(byte[] bytes) implements Step {}

        record Receive(byte[] bytes) implements Step {}

        /// Another client publishes.
        record Elsewhere(String topic, int qos, String payload) implements Step {}
    }

    /// All of a folder, in the order of its files.
    static List<MqttSequence> all(Path folder) throws IOException, Invalid {
        var all = new ArrayList<MqttSequence>();
        var names = new HashMap<String, Integer>();
        List<Path> files;
        try (var list = Files.list(folder)) {
            files = list.filter(f -> f.toString().endsWith(".json")).sorted().toList();
        }
        for (var file : files)
            for (var group : ((Tree.Items) Json.parse(file.getFileName().toString(), Files.readString(file))).items()) {
                var fields = (Tree.Fields) group;
                for (var test : ((Tree.Items) fields.fields().get("tests")).items())
                    all.add(one(fields, (Tree.Fields) test, names));
            }
        return all;
    }

    private static MqttSequence one(Tree.Fields group, Tree.Fields test, HashMap<String, Integer> names) {
        String name = text(group, "group", "").replaceAll(" +", " ") + " "
                + text(test, "name", "").trim();
        int count = names.merge(name, 1, Integer::sum);
        var steps = new ArrayList<Step>();
        for (var message : ((Tree.Items) test.fields().get("msgs")).items()) {
            var step = (Tree.Fields) message;
            String payload = text(step, "payload", "");
            steps.add(
                    switch (text(step, "type", "")) {
                        case "send" -> new Step.Send(encode(payload));
                        case "recv" -> new Step.Receive(encode(payload));
                        case "external_publish" ->
                            new Step.Elsewhere(
                                    text(step, "topic", ""), Integer.parseInt(text(step, "qos", "0")), payload);
                        default ->
                            throw new IllegalArgumentException(name + " has a step of no known type: " + message);
                    });
        }
        return new MqttSequence(
                count == 1 ? name : name + " #" + count,
                Integer.parseInt(text(test, "ver", text(group, "ver", "" + VERSION_WHERE_NONE_IS_GIVEN))),
                Boolean.parseBoolean(text(test, "connect", text(group, "connect", "true"))),
                Boolean.parseBoolean(text(test, "expect_disconnect", text(group, "expect_disconnect", "true"))),
                List.copyOf(steps));
    }

    private static String text(Tree.Fields fields, String name, String otherwise) {
        return fields.fields().get(name) instanceof Tree.Scalar s ? s.text() : otherwise;
    }

    private static final Pattern WORD = Pattern.compile("'([^']*)'|([a-zA-Z])(\\d+)|((?:[0-9A-Fa-f]{2})+)");

    /// The words of a payload as bytes: hex; `m1`, `k60`, `H5`, `s5` two bytes; `L5` four; `i5` one; `r5`, `v3` as
    /// many as
    /// they need; `'abc'` text.
    ///
    /// @throws IllegalArgumentException naming the word that is none
    static byte[] encode(String payload) {
        var bytes = new ByteArrayOutputStream();
        var words = WORD.matcher(payload);
        int at = 0;
        while (at < payload.length()) {
            if (payload.charAt(at) == ' ') {
                at++;
                continue;
            }
            if (!words.region(at, payload.length()).lookingAt())
                throw new IllegalArgumentException("No word of a payload: " + payload.substring(at));
            at = words.end();
            if (words.group(1) != null) bytes.writeBytes(words.group(1).getBytes(StandardCharsets.UTF_8));
            else if (words.group(2) != null && isWhole(payload, at))
                bytes.writeBytes(number(words.group(2).charAt(0), Long.parseLong(words.group(3)), payload));
            else {
                int end = payload.indexOf(' ', words.start());
                at = end < 0 ? payload.length() : end;
                bytes.writeBytes(HexFormat.of().parseHex(payload.substring(words.start(), at)));
            }
        }
        return bytes.toByteArray();
    }

    private static boolean isWhole(String payload, int end) {
        return end == payload.length() || payload.charAt(end) == ' ';
    }

    private static byte[] number(char kind, long value, String payload) {
        return switch (kind) {
            case 'r', 'v' -> MqttWire.length(value);
            case 'm', 'k', 'H', 's' -> MqttWire.number((int) value);
            case 'i' -> new byte[] {(byte) value};
            case 'L' -> MqttWire.bytes(MqttWire.number((int) (value >> 16)), MqttWire.number((int) value));
            default -> HexFormat.of().parseHex(kind + Long.toString(value)); // as "E0": a byte in hex
        };
    }

    /// It subscribes, so what others publish may reach it.
    boolean hears() {
        return steps.stream()
                .anyMatch(s -> s instanceof Step.Elsewhere
                        || s instanceof Step.Receive r && r.bytes()[0] == (byte) (MqttWire.SUBACK << 4));
    }

    @Override
    public String toString() {
        return name;
    }
}
