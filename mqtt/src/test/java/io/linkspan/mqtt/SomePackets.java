package io.linkspan.mqtt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/// Any packet that the standard allows, for properties of the codec.
final class SomePackets {
    private SomePackets() {}

    static Arbitrary<String> text() {
        return Arbitraries.strings()
                .withCharRange(' ', '~')
                .withChars("äß€漢字ÿ")
                .ofMaxLength(12)
                .flatMap(text -> Arbitraries.of(text, text + "\ud83d\ude00"));
    }

    static Arbitrary<String> topic() {
        return Arbitraries.strings()
                .withCharRange('a', 'd')
                .withChars("/é$")
                .ofMinLength(1)
                .ofMaxLength(20);
    }

    static Arbitrary<String> filter() {
        return Arbitraries.of("a", "+", "", "b", "é")
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .flatMap(levels -> {
                    String path = String.join("/", levels);
                    String plain = path.isEmpty() ? "a" : path;
                    return Arbitraries.of(plain, plain + "/#", "#", "$share/g/" + plain);
                });
    }

    static Arbitrary<byte[]> bytes() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
    }

    static Arbitrary<Properties> properties(Version version, PacketType type, boolean ofWill) {
        if (!version.isFive()) return Arbitraries.just(Properties.NONE);
        var allowed = new ArrayList<Property>();
        for (var each : Property.values())
            if (ofWill ? each.isAllowedInWill() : each.isAllowedIn(type)) allowed.add(each);
        allowed.remove(Property.AUTHENTICATION_DATA);
        if (type == PacketType.PUBLISH) allowed.remove(Property.SUBSCRIPTION_IDENTIFIER); // a client's
        if (allowed.isEmpty()) return Arbitraries.just(Properties.NONE);
        return Arbitraries.subsetOf(allowed).flatMap(names -> filled(List.copyOf(names), Properties.with()));
    }

    private static Arbitrary<Properties> filled(List<Property> names, Properties.Builder into) {
        Arbitrary<List<Object>> values = Combinators.combine(
                        names.stream().map(SomePackets::value).toList())
                .as(all -> all);
        return values.map(all -> {
            var properties = Properties.with();
            for (int i = 0; i < names.size(); i++) properties.put(names.get(i), all.get(i));
            return properties.build();
        });
    }

    private static Arbitrary<Object> value(Property name) {
        if (name == Property.RESPONSE_TOPIC) return topic().map(t -> (Object) t);
        return switch (name.form()) {
            case FLAG -> Arbitraries.of(0L, 1L).map(n -> (Object) n);
            case TWO_BYTES -> Arbitraries.longs().between(1, 0xFFFF).map(n -> (Object) n);
            case FOUR_BYTES -> Arbitraries.longs().between(1, 0xFFFF_FFFFL).map(n -> (Object) n);
            case VARIABLE -> Arbitraries.longs().between(1, 268_435_455).map(n -> (Object) n);
            case TEXT -> text().map(t -> (Object) t);
            case BYTES -> bytes().map(b -> (Object) b);
            case PAIR ->
                Combinators.combine(text(), text()).as(Properties.Pair::new).map(p -> (Object) p);
        };
    }

    private static Arbitrary<Reason> reason(Version version, PacketType type) {
        if (!version.isFive()) return Arbitraries.just(Reason.SUCCESS);
        return Arbitraries.of(Reason.values()).filter(r -> Codes.isAllowed(r, type));
    }

    private static Arbitrary<Integer> id() {
        return Arbitraries.integers().between(1, Packet.ID_MAX);
    }

    /// Any packet that a side may send in a version.
    static Arbitrary<Packet> of(PacketType type, Version version) {
        var properties = properties(version, type, false);
        return switch (type) {
            case CONNECT -> connect(version);
            case CONNACK ->
                Combinators.combine(Arbitraries.of(true, false), connackReason(version), properties)
                        .as((there, reason, p) -> new Packet.Connack(there && !reason.isError(), reason, p));
            case PUBLISH -> publish(version);
            case PUBACK ->
                Combinators.combine(id(), reason(version, type), properties).as(Packet.Puback::new);
            case PUBREC ->
                Combinators.combine(id(), reason(version, type), properties).as(Packet.Pubrec::new);
            case PUBREL ->
                Combinators.combine(id(), reason(version, type), properties).as(Packet.Pubrel::new);
            case PUBCOMP ->
                Combinators.combine(id(), reason(version, type), properties).as(Packet.Pubcomp::new);
            case SUBSCRIBE ->
                Combinators.combine(
                                id(),
                                properties,
                                subscription(version).list().ofMinSize(1).ofMaxSize(5))
                        .as(Packet.Subscribe::new);
            case SUBACK ->
                Combinators.combine(
                                id(),
                                properties,
                                subackReason(version).list().ofMinSize(1).ofMaxSize(5))
                        .as(Packet.Suback::new);
            case UNSUBSCRIBE ->
                Combinators.combine(
                                id(), properties, filter().list().ofMinSize(1).ofMaxSize(5))
                        .as(Packet.Unsubscribe::new);
            case UNSUBACK ->
                Combinators.combine(
                                id(),
                                properties,
                                reason(version, type).list().ofMinSize(1).ofMaxSize(5))
                        .as((id, p, all) -> new Packet.Unsuback(id, p, version.isFive() ? all : List.of()));
            case PINGREQ -> Arbitraries.just(new Packet.Pingreq());
            case PINGRESP -> Arbitraries.just(new Packet.Pingresp());
            case DISCONNECT ->
                Combinators.combine(reason(version, type), properties).as(Packet.Disconnect::new);
            case AUTH ->
                Combinators.combine(reason(version, type), text())
                        .as((r, method) -> new Packet.Auth(
                                r,
                                Properties.with()
                                        .text(Property.AUTHENTICATION_METHOD, method)
                                        .build()));
        };
    }

    private static Arbitrary<Reason> connackReason(Version version) {
        if (version.isFive()) return reason(version, PacketType.CONNACK);
        return Arbitraries.of(
                Reason.SUCCESS,
                Reason.UNSUPPORTED_PROTOCOL_VERSION,
                Reason.CLIENT_IDENTIFIER_NOT_VALID,
                Reason.SERVER_UNAVAILABLE,
                Reason.BAD_USER_NAME_OR_PASSWORD,
                Reason.NOT_AUTHORIZED);
    }

    private static Arbitrary<Reason> subackReason(Version version) {
        if (version.isFive()) return reason(version, PacketType.SUBACK);
        return Arbitraries.of(Reason.SUCCESS, Reason.GRANTED_QOS_1, Reason.GRANTED_QOS_2, Reason.UNSPECIFIED_ERROR);
    }

    private static Arbitrary<Subscription> subscription(Version version) {
        var options = version.isFive()
                ? Arbitraries.integers().between(0, 0x2F).filter(o -> (o & 3) != 3)
                : Arbitraries.integers().between(0, 2);
        return Combinators.combine(filter(), options)
                .as((filter, o) -> Subscription.of(filter, Topics.isShared(filter) ? o & ~4 : o));
    }

    private static Arbitrary<Packet> publish(Version version) {
        return Combinators.combine(
                        topic(),
                        Arbitraries.of(Qos.class),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false),
                        id(),
                        properties(version, PacketType.PUBLISH, false),
                        bytes())
                .as((topic, qos, dup, retain, id, properties, payload) -> new Packet.Publish(
                        topic,
                        qos,
                        dup && qos != Qos.AT_MOST_ONCE,
                        retain,
                        qos == Qos.AT_MOST_ONCE ? 0 : id,
                        properties,
                        payload));
    }

    private static Arbitrary<Packet> connect(Version version) {
        var will = Combinators.combine(
                        topic(),
                        Arbitraries.of(Qos.class),
                        Arbitraries.of(true, false),
                        properties(version, PacketType.PUBLISH, true),
                        bytes())
                .as(Will::new)
                .optional();
        return Combinators.combine(
                        text(),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(0, 0xFFFF),
                        will,
                        text().optional(),
                        bytes().optional(),
                        properties(version, PacketType.CONNECT, false))
                .as((id, clean, keepAlive, w, name, password, properties) -> new Packet.Connect(
                        version,
                        id,
                        clean,
                        keepAlive,
                        w,
                        name,
                        name.isEmpty() && !version.isFive() ? Optional.empty() : password,
                        properties));
    }
}
