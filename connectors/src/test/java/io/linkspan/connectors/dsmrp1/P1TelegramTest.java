package io.linkspan.connectors.dsmrp1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/// The codec: what is written is read back, and no damage gets through.
class P1TelegramTest {
    private static byte[] bytes(String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    // CRC-16/ARC of "123456789" is BB3D in every catalogue of CRCs.
    @Test
    void theCrcIsTheOneOfTheStandard() {
        assertThat(P1Telegram.crc16("123456789".getBytes(StandardCharsets.US_ASCII), 9))
                .isEqualTo(0xBB3D);
    }

    @Property(tries = 200)
    void whatIsWrittenIsReadBack(@ForAll("telegrams") P1Telegram telegram) throws BadTelegram {
        assertThat(P1Telegram.parse(telegram.encode())).isEqualTo(telegram);
    }

    @Property(tries = 200)
    void noFlippedBitGetsThroughACrc(
            @ForAll("telegrams") P1Telegram telegram, @ForAll int where, @ForAll @IntRange(max = 7) int bit)
            throws BadTelegram {
        if (!telegram.crc()) return;
        byte[] bytes = telegram.encode();
        int end = new String(bytes, StandardCharsets.ISO_8859_1).indexOf('!');
        bytes[Math.floorMod(where, end)] ^= (byte) (1 << bit);
        try {
            fail("taken: " + P1Telegram.parse(bytes));
        } catch (BadTelegram e) {
            assertThat(e).hasMessageStartingWith("telegram of " + bytes.length + " bytes");
        }
    }

    @Property(tries = 200)
    void noCutGetsThrough(@ForAll("telegrams") P1Telegram telegram, @ForAll int where) {
        byte[] bytes = telegram.encode();
        int end = new String(bytes, StandardCharsets.ISO_8859_1).indexOf('!');
        int length = Math.floorMod(where, end + 1);
        assertThatThrownBy(() -> P1Telegram.parse(Arrays.copyOf(bytes, length))).isInstanceOf(BadTelegram.class);
    }

    @Property(tries = 200)
    void anyBytesAreATelegramOrASentence(@ForAll @Size(max = 400) byte[] bytes) {
        byte[] begun = bytes.clone();
        if (begun.length > 0) begun[0] = '/';
        for (byte[] each : List.of(bytes, begun)) {
            try {
                P1Telegram.parse(each);
            } catch (BadTelegram e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    /// However the bytes are cut up by the line, the framer finds the same telegrams; and damage costs no more than
    /// the telegrams that it touches.
    @Property(tries = 200)
    void theStreamMayBeCutAnywhere(
            @ForAll @Size(min = 1, max = 3) List<@From("telegrams") P1Telegram> telegrams,
            @ForAll @IntRange(min = 1, max = 50) int piece)
            throws BadTelegram {
        var all = new ByteArrayOutputStream();
        for (var each : telegrams) all.writeBytes(each.encode());
        assertThat(heard(all.toByteArray(), piece)).isEqualTo(telegrams);
    }

    @Property(tries = 200)
    void aDamagedByteCostsItsOwnTelegramAtMostAndItsNeighbour(
            @ForAll @Size(min = 3, max = 4) List<@From("withCrc") P1Telegram> telegrams,
            @ForAll int where,
            @ForAll byte value)
            throws BadTelegram {
        var all = new ByteArrayOutputStream();
        for (var each : telegrams) all.writeBytes(each.encode());
        byte[] bytes = all.toByteArray();
        bytes[Math.floorMod(where, bytes.length)] = value;
        var heard = heard(bytes, 64);
        assertThat(telegrams).containsSubsequence(heard.toArray(P1Telegram[]::new));
        assertThat(heard.size()).isGreaterThanOrEqualTo(telegrams.size() - 2);
    }

    private static List<P1Telegram> heard(byte[] stream, int piece) throws BadTelegram {
        var framer = new P1Framer();
        var heard = new ArrayList<P1Telegram>();
        for (int at = 0; at < stream.length; at += piece) {
            for (var found : framer.feed(stream, at, Math.min(piece, stream.length - at))) {
                if (!(found instanceof P1Framer.Piece.Whole(var whole))) continue;
                try {
                    heard.add(P1Telegram.parse(whole));
                } catch (BadTelegram e) {
                    assertThat(e.getMessage()).isNotBlank();
                }
            }
        }
        return heard;
    }

    @Test
    void aWrongCrcSaysBoth() {
        assertThatThrownBy(() -> P1Telegram.parse(bytes("/ISk5\\2MT382-1000\n\n1-0:1.8.1(000004.426*kWh)\n!1A2B\n")))
                .isInstanceOf(BadTelegram.class)
                .hasMessageMatching(
                        "telegram of 55 bytes: CRC is 1A2B, its content gives [0-9A-F]{4}; check the cable");
    }

    @Test
    void aDamageThatMakesAnEndInTheMiddleIsNoOldTelegram() {
        for (var each : List.of("/X!\n", "/X\n!\n", "/X\n\n1-0:1.8.1(1*kWh)!\n"))
            assertThatThrownBy(() -> P1Telegram.parse(bytes(each))).as(each).isInstanceOf(BadTelegram.class);
    }

    @Test
    void aTelegramOfANewEditionMustHaveACrc() {
        assertThatThrownBy(() -> P1Telegram.parse(bytes("/ISk5\\2MT382-1000\n\n1-3:0.2.8(50)\n1-0:1.8.1(1*kWh)\n!\n")))
                .hasMessageContaining("says its time or edition, so it must have a CRC");
    }

    @Test
    void withoutACrcEachLineMustBeRight() {
        assertThatThrownBy(() -> P1Telegram.parse(bytes("/ISk5\\2MT382-1000\n\n1-0:1.8.1(00004.426*kWh\n!\n")))
                .hasMessageContaining("the line \"1-0:1.8.1(00004.426*kWh\" is no object");
    }

    @Test
    void withARightCrcAnUnknownLineIsPassedOver() throws BadTelegram {
        byte[] content = bytes("/X\n\nnobody knows this\n1-0:1.8.1(1*kWh)\n!");
        byte[] crc = "%04X".formatted(P1Telegram.crc16(content, content.length)).getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(content, content.length + 4);
        System.arraycopy(crc, 0, all, content.length, 4);
        assertThat(P1Telegram.parse(all).objects()).containsExactly(P1Object.of("1-0:1.8.1", "1*kWh"));
    }

    @Test
    void somethingBehindTheEndIsNoCrc() {
        assertThatThrownBy(() -> P1Telegram.parse(bytes("/X\n\n1-0:1.8.1(1*kWh)\n!12G4\n")))
                .hasMessageContaining("behind its \"!\" stands \"12G4\", not the four digits of a CRC");
    }

    @Test
    void lengthsHaveLimits() {
        var lines = new StringBuilder("/X\n\n");
        for (int i = 0; i <= P1Telegram.OBJECTS_MAX; i++) lines.append("1-0:1.8.1(1)\n");
        assertThatThrownBy(() -> P1Telegram.parse(bytes(lines + "!\n"))).hasMessageContaining("more than 256 objects");
        String groups = "(1)".repeat(P1Object.GROUPS_MAX + 1);
        assertThatThrownBy(() -> P1Telegram.parse(bytes("/X\n\n1-0:1.8.1" + groups + "\n!\n")))
                .hasMessageContaining("is no object");
        String text = "41".repeat(P1Object.GROUP_CHARS_MAX / 2 + 1);
        assertThatThrownBy(() -> P1Telegram.parse(bytes("/X\n\n0-0:96.13.0(" + text + ")\n!\n")))
                .hasMessageContaining("is no object");
        assertThatThrownBy(() -> P1Telegram.parse(bytes("/" + "X".repeat(65) + "\n\n!\n")))
                .hasMessageContaining("1..64 characters");
        assertThatThrownBy(() -> P1Telegram.parse(new byte[P1Telegram.BYTES_MAX + 3]))
                .isInstanceOf(BadTelegram.class);
    }

    @Test
    void aStreamWithoutAnEndIsGivenUp() {
        var framer = new P1Framer();
        byte[] endless = new byte[P1Telegram.BYTES_MAX * 3];
        Arrays.fill(endless, (byte) 'x');
        endless[0] = '/';
        assertThat(framer.feed(endless, 0, endless.length))
                .singleElement()
                .isInstanceOfSatisfying(
                        P1Framer.Piece.Lost.class,
                        lost -> assertThat(lost.why()).contains("no telegram ends within 8192 bytes"));
    }

    @Provide
    Arbitrary<P1Telegram> telegrams() {
        return Combinators.combine(
                        identifications(), objects().list().ofMinSize(1).ofMaxSize(10), Arbitraries.of(true, false))
                .as(P1Telegram::new)
                .filter(t -> t.crc() || t.objects().stream().allMatch(P1TelegramTest::mayGoWithoutCrc));
    }

    @Provide
    Arbitrary<P1Telegram> withCrc() {
        return telegrams().map(t -> new P1Telegram(t.identification(), t.objects(), true));
    }

    private static boolean mayGoWithoutCrc(P1Object object) {
        return !object.id().equals(Obis.EDITION)
                && !object.id().equals(Obis.EDITION_BELGIAN)
                && !object.id().equals(Obis.TIME);
    }

    private static Arbitrary<String> identifications() {
        return Arbitraries.strings()
                .withCharRange('0', '9')
                .withCharRange('A', 'Z')
                .withChars("\\_- .")
                .ofMinLength(1)
                .ofMaxLength(64);
    }

    private static Arbitrary<P1Object> objects() {
        var part = Arbitraries.integers().between(0, 255);
        var ids = Combinators.combine(part, part, part, part, part).as(Obis::new);
        var groups = Arbitraries.strings()
                .withCharRange('0', '9')
                .withChars(".*-:kWhAVm3S ")
                .ofMaxLength(12)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
        return Combinators.combine(ids, groups).as(P1Object::new);
    }
}
