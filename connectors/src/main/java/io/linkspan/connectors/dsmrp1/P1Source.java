package io.linkspan.connectors.dsmrp1;

import io.linkspan.connector.Point;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Where one point's values come from: an address, read as the point's type and in the point's unit, with the time that
/// the meter gives it. A function of a telegram.
///
/// @param zone where the meter stands
/// @param scales what the source remembers
record P1Source(Point point, P1Address address, ZoneId zone, Scales scales) {
    private static final Pattern HEX = Pattern.compile("([0-9A-Fa-f]{2})+");
    private static final Pattern PRINTABLE = Pattern.compile("[ -~\\u00A0-\\u00FF]*");
    private static final int REGISTER_DECIMALS_MAX = 9;

    /// A meter that was never read has a time before this one: 1970 or its own beginning.
    private static final long FIRST_CAPTURE_MICROS =
            Instant.parse("2000-01-02T00:00:00Z").getEpochSecond() * 1_000_000;

    P1Source(Point point, P1Address address, ZoneId zone) {
        this(point, address, zone, new Scales());
    }

    /// Remembers the scale of the last unit, for a meter sends the same one for ever. Not thread-safe.
    static final class Scales {
        private String sent = "";
        private String wanted = "";
        private Optional<P1Scale> scale = P1Scale.between("", "");

        Optional<P1Scale> from(String sentNow, String wantedNow) {
            if (sentNow.equals(sent) && wantedNow.equals(wanted)) return scale;
            scale = P1Scale.between(sentNow, wantedNow);
            sent = sentNow;
            wanted = wantedNow;
            return scale;
        }
    }

    /// What a telegram has at the address.
    sealed interface Found {
        /// A reading.
        ///
        /// @param captured its time is its own, not the telegram's: the same time again is the same reading
        /// again
        record Is(Reading reading, boolean captured) implements Found {}

        /// None.
        ///
        /// @param why what a person should know; empty where it is as it should be: a message that nobody sent
        record Not(String why) implements Found {}
    }

    private record Content(String text, OptionalLong capturedMicros, boolean isList) {}

    /// Looks the address up.
    Found in(P1Telegram telegram) {
        return switch (address) {
            case P1Address.ById(var id) -> byId(telegram, id);
            case P1Address.ByMeter(var meter, var part) -> byMeter(telegram, meter, part);
            case P1Address.Clock _ -> clock(telegram);
            case P1Address.Identification _ ->
                is(telegram, new Value.Text(telegram.identification()), OptionalLong.empty());
        };
    }

    private Found byId(P1Telegram telegram, Obis id) {
        var object = telegram.find(id);
        return object.isEmpty() ? not("this meter sends no " + id) : read(telegram, object.get(), id);
    }

    private Found byMeter(P1Telegram telegram, MbusMeter meter, P1Address.Part part) {
        var channels = new ArrayList<Integer>();
        for (int channel : channelsOf(telegram, meter)) if (inUse(telegram, channel)) channels.add(channel);
        if (channels.isEmpty())
            return not("there is no " + meter.word() + " meter behind this one, or it was never read");
        if (channels.size() > 1)
            return not("there are several " + meter.word() + " meters behind this one, on channels " + channels
                    + "; write which: 0-" + channels.getFirst() + ":24.2.1");
        int channel = channels.getFirst();
        var object = switch (part) {
            case READING -> reading(telegram, channel);
            case ID -> first(telegram, channel, "96.1.0", "96.1.1");
            case VALVE -> first(telegram, channel, "24.4.0");
        };
        return object.isEmpty()
                ? not("the " + meter.word() + " meter on channel " + channel + " sends no "
                        + part.name().toLowerCase(Locale.ROOT))
                : read(telegram, object.get(), object.get().id());
    }

    /// The channels whose `0-n:24.1.0` names this kind of meter (P1 5.0.2, 6.12: Device-Type).
    private static List<Integer> channelsOf(P1Telegram telegram, MbusMeter meter) {
        var channels = new ArrayList<Integer>();
        for (var each : telegram.objects()) {
            var id = each.id();
            if (id.medium() != 0 || id.channel() == 0 || id.quantity() != 24 || id.kind() != 1) continue;
            var type = P1Quantity.parse(each.last());
            if (type.isPresent() && meter.is(type.get().unscaled())) channels.add(id.channel());
        }
        return channels;
    }

    private boolean inUse(P1Telegram telegram, int channel) {
        var reading = reading(telegram, channel);
        if (reading.isEmpty()) return false;
        var captured = content(reading.get()).capturedMicros();
        return captured.isEmpty() || captured.getAsLong() >= FIRST_CAPTURE_MICROS;
    }

    private static Optional<P1Object> reading(P1Telegram telegram, int channel) {
        for (var each : telegram.objects()) {
            var id = each.id();
            if (id.medium() != 0 || id.channel() != channel || id.quantity() != 24) continue;
            if (id.kind() == 2 || P1Telegram.isOldMbus(each)) return Optional.of(each);
        }
        return Optional.empty();
    }

    private static Optional<P1Object> first(P1Telegram telegram, int channel, String... endings) {
        for (var ending : endings) {
            var found = Obis.parse("0-" + channel + ":" + ending).flatMap(telegram::find);
            if (found.isPresent()) return found;
        }
        return Optional.empty();
    }

    private Found clock(P1Telegram telegram) {
        var micros = telegram.timeMicros(zone);
        if (micros.isEmpty()) return not("this meter sends no time (0-0:1.0.0)");
        long seconds = micros.getAsLong() / 1_000_000;
        return switch (point.type()) {
            case TEXT ->
                is(telegram, new Value.Text(Instant.ofEpochSecond(seconds).toString()), OptionalLong.empty());
            case NUMBER, INTEGER, REGISTER ->
                quantity(telegram, new Content(seconds + "*s", OptionalLong.empty(), false));
            case CHOICE, FLAG, BYTES, POSITION, GROUP ->
                not("a time is no " + point.type().word());
        };
    }

    // From an object to a value

    private Found read(P1Telegram telegram, P1Object object, Obis id) {
        var content = content(object);
        if (content.capturedMicros().isPresent() && content.capturedMicros().getAsLong() < FIRST_CAPTURE_MICROS)
            return not("the meter behind " + id + " was never read");
        return switch (point.type()) {
            case TEXT -> is(telegram, new Value.Text(text(object, content)), content.capturedMicros());
            case NUMBER, INTEGER, REGISTER -> quantity(telegram, content);
            case FLAG, CHOICE -> code(telegram, content);
            case BYTES, POSITION, GROUP ->
                not("a P1 port has no " + point.type().word());
        };
    }

    /// Where in the brackets the value stands, and whether it has a time of its own. A peak of the month
    /// (`1-0:1.6.0(200509134558S)(02.589*kW)`, e-MUCS P1 1.7.1) is true at the telegram's time; when it happened is
    /// no time of the reading.
    private Content content(P1Object object) {
        var groups = object.groups();
        if (P1Telegram.isOldMbus(object))
            return new Content(groups.get(6) + "*" + groups.get(5), captured(groups.getFirst()), false);
        var id = object.id();
        if (id.channel() > 0 && id.quantity() == 24 && id.kind() == 2 && groups.size() == 2)
            return new Content(groups.get(1), captured(groups.getFirst()), false);
        boolean isList = id.kind() == 97 || id.quantity() == 98;
        return new Content(isList ? groups.getFirst() : object.last(), OptionalLong.empty(), isList);
    }

    /// A meter that was never read has no time, a broken one, or 1970; which of them is no matter.
    private OptionalLong captured(String text) {
        return OptionalLong.of(P1Time.micros(text, zone).orElse(0));
    }

    private Found quantity(P1Telegram telegram, Content content) {
        if (content.text().isEmpty()) return not("");
        var quantity = P1Quantity.parse(content.text());
        if (quantity.isEmpty()) return not(address + " is \"" + content.text() + "\", which is no number");
        String sent = quantity.get().unit();
        var scale = scales.from(sent, point.unit().orElse(sent));
        if (scale.isEmpty())
            return not(address + " comes " + (sent.isEmpty() ? "without a unit" : "in " + sent) + ", not in "
                    + point.unit().orElse("") + "; correct its unit:");
        try {
            return is(telegram, value(quantity.get().exact(), scale.get()), content.capturedMicros());
        } catch (ArithmeticException e) { // more digits than the type holds, or a fraction for an integer
            return not(address + " is " + content.text() + ", which does not fit the type "
                    + point.type().word());
        }
    }

    private Value value(BigDecimal sent, P1Scale scale) {
        return switch (point.type()) {
            case NUMBER -> new Value.Num(scale.apply(sent).doubleValue());
            case INTEGER -> new Value.Int(scale.apply(sent).longValueExact());
            case REGISTER -> register(scale.shift(sent));
            case CHOICE, FLAG, TEXT, BYTES, POSITION, GROUP -> throw new ArithmeticException("no quantity");
        };
    }

    /// With the decimals of the wire, moved by the unit's power of ten.
    private static Value.Register register(BigDecimal exact) {
        int decimals = Math.clamp(exact.scale(), 0, REGISTER_DECIMALS_MAX);
        long unscaled = exact.setScale(decimals, RoundingMode.UNNECESSARY)
                .unscaledValue()
                .longValueExact();
        return new Value.Register(unscaled, decimals);
    }

    private Found code(P1Telegram telegram, Content content) {
        if (content.text().isEmpty()) return not("");
        var quantity = P1Quantity.parse(content.text());
        if (quantity.isEmpty() || quantity.get().decimals() > 0)
            return not(address + " is \"" + content.text() + "\", which is no code");
        long code = quantity.get().unscaled();
        if (point.type() == ValueType.FLAG)
            return code == 0 || code == 1
                    ? is(telegram, new Value.Flag(code == 1), content.capturedMicros())
                    : not(address + " is " + code + ", neither 0 nor 1; declare it as a choice");
        var choice = Optional.ofNullable(point.choices().get(code));
        return choice.isPresent()
                ? is(telegram, new Value.Choice(choice.get()), content.capturedMicros())
                : not(address + " is " + code + ", which is none of the declared choices "
                        + new TreeMap<>(point.choices()));
    }

    /// Ids and messages are sent as hexadecimal of their characters; an id that is not (zeros, or binary) stays as
    /// it is.
    private String text(P1Object object, Content content) {
        if (content.isList()) return list(object);
        String text = content.text();
        if (!object.id().isText() || !HEX.matcher(text).matches()) return text;
        String decoded = new String(HexFormat.of().parseHex(text), StandardCharsets.ISO_8859_1);
        return PRINTABLE.matcher(decoded).matches() ? decoded : text;
    }

    /// A log of the meter in words, newest first as the meter sends it: `2019-03-26T08:50:15Z 2014 s`. Of power
    /// failures (`1-0:99.97.0`: count, id, then time and duration) and of monthly peaks (`0-0:98.1.0`: count, two
    /// ids, then the month's first instant, the peak's, and the peak).
    private String list(P1Object object) {
        var words = new ArrayList<String>();
        var time = OptionalLong.empty();
        for (var group : object.groups().subList(1, object.groups().size())) {
            var micros = P1Time.micros(group, zone);
            var quantity = P1Quantity.parse(group);
            if (micros.isPresent()) time = micros;
            else if (quantity.isPresent())
                words.add((time.isPresent() ? Instant.ofEpochSecond(time.getAsLong() / 1_000_000) + " " : "")
                        + quantity.get().exact().stripTrailingZeros().toPlainString()
                        + (quantity.get().unit().isEmpty()
                                ? ""
                                : " " + quantity.get().unit()));
        }
        return String.join(", ", words);
    }

    private Found is(P1Telegram telegram, Value value, OptionalLong captured) {
        long time = captured.orElse(telegram.timeMicros(zone).orElse(Reading.NO_TIME));
        return new Found.Is(new Reading(point.number(), value, Quality.GOOD, time), captured.isPresent());
    }

    private static Found not(String why) {
        return new Found.Not(why);
    }
}
