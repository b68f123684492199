package io.linkspan.connectors.modbus;

import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Line;
import io.linkspan.connector.Probes;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Looks at a line by hand: which speed, which units, what one address holds in each form.
final class Probing {
    /// The speeds that are tried, the common ones first.
    static final List<Integer> BAUDS = List.of(9_600, 19_200, 115_200, 38_400, 57_600, 4_800, 2_400, 1_200);

    /// The modes that are tried at each speed.
    static final List<String> MODES = List.of("8N1", "8E1", "8O1", "8N2");

    /// How long one unit is waited for, besides the time of the bytes, unless the settings say so.
    private static final Duration PATIENCE_SERIAL = Duration.ofMillis(60);

    private static final Duration PATIENCE_TCP = Duration.ofMillis(250);

    /// A device that answers so many units in a row answers all: it does not look at the unit.
    private static final int ALL_UNITS = 6;

    private static final Pattern UNITS = Pattern.compile("(\\d{1,3})(\\.\\.(\\d{1,3}))?");
    private static final Pattern ADDRESS = Pattern.compile("unit\\s+(\\d{1,3})\\s+(\\S.*)");

    private final Surroundings here;
    private final MasterSettings settings;
    private final boolean patient;
    private final int firstUnit;
    private final int lastUnit;

    private Probing(Surroundings here, MasterSettings settings, boolean patient, int firstUnit, int lastUnit) {
        this.here = here;
        this.settings = settings;
        this.patient = patient;
        this.firstUnit = firstUnit;
        this.lastUnit = lastUnit;
    }

    /// Finds units over TCP.
    static void tcp(Surroundings here, Settings settings, Consumer<Report.Found> found)
            throws Invalid, IOException, InterruptedException {
        var it = of(here, settings, MasterSettings.tcp(settings));
        try (var line = here.open(it.settings.endpoint())) {
            it.units(line, it.settings, found);
        }
    }

    /// Finds speed, mode and units on a serial line.
    static void serial(Surroundings here, Settings settings, Consumer<Report.Found> found)
            throws Invalid, IOException, InterruptedException {
        boolean speedKnown = settings.has("baud");
        boolean modeKnown = settings.has("mode");
        var it = of(here, settings, MasterSettings.rtu(settings));
        var serial = (Endpoint.Serial) it.settings.endpoint();
        for (int baud : speedKnown ? List.of(serial.baud()) : BAUDS)
            for (String mode : modeKnown ? List.of(serial.mode()) : MODES) {
                var at = serial.at(baud, mode);
                found.accept(new Report.Found(
                        "looking at " + at + ", units " + it.firstUnit + ".." + it.lastUnit, Map.of()));
                try (var line = here.open(at)) {
                    if (it.units(line, it.on(at), found) > 0) return; // one bus has one speed
                }
            }
    }

    private static Probing of(Surroundings here, Settings settings, MasterSettings master) throws Invalid {
        var units = UNITS.matcher(settings.text("units").orElse("1..247"));
        if (!units.matches()) throw settings.wrong("units", "is a unit or a range such as 1..247");
        int first = Integer.parseInt(units.group(1));
        int last = units.group(3) == null ? first : Integer.parseInt(units.group(3));
        if (first > last || last > master.unitMax())
            throw settings.wrong("units", "is a range within 1.." + master.unitMax() + ", the lower first");
        boolean patient = settings.has("timeout");
        settings.finish();
        return new Probing(here, master, patient, first, last);
    }

    private MasterSettings on(Endpoint endpoint) {
        return new MasterSettings(
                endpoint,
                settings.rtu(),
                settings.timeout(),
                settings.turnaround(),
                settings.every(),
                settings.backOffMax(),
                settings.limits());
    }

    private int units(Line line, MasterSettings on, Consumer<Report.Found> found)
            throws IOException, InterruptedException {
        var bus = ModbusMaster.bus(line, here, on);
        var patience =
                patient ? on.timeout() : on.endpoint() instanceof Endpoint.Serial ? PATIENCE_SERIAL : PATIENCE_TCP;
        int there = 0;
        for (int unit = firstUnit; unit <= lastUnit; unit++) {
            var exchange = bus.exchange(unit, new Request.Read(Table.HOLDING, 0, 1), patience);
            if (!(exchange instanceof Exchange.Answered answered) || gateway(answered)) continue;
            there++;
            found.accept(new Report.Found(what(bus, unit, on), settings(on, unit)));
            if (there == ALL_UNITS && unit - firstUnit + 1 == ALL_UNITS) {
                found.accept(new Report.Found(
                        line.name() + " answers for each unit so far: it is one device that does not look at the unit",
                        Map.of()));
                return there;
            }
        }
        return there;
    }

    private static boolean gateway(Exchange.Answered answered) {
        return answered.response() instanceof Response.Refused no
                && (no.is(ExceptionCode.GATEWAY_PATH_UNAVAILABLE) || no.is(ExceptionCode.GATEWAY_TARGET_FAILED));
    }

    private static Map<String, String> settings(MasterSettings on, int unit) {
        var words = new LinkedHashMap<String, String>();
        switch (on.endpoint()) {
            case Endpoint.Tcp tcp -> {
                words.put("type", "modbus_tcp");
                words.put("endpoint", tcp.host() + ":" + tcp.port());
                if (on.rtu()) words.put("framing", "rtu");
            }
            case Endpoint.Tls tls -> throw new IllegalStateException("Modbus is not spoken over " + tls);
            case Endpoint.Serial serial -> {
                words.put("type", "modbus_rtu");
                words.put("endpoint", serial.path());
                words.put("baud", Integer.toString(serial.baud()));
                words.put("mode", serial.mode());
            }
        }
        words.put("unit", Integer.toString(unit));
        return words;
    }

    private String what(Bus bus, int unit, MasterSettings on) throws IOException, InterruptedException {
        var survey = survey(bus, unit, Set.of(), on.timeout());
        if (!survey.found()) return "Modbus device, unit " + unit;
        var maker = new StringBuilder("SunSpec device, unit " + unit + ":");
        for (String point : List.of("Mn", "Md")) {
            var address = (Address.SunSpec) Address.parse("sunspec 1 " + point, ValueType.TEXT);
            var text = sunSpec(bus, unit, address, ValueType.TEXT, survey, on.timeout());
            text.ifPresent(t -> maker.append(' ').append(t));
        }
        return maker + ", models "
                + survey.models().stream().map(m -> Integer.toString(m.id())).toList();
    }

    private static SunSpecSurvey survey(Bus bus, int unit, Set<Integer> wanted, Duration timeout)
            throws IOException, InterruptedException {
        var survey = new SunSpecSurvey(wanted);
        while (!survey.over()) survey.answered(data(bus.exchange(unit, survey.next(), timeout)));
        return survey;
    }

    private static Optional<byte[]> data(Exchange exchange) {
        return exchange instanceof Exchange.Answered(Response.Data data, Report.Raw _)
                ? Optional.of(data.bytes())
                : Optional.empty();
    }

    private static Optional<String> sunSpec(
            Bus bus, int unit, Address.SunSpec address, ValueType type, SunSpecSurvey survey, Duration timeout)
            throws IOException, InterruptedException {
        var found = survey.find(address);
        if (found.isEmpty()) return Optional.empty();
        var located = found.get().located();
        int base = found.get().model().base();
        int exponent = located.exponent();
        if (located.scaleOffset() >= 0) {
            var factor =
                    data(bus.exchange(unit, new Request.Read(Table.HOLDING, base + located.scaleOffset(), 1), timeout));
            exponent = factor.map(f -> (int) (short) Request.word(f, 0)).orElse(Integer.MIN_VALUE);
            if (Math.abs((long) exponent) > Sink.Factor.EXPONENT_MAX) return Optional.of("no value: no scale factor");
        }
        var form = SunSpecModels.form(located.declared(), address.bit().orElse(-1))
                .scaled(address.scaling().times10(exponent));
        var bytes = data(
                bus.exchange(unit, new Request.Read(Table.HOLDING, base + located.offset(), form.count()), timeout));
        return bytes.map(b -> shown(form, type, b)
                + (located.declared().unit().isEmpty()
                        ? ""
                        : " " + located.declared().unit()));
    }

    // One address in each form

    /// Reads one address; the forms that give a plausible number come first.
    static List<Probes.Shown> read(Surroundings here, Settings settings, MasterSettings master, String address)
            throws Invalid, IOException, InterruptedException {
        settings.finish();
        var words = ADDRESS.matcher(address.trim());
        if (!words.matches() || Integer.parseInt(words.group(1)) > master.unitMax())
            throw new Invalid(
                    settings.mark(),
                    "\"" + address
                            + "\" is no address; write for example \"unit 1 input 4\" or \"unit 1 sunspec 103 W\"");
        int unit = Integer.parseInt(words.group(1));
        var text = words.group(2);
        Address parsed;
        ValueType type;
        try {
            type = type(text);
            parsed = Address.parse(text, type);
        } catch (IllegalArgumentException e) {
            throw new Invalid(settings.mark(), "address " + e.getMessage());
        }
        try (var line = here.open(master.endpoint())) {
            var bus = ModbusMaster.bus(line, here, master);
            return switch (parsed) {
                case Address.Place place -> forms(bus, unit, place, type, text, master);
                case Address.SunSpec sunSpec -> {
                    var wanted = Set.copyOf(sunSpec.models().stream()
                            .map(Address.SunSpec.Model::id)
                            .toList());
                    var survey = survey(bus, unit, wanted, master.timeout());
                    var value = sunSpec(bus, unit, sunSpec, type, survey, master.timeout());
                    yield List.of(new Probes.Shown(
                            sunSpec.toString(),
                            value.orElse("not there; models are "
                                    + survey.models().stream()
                                            .map(m -> Integer.toString(m.id()))
                                            .toList())));
                }
            };
        }
    }

    /// A type that can hold what the address names.
    private static ValueType type(String text) {
        IllegalArgumentException last = new IllegalArgumentException("is no address");
        for (ValueType each : List.of(ValueType.NUMBER, ValueType.FLAG, ValueType.TEXT, ValueType.BYTES)) {
            try {
                Address.parse(text, each);
                return each;
            } catch (IllegalArgumentException e) {
                if (each == ValueType.NUMBER) last = e;
            }
        }
        throw last;
    }

    private static List<Probes.Shown> forms(
            Bus bus, int unit, Address.Place place, ValueType type, String text, MasterSettings master)
            throws IOException, InterruptedException {
        boolean exact = place.table().bits()
                || !text.trim().matches("\\S+(\\s+\\S+)?")
                || text.trim().matches("\\d{5,6}\\s.*");
        for (int count : exact ? List.of(place.form().count()) : List.of(4, 2, 1)) {
            if (place.first() + count > Table.ADDRESSES) continue;
            var exchange = bus.exchange(unit, new Request.Read(place.table(), place.first(), count), master.timeout());
            switch (exchange) {
                case Exchange.Answered(Response.Data data, Report.Raw _) -> {
                    return exact
                            ? List.of(new Probes.Shown(place.toString(), shown(place.form(), type, data.bytes())))
                            : all(data.bytes());
                }
                case Exchange.Answered(Response.Refused no, Report.Raw _) -> {
                    boolean fewer = !exact
                            && count > 1
                            && (no.is(ExceptionCode.ILLEGAL_DATA_ADDRESS) || no.is(ExceptionCode.ILLEGAL_DATA_VALUE));
                    if (!fewer)
                        throw new IOException("unit " + unit + " refuses "
                                + place.table().word() + " " + place.first() + ": " + ExceptionCode.words(no.code()));
                }
                case Exchange.Answered(Response.Wrote _, Report.Raw _) ->
                    throw new IllegalStateException("A read is not answered by a write");
                case Exchange.Silent _ ->
                    throw new IOException(
                            "unit " + unit + " does not answer; check its number, and speed and mode of the line");
                case Exchange.Garbled garbled ->
                    throw new IOException("unit " + unit + " " + garbled.what() + "; check speed, mode and wiring");
            }
        }
        throw new IOException("unit " + unit + " refuses " + place.table().word() + " " + place.first());
    }

    private static String shown(Form form, ValueType type, byte[] bytes) {
        return switch (form.decode(type, Map.of(), 0, bytes, 0)) {
            case Form.Decoded.Got got -> got.value().toString();
            case Form.Decoded.Nothing nothing -> "no value: " + nothing.why();
        };
    }

    /// What up to four registers can mean.
    static List<Probes.Shown> all(byte[] bytes) {
        var likely = new ArrayList<Probes.Shown>();
        var rest = new ArrayList<Probes.Shown>();
        for (Format format : Format.values()) {
            if (!format.number() || 2 * format.registers() > bytes.length) continue;
            for (WordOrder order : WordOrder.values()) {
                boolean swapsRegisters = order == WordOrder.CDAB || order == WordOrder.DCBA;
                if (format.registers() == 1 && swapsRegisters) continue;
                var form = new Form(format, format.registers(), 0, order, Scaling.NONE, List.of());
                if (!(form.decode(ValueType.NUMBER, Map.of(), 0, bytes, 0) instanceof Form.Decoded.Got(Value value)))
                    continue;
                var line = new Probes.Shown(
                        format.word() + (order == WordOrder.ABCD ? "" : " " + order.word()), value.toString());
                (likely(format, order, value) ? likely : rest).add(line);
            }
        }
        int word = Request.word(bytes, 0);
        rest.add(new Probes.Shown(
                "bits 15..0",
                String.format("%16s", Integer.toBinaryString(word)).replace(' ', '0')));
        rest.add(new Probes.Shown("text " + bytes.length / 2, printable(bytes)));
        rest.add(new Probes.Shown(
                "bytes " + bytes.length / 2,
                java.util.HexFormat.ofDelimiter(" ").formatHex(bytes)));
        likely.addAll(rest);
        return likely;
    }

    /// Floating point of an everyday size is hardly ever chance; otherwise one plain register is what most devices
    /// have.
    private static boolean likely(Format format, WordOrder order, Value value) {
        boolean plain = order == WordOrder.ABCD && (format == Format.INT16 || format == Format.UINT16);
        boolean fraction = (format == Format.FLOAT32 || format == Format.FLOAT64)
                && order != WordOrder.BADC
                && order != WordOrder.DCBA;
        return plain
                || (fraction
                        && value instanceof Value.Num n
                        && Math.abs(n.value()) >= 1e-3
                        && Math.abs(n.value()) <= 1e7);
    }

    private static String printable(byte[] bytes) {
        var text = new StringBuilder();
        for (byte each : bytes) text.append(each >= 0x20 && each < 0x7F ? (char) each : '.');
        return text.toString();
    }
}
