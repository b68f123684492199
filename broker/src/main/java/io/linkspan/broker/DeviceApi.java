package io.linkspan.broker;

import io.linkspan.connector.Point;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Reading;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.payload.KeyAddress;
import io.linkspan.payload.TopicAddress;
import io.linkspan.payload.TopicMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/// Devices that speak ThingsBoard's MQTT device API: what they tell becomes readings, what they ask is answered, what
/// they are told goes out as a request or a shared attribute. docs/mqtt.md says what is offered. For the broker's
/// thread.
final class DeviceApi {
    private static final String NO_SUCH_METHOD =
            "there is no such method here; getCurrentTime and getSessionLimits are";

    private static final TopicMap.Taken NOTHING = new TopicMap.Taken(true, List.of(), List.of(), List.of());

    private final Surroundings here;
    private final Executor broker;
    private final Supplier<Broker> by;
    private final Runnable turnEnds;
    private final DeviceFinds finds;
    private int lastRequest;

    /// The properties of one device.
    ///
    /// @param points all that are heard
    /// @param client by the key that the device tells them under
    /// @param shared by the shared attribute that writes them
    record Device(List<Integer> points, Map<String, Keyed> client, Map<String, Keyed> shared) {
        static final Device NONE = new Device(List.of(), Map.of(), Map.of());
    }

    /// A point and its address.
    record Keyed(Point point, TopicAddress address) {}

    /// @param broker the broker's thread
    /// @param by the broker, once it is there
    /// @param turnEnds is called there behind what was published
    DeviceApi(Surroundings here, Executor broker, Supplier<Broker> by, Runnable turnEnds) {
        this.here = here;
        this.broker = broker;
        this.by = by;
        this.turnEnds = turnEnds;
        finds = new DeviceFinds(here);
        // an answer to a request of an earlier life must not be taken for one to a request of this
        lastRequest = (int) (here.wallMicros() / 1_000_000 & 0x3FFF_FFFF);
    }

    /// The things are other ones now.
    void forget() {
        finds.forget();
    }

    void tick() {
        finds.tick();
    }

    /// What a message of a device says; questions are answered behind it.
    ///
    /// @param answered is given the number and payload of each answer to a request of ours
    TopicMap.Taken hear(Message m, long wallMicros, TopicMap map, Map<String, Device> devices, Answered answered) {
        var up = DeviceSpace.Up.of(m.topic());
        var device = devices.getOrDefault(up.thing(), Device.NONE);
        try {
            if (up.rest().equals("telemetry"))
                return values(up.thing(), DevicePayload.telemetry(m.payload()), map, wallMicros);
            if (up.rest().equals("attributes")) {
                var all = DevicePayload.object(m.payload(), "attributes");
                return values(up.thing(), List.of(new DevicePayload.Values(Reading.NO_TIME, all)), map, wallMicros);
            }
            if (up.rest().startsWith("attributes/request/")) answer(up, attributes(m.payload(), device));
            else if (up.rest().startsWith("rpc/request/")) answer(up, method(m.payload()));
            else answered.told(up.thing(), Integer.parseUnsignedInt(number(up)), m.payload());
        } catch (DevicePayload.Wrong e) {
            if (up.rest().contains("/request/")) {
                answer(up, error(String.valueOf(e.getMessage()))); // it is told so, and nothing is missing
                return NOTHING;
            }
            var trouble = map.refuse(m.topic(), device.points(), String.valueOf(e.getMessage()), wallMicros);
            return new TopicMap.Taken(
                    true, List.of(), List.of(), trouble.stream().toList());
        } catch (NumberFormatException e) {
            unasked(); // a number that none of our requests has
        }
        return NOTHING;
    }

    /// Is given answers of devices.
    interface Answered {
        void told(String thing, int request, byte[] payload);
    }

    /// A device answered what nobody waits for any more, or ever did.
    void unasked() {
        by.get().tally().answersUnasked++;
    }

    private static String number(DeviceSpace.Up up) {
        return up.rest().substring(up.rest().lastIndexOf('/') + 1);
    }

    // ---- telemetry and client attributes

    private TopicMap.Taken values(String thing, List<DevicePayload.Values> all, TopicMap map, long wallMicros) {
        var readings = new ArrayList<Reading>();
        var troubles = new ArrayList<TopicMap.Trouble>();
        for (var values : all)
            for (var each : values.byKey().entrySet()) {
                String topic = KeyAddress.topic(thing, each.getKey());
                var taken = map.take(topic, KeyAddress.message(each.getValue()), wallMicros);
                if (!taken.known()) {
                    by.get().tally().keysUnknown++;
                    finds.unknown(thing, each.getKey(), each.getValue());
                }
                for (var r : taken.readings())
                    readings.add(
                            values.micros() == Reading.NO_TIME
                                    ? r
                                    : new Reading(r.property(), r.value(), r.quality(), values.micros()));
                troubles.addAll(taken.troubles());
            }
        return new TopicMap.Taken(true, readings, List.of(), troubles);
    }

    // ---- what a device asks

    private void answer(DeviceSpace.Up up, byte[] payload) {
        try {
            broker.execute(() -> {
                if (by.get().publishNow(up.answer(), payload) == 0) by.get().tally().messagesDropped++;
                turnEnds.run();
            });
        } catch (RejectedExecutionException e) {
            // the broker has ended, and nobody waits for the answer
        }
    }

    /// What was told to us last, and what we want; nothing is said of what nobody knows.
    private byte[] attributes(byte[] payload, Device device) throws DevicePayload.Wrong {
        var request = DevicePayload.object(payload, "requests for attributes");
        boolean all = !request.containsKey("clientKeys") && !request.containsKey("sharedKeys");
        var client = new LinkedHashMap<String, Tree>();
        for (String key : all ? device.client().keySet() : DevicePayload.keys(request, "clientKeys"))
            Optional.ofNullable(device.client().get(key))
                    .flatMap(k -> told(k).flatMap(k.address()::asHeard))
                    .ifPresent(v -> client.put(key, v));
        var shared = new LinkedHashMap<String, Tree>();
        for (String key : all ? device.shared().keySet() : DevicePayload.keys(request, "sharedKeys"))
            Optional.ofNullable(device.shared().get(key))
                    .flatMap(k -> here.wished(k.point()).or(() -> told(k)).flatMap(k.address()::asSaid))
                    .ifPresent(v -> shared.put(key, v));
        return DevicePayload.attributes(client, shared);
    }

    private Optional<Value> told(Keyed k) {
        return here.current(k.point()).filter(c -> c.quality().isUsable()).map(c -> c.value());
    }

    /// The methods that the reference documents with their answers; others are refused in words.
    private byte[] method(byte[] payload) throws DevicePayload.Wrong {
        var request = DevicePayload.object(payload, "requests");
        String method = request.get("method") instanceof Tree.Scalar s ? s.text() : "";
        if (method.equals("getCurrentTime")) return DevicePayload.bytes(Tree.plain(here.wallMicros() / 1_000));
        if (!method.equals("getSessionLimits"))
            return error("\"" + DevicePayload.cut(method) + "\": " + NO_SUCH_METHOD);
        var limits = by.get().limits();
        var rates = new LinkedHashMap<String, Tree>();
        if (limits.publishRateMax() > 0) rates.put("messages", Tree.text(limits.publishRateMax() + ":1"));
        var all = new LinkedHashMap<String, Tree>();
        all.put("maxPayloadSize", Tree.plain(limits.packetBytesMax()));
        all.put("maxInflightMessages", Tree.plain(limits.inflightMax()));
        all.put("rateLimits", Tree.fields(rates));
        return DevicePayload.bytes(Tree.fields(all));
    }

    private static byte[] error(String why) {
        return DevicePayload.bytes(Tree.fields(Map.of("error", Tree.text(why))));
    }

    // ---- what a device is told

    /// Sends a request, in the form in which the device listens.
    ///
    /// @return its number; none when the device is not there, or does not listen
    Optional<Integer> request(String thing, byte[] payload) {
        lastRequest = lastRequest == Integer.MAX_VALUE ? 1 : lastRequest + 1;
        boolean sent = by.get().publishNow(DeviceSpace.down(thing, false, "rpc/request/" + lastRequest), payload) > 0
                || by.get().publishNow(DeviceSpace.down(thing, true, "r/req/" + lastRequest), payload) > 0;
        return sent ? Optional.of(lastRequest) : Optional.empty();
    }

    /// Tells a shared attribute.
    ///
    /// @return whether the device is there and listens
    boolean attribute(String thing, byte[] payload) {
        int inLong = by.get().publishNow(DeviceSpace.down(thing, false, "attributes"), payload);
        return by.get().publishNow(DeviceSpace.down(thing, true, "a"), payload) + inLong > 0;
    }
}
