package io.linkspan.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// What is written is read again as it was, and nothing that is not a packet becomes one or breaks anything.
class CodecPropertiesTest {
    record Case(Version version, Packet packet) {}

    @Provide
    Arbitrary<Case> cases() {
        return Arbitraries.of(Version.class)
                .flatMap(version -> Arbitraries.of(PacketType.class)
                        .filter(type -> version.isFive() || type != PacketType.AUTH)
                        .flatMap(type -> SomePackets.of(type, version))
                        .map(packet -> new Case(version, packet)));
    }

    @Property(tries = 4_000)
    void whatIsWrittenIsReadAgain(@ForAll("cases") Case each) throws Violation {
        byte[] bytes = PacketWriter.encode(each.packet(), each.version());

        assertThat(bytes).hasSize(PacketWriter.size(each.packet(), each.version()));
        assertThat(PacketDecoder.lengthAt(bytes, 0, bytes.length)).isEqualTo(bytes.length);
        var again = read(bytes, each);
        assertThat(PacketWriter.encode(again, each.version())).isEqualTo(bytes);
        assertThat(again.toString().replaceAll("\\[B@\\w+", "[]"))
                .isEqualTo(each.packet().toString().replaceAll("\\[B@\\w+", "[]"));
    }

    @Property(tries = 4_000)
    void aPartOfAPacketIsNoPacket(@ForAll("cases") Case each, @ForAll int cut) {
        byte[] bytes = PacketWriter.encode(each.packet(), each.version());
        if (bytes.length < 3 || bytes.length > 127) return;
        int length = 2 + Math.floorMod(cut, bytes.length - 2);
        byte[] part = Arrays.copyOf(bytes, length);
        part[1] = (byte) (length - 2);

        Packet read;
        try {
            read = read(part, each);
        } catch (Violation e) {
            assertThat(e.reason().isError()).isTrue();
            return;
        }
        assertThat(PacketWriter.encode(read, each.version()).length)
                .as("%s, cut to %s", each, read)
                .isLessThanOrEqualTo(length);
    }

    @Property(tries = 8_000)
    void anyBytesAreAPacketOrRefused(@ForAll("cases") Case each, @ForAll long seed) {
        byte[] bytes = PacketWriter.encode(each.packet(), each.version());
        var random = new Random(seed);
        for (int i = 1 + random.nextInt(4); i > 0; i--) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        try {
            int length = PacketDecoder.lengthAt(bytes, 0, bytes.length);
            if (length == 0 || length > bytes.length) return;
            var decoder = new PacketDecoder(sender(each.packet()), each.version(), new TopicCache(4));
            var read = decoder.decode(bytes, 0, length);
            assertThat(PacketWriter.encode(read, decoder.version())).isNotEmpty();
        } catch (Violation e) {
            assertThat(e.reason().isError()).isTrue();
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    @Property(tries = 1_000)
    void aMessageEncodedOnceIsTheSameForEachTaker(
            @ForAll("publishes") Case each, @ForAll("ids") int id, @ForAll boolean dup, @ForAll boolean retain) {
        var p = (Packet.Publish) each.packet();
        var once = EncodedPublish.of(p.topic(), p.qos(), p.properties(), p.payload(), each.version());
        boolean mayDup = dup && p.qos() != Qos.AT_MOST_ONCE;
        int number = p.qos() == Qos.AT_MOST_ONCE ? 0 : id;
        var out = new PacketWriter();
        out.write(new Packet.Pingreq(), each.version());
        once.writeTo(out, number, mayDup, retain);
        var same = new Packet.Publish(p.topic(), p.qos(), mayDup, retain, number, p.properties(), p.payload());

        assertThat(Arrays.copyOfRange(out.array(), 2, out.length()))
                .isEqualTo(PacketWriter.encode(same, each.version()))
                .hasSize(once.size());
    }

    @Provide
    Arbitrary<Case> publishes() {
        return Arbitraries.of(Version.class)
                .flatMap(version -> SomePackets.of(PacketType.PUBLISH, version).map(p -> new Case(version, p)));
    }

    @Provide
    Arbitrary<Integer> ids() {
        return Arbitraries.integers().between(1, Packet.ID_MAX);
    }

    private static Packet read(byte[] bytes, Case each) throws Violation {
        return PacketDecoder.whole(bytes, sender(each.packet()), each.version());
    }

    private static PacketDecoder.Sender sender(Packet packet) {
        return switch (packet.type()) {
            case CONNACK, SUBACK, UNSUBACK, PINGRESP -> PacketDecoder.Sender.SERVER;
            case CONNECT, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT, AUTH ->
                PacketDecoder.Sender.CLIENT;
        };
    }
}
