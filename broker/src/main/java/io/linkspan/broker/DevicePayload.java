package io.linkspan.broker;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Reading;
import io.linkspan.model.Tree;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The payloads of ThingsBoard's MQTT device API (MQTT Device API Reference, "Telemetry upload API", "Attributes API",
/// "RPC API"), which are JSON. No state.
final class DevicePayload {
    private DevicePayload() {}

    /// Values that belong to one time.
    ///
    /// @param micros the device's own time, microseconds since 1970 UTC; [Reading#NO_TIME] where it says none
    record Values(long micros, Map<String, Tree> byKey) {}

    /// The bytes are none of the API's payloads; the message says what they should be.
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1;

        Wrong(String why) {
            super(why);
        }
    }

    /// An object, `{"ts": ..., "values": {...}}`, or an array of either.
    static List<Values> telemetry(byte[] payload) throws Wrong {
        return switch (json(payload)) {
            case Tree.Fields f -> List.of(values(f));
            case Tree.Items items -> {
                var all = new ArrayList<Values>();
                for (var each : items.items()) {
                    if (!(each instanceof Tree.Fields f))
                        throw new Wrong("telemetry is an array of objects, and there stands " + each.kind());
                    all.add(values(f));
                }
                yield all;
            }
            case Tree.Scalar s -> throw new Wrong("telemetry is an object or an array of objects, not " + s.kind());
        };
    }

    private static Values values(Tree.Fields object) throws Wrong {
        var fields = object.fields();
        if (!(fields.get("ts") instanceof Tree.Scalar ts) || !(fields.get("values") instanceof Tree.Fields values))
            return new Values(Reading.NO_TIME, fields);
        if (!ts.text().matches("-?\\d{1,15}"))
            throw new Wrong("ts is the milliseconds since 1970, not \"" + cut(ts.text()) + "\"");
        return new Values(Long.parseLong(ts.text()) * 1_000, values.fields());
    }

    /// An object.
    static Map<String, Tree> object(byte[] payload, String what) throws Wrong {
        if (json(payload) instanceof Tree.Fields f) return f.fields();
        throw new Wrong(what + " are an object of keys and values");
    }

    /// Keys that are asked for: a list in one text, `"a,b"`; none where the request does not name them.
    static List<String> keys(Map<String, Tree> request, String field) {
        if (!(request.get(field) instanceof Tree.Scalar s)) return List.of();
        var all = new ArrayList<String>();
        for (String each : s.text().split(",", -1)) if (!each.isBlank()) all.add(each.strip());
        return all;
    }

    /// What a device answered to a request: why it refused; empty where it did not. An object with an `error`, or
    /// with
    /// `success: false`, refuses; whatever else comes is an answer.
    static String refusal(byte[] payload) {
        Tree answer;
        try {
            answer = json(payload);
        } catch (Wrong e) {
            return ""; // any text is an answer
        }
        if (!(answer instanceof Tree.Fields f)) return "";
        var error = Optional.ofNullable(f.fields().get("error")).filter(e -> !isNone(e));
        if (error.isPresent()) return cut(error.get() instanceof Tree.Scalar s ? s.text() : Json.write(error.get()));
        boolean failed = f.fields().get("success") instanceof Tree.Scalar s
                && !s.quoted()
                && s.text().equals("false");
        return failed ? cut(Json.write(answer)) : "";
    }

    private static boolean isNone(Tree error) {
        return error instanceof Tree.Scalar s
                && !s.quoted()
                && (s.text().isEmpty() || s.text().equals("false"));
    }

    private static Tree json(byte[] payload) throws Wrong {
        try {
            return Json.parse(
                    "",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(payload))
                            .toString());
        } catch (CharacterCodingException e) {
            throw new Wrong("it is no text: its bytes are no UTF-8");
        } catch (Invalid e) {
            throw new Wrong("it is no JSON: " + cut(e.getMessage()));
        }
    }

    private static final int SHOWN_CHARACTERS_MAX = 200;

    /// A text of a stranger, for people: short and without control characters.
    static String cut(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return plain.length() > SHOWN_CHARACTERS_MAX ? plain.substring(0, SHOWN_CHARACTERS_MAX) + "..." : plain;
    }

    /// `{"client": {...}, "shared": {...}}`, as an answer to a request for attributes.
    static byte[] attributes(Map<String, Tree> client, Map<String, Tree> shared) {
        var all = new LinkedHashMap<String, Tree>();
        if (!client.isEmpty()) all.put("client", Tree.fields(client));
        if (!shared.isEmpty()) all.put("shared", Tree.fields(shared));
        return bytes(Tree.fields(all));
    }

    static byte[] bytes(Tree tree) {
        return Json.write(tree).getBytes(StandardCharsets.UTF_8);
    }
}
