package io.linkspan.connectors.modbus;

import io.linkspan.connector.Current;
import io.linkspan.connector.Point;
import io.linkspan.model.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Our served points as the tables of a Modbus device. Immutable, so safe for many threads.
final class ServerImage {
    private final Map<Table, Map<Integer, List<Served>>> tables = new EnumMap<>(Table.class);
    private final List<String> overlaps = new ArrayList<>();

    /// A point and where it lies.
    record Served(Point point, Address.Place place) {
        boolean writable() {
            return point.access() == Point.Access.SERVE_WRITABLE;
        }

        int decimals() {
            return point.step()
                    .map(s -> Math.clamp(
                            new BigDecimal(s.toString()).stripTrailingZeros().scale(), 0, 9))
                    .orElse(0);
        }
    }

    /// A request that is answered with an exception.
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final ExceptionCode code;

        Refusal(ExceptionCode code, String why) {
            super(why);
            this.code = code;
        }

        ExceptionCode code() {
            return code;
        }
    }

    /// Points whose address can not be read are left out: their type was checked when the site file was applied.
    ServerImage(List<Point> points) {
        for (Point each : points)
            if (each.served() && Address.parse(each.at().text(), each.type()) instanceof Address.Place place)
                add(new Served(each, place));
    }

    private void add(Served served) {
        var table = tables.computeIfAbsent(served.place().table(), _ -> new HashMap<>());
        boolean bit = served.place().form().format() == Format.BIT;
        for (int i = 0; i < served.place().form().count(); i++)
            for (Served other : table.getOrDefault(served.place().first() + i, List.of())) {
                boolean bits = bit && other.place().form().format() == Format.BIT;
                if (bits && other.place().form().bit() != served.place().form().bit()) continue;
                overlaps.add(served.point().name() + " is left out: " + served.place() + " is taken by "
                        + other.point().name() + " at " + other.place());
                return;
            }
        for (int i = 0; i < served.place().form().count(); i++)
            table.computeIfAbsent(served.place().first() + i, _ -> new ArrayList<>())
                    .add(served);
    }

    /// What was left out because its place is taken, a sentence each.
    List<String> overlaps() {
        return List.copyOf(overlaps);
    }

    private List<Served> at(Table table, int address) throws Refusal {
        var served = tables.getOrDefault(table, Map.of()).get(address);
        if (served == null)
            throw new Refusal(
                    ExceptionCode.ILLEGAL_DATA_ADDRESS, "nothing is served at " + table.word() + " " + address);
        return served;
    }

    /// The content of a range: registers big-endian, bits packed.
    ///
    /// @param current the value of a point, none when it has no valid one
    /// @param nan whether a floating point without value is NaN
    byte[] read(Table table, int first, int count, Function<Served, Optional<Value>> current, boolean nan)
            throws Refusal {
        byte[] bytes = new byte[table.bytes(count)];
        var done = new HashMap<Served, byte[]>();
        for (int i = 0; i < count; i++)
            for (Served each : at(table, first + i)) {
                byte[] words = done.get(each);
                if (words == null) {
                    words = words(each, current.apply(each), nan);
                    done.put(each, words);
                }
                if (table.bits()) bytes[i / 8] |= (byte) (words[1] << i % 8);
                else {
                    int offset = 2 * (first + i - each.place().first());
                    bytes[2 * i] |= words[offset];
                    bytes[2 * i + 1] |= words[offset + 1];
                }
            }
        return bytes;
    }

    private static byte[] words(Served served, Optional<Value> value, boolean nan) throws Refusal {
        var form = served.place().form();
        try {
            if (value.isEmpty())
                return form.absent(nan)
                        .orElseThrow(() -> new Refusal(
                                ExceptionCode.SERVER_DEVICE_FAILURE,
                                served.point().name() + " has no value now"));
            return switch (form.format()) {
                case FLAG, BIT -> {
                    int word = Form.on(value.get()) ? 1 << form.bit() : 0;
                    yield new byte[] {(byte) (word >> 8), (byte) word};
                }
                case INT16, UINT16, INT32, UINT32, INT64, UINT64, FLOAT32, FLOAT64, BCD16, BCD32, TEXT, BYTES ->
                    form.encode(value.get(), served.point().choices());
            };
        } catch (Form.DoesNotFit e) {
            throw new Refusal(
                    ExceptionCode.SERVER_DEVICE_FAILURE, served.point().name() + ": " + e.getMessage());
        }
    }

    /// Which values a write asks for; nothing is asked when anything of it is not possible.
    Map<Served, Value> write(Table table, int first, int count, byte[] data, Function<Served, Optional<Value>> current)
            throws Refusal {
        var wishes = new LinkedHashMap<Served, Value>();
        for (int i = 0; i < count; i++)
            for (Served each : at(table, first + i)) {
                if (wishes.containsKey(each)) continue;
                var form = each.place().form();
                boolean whole = each.place().first() >= first && each.place().first() + form.count() <= first + count;
                if (!whole)
                    throw new Refusal(
                            ExceptionCode.ILLEGAL_DATA_ADDRESS,
                            each.point().name() + " takes " + form.count() + " registers from "
                                    + each.place().first() + "; write all of them in one request");
                int at = table.bits() ? i : 2 * i;
                wish(each, form.decode(each.point().type(), each.point().choices(), each.decimals(), data, at), current)
                        .ifPresent(value -> wishes.put(each, value));
            }
        return wishes;
    }

    /// A bit that nobody may write does not stand in the way of the others in its register, as long as it stays.
    private static Optional<Value> wish(Served served, Form.Decoded decoded, Function<Served, Optional<Value>> current)
            throws Refusal {
        return switch (decoded) {
            case Form.Decoded.Nothing nothing ->
                throw new Refusal(
                        ExceptionCode.ILLEGAL_DATA_VALUE, served.point().name() + ": " + nothing.why());
            case Form.Decoded.Got(Value value) when served.writable() -> Optional.of(value);
            case Form.Decoded.Got(Value value) -> {
                boolean bit = served.place().form().format() == Format.BIT;
                if (bit && current.apply(served).filter(value::equals).isPresent()) yield Optional.empty();
                throw new Refusal(
                        ExceptionCode.ILLEGAL_DATA_ADDRESS,
                        served.point().name() + " is not writable: true in \"serves\"");
            }
        };
    }

    /// A value that may be told: usable, and not older than `staleMicros` (0: any age).
    static Optional<Value> valid(Optional<Current> current, long nowMicros, long staleMicros) {
        return current.filter(c -> c.quality().isUsable())
                .filter(c -> staleMicros == 0 || nowMicros - c.receivedMicros() <= staleMicros)
                .map(Current::value);
    }
}
