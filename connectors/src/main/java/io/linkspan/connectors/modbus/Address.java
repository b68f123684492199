package io.linkspan.connectors.modbus;

import io.linkspan.model.ValueType;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What stands after `at:`. Addresses are those of the wire, counted from 0; the classic five or six digits (`40101`,
/// `400101`), written without a table, count from 1 as manuals do.
public sealed interface Address {
    /// Longest text and longest run of bytes, in registers: one request.
    int TEXT_REGISTERS_MAX = 123;

    /// A fixed place.
    ///
    /// @param first the address on the wire, 0..65535
    record Place(Table table, int first, Form form) implements Address {
        public Place {
            if (first < 0 || first + form.count() > Table.ADDRESSES)
                throw new IllegalArgumentException("ends beyond address 65535");
        }

        @Override
        public String toString() {
            return table.word() + " " + first + form;
        }
    }

    /// A point of a SunSpec model, found when the device answers.
    ///
    /// @param models the model ids that will do, in the order of preference
    /// @param point the name, with its groups before it where it has any: `W`, `module.DCW`, `Crv.Pt.V`
    /// @param indices which repetition of each repeating group, counted from 1
    /// @param bit of a bit field
    record SunSpec(List<Model> models, String point, List<Integer> indices, OptionalInt bit, Scaling scaling)
            implements Address {
        public SunSpec {
            models = List.copyOf(models);
            indices = List.copyOf(indices);
        }

        /// One model of a device.
        ///
        /// @param occurrence which one of several with this id, counted from 1
        record Model(int id, int occurrence) {
            @Override
            public String toString() {
                return occurrence == 1 ? Integer.toString(id) : id + "#" + occurrence;
            }
        }

        @Override
        public String toString() {
            return "sunspec " + models.stream().map(Model::toString).collect(Collectors.joining("|")) + " " + point
                    + (indices.isEmpty()
                            ? ""
                            : " " + indices.stream().map(String::valueOf).collect(Collectors.joining(".")))
                    + (bit.isPresent() ? " bit " + bit.getAsInt() : "") + scaling;
        }
    }

    /// Reads an address for a property of this type.
    ///
    /// @throws IllegalArgumentException with what is wrong and what would be right
    static Address parse(String text, ValueType type) {
        Deque<String> words = new ArrayDeque<>(
                Arrays.asList(text.trim().toLowerCase(Locale.ROOT).split("\\s+")));
        if (words.peekFirst() != null && words.peekFirst().equals("sunspec"))
            return new Words(new ArrayDeque<>(Arrays.asList(text.trim().split("\\s+"))), text, type).sunSpec();
        return new Words(words, text, type).place();
    }

    /// The words of one address, taken from the front.
    final class Words {
        private static final Pattern CLASSIC = Pattern.compile("[0134]\\d{4}(\\d)?");
        private static final Pattern NUMBER = Pattern.compile("\\d{1,5}|0x[0-9a-f]{1,4}");
        private static final Pattern SCALE = Pattern.compile("x[-+]?\\d{1,12}(\\.\\d{1,12})?(e[-+]?\\d{1,2})?");
        private static final Pattern OFFSET = Pattern.compile("[-+]\\d{1,12}(\\.\\d{1,12})?");
        private static final Pattern RAW = Pattern.compile("0x[0-9a-f]{1,16}|-?\\d{1,19}");

        private final Deque<String> words;
        private final String text;
        private final ValueType type;

        private Words(Deque<String> words, String text, ValueType type) {
            this.words = words;
            this.text = text;
            this.type = type;
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException("\"" + text + "\" " + what);
        }

        // A fixed place

        private Place place() {
            var first = words.pollFirst();
            if (first == null || first.isEmpty())
                throw wrong("is empty; write for example holding 100 or input 4 int16 x0.1");
            Table table;
            int address;
            if (CLASSIC.matcher(first).matches()) {
                table = classic(first.charAt(0));
                address = Integer.parseInt(first.substring(1)) - 1;
                if (address < 0 || address >= Table.ADDRESSES)
                    throw wrong("has a classic number outside 1..65536 behind its first digit");
            } else {
                table = table(first);
                var number = words.pollFirst();
                if (number == null
                        || !NUMBER.matcher(number).matches()
                        || Integer.decode(decimal(number)) >= Table.ADDRESSES)
                    throw wrong("has no address 0..65535 after \"" + first + "\"");
                address = Integer.decode(decimal(number));
            }
            var form = form(table);
            if (address + form.count() > Table.ADDRESSES) throw wrong("goes beyond the last address, 65535");
            return new Place(table, address, form);
        }

        private static String decimal(String number) {
            return number.startsWith("0x") ? number : Integer.toString(Integer.parseInt(number));
        }

        private static Table classic(char digit) {
            return switch (digit) {
                case '0' -> Table.COIL;
                case '1' -> Table.DISCRETE;
                case '3' -> Table.INPUT;
                default -> Table.HOLDING; // the pattern leaves only 4
            };
        }

        private Table table(String word) {
            for (Table each : Table.values()) if (each.word().equals(word)) return each;
            throw wrong("begins with none of coil, discrete, input, holding, sunspec; write for example holding 100");
        }

        private Form form(Table table) {
            Format format = table.bits() ? Format.FLAG : format();
            int count = Math.max(1, format.registers());
            int bit = 0;
            if (format == Format.BIT)
                bit = number(words.pollFirst(), 0, 15, "the number of a bit, 0..15, after \"bit\"");
            if (format == Format.TEXT || format == Format.BYTES)
                count = number(
                        words.pollFirst(),
                        1,
                        TEXT_REGISTERS_MAX,
                        "how many registers (1.." + TEXT_REGISTERS_MAX + ", two characters each) after \""
                                + format.word() + "\"");
            var order = order(format);
            var scaling = scaling(format);
            var missing = missing(format, count);
            if (!words.isEmpty())
                throw wrong("has a word that means nothing here: \"" + words.getFirst() + "\"" + after(format));
            fits(format, scaling);
            return new Form(format, count, bit, order, scaling, missing);
        }

        private String after(Format format) {
            return format == Format.FLAG
                    ? "; a bit has no type"
                    : "; after the address come type, word order (abcd, cdab, badc, dcba), scale (x0.1), offset (-40), nan 0x8000";
        }

        private Format format() {
            var word = words.peekFirst();
            if (word != null)
                for (Format each : Format.values())
                    if (each != Format.FLAG && each.word().equals(word)) {
                        words.removeFirst();
                        return each;
                    }
            if (type == ValueType.TEXT) throw wrong("has no length; write for example text 16 (registers)");
            if (type == ValueType.BYTES) throw wrong("has no length; write for example bytes 4 (registers)");
            return Format.UINT16;
        }

        private int number(@org.jspecify.annotations.Nullable String word, int least, int most, String wanted) {
            if (word != null && word.matches("\\d{1,5}")) {
                int n = Integer.parseInt(word);
                if (n >= least && n <= most) return n;
            }
            throw wrong("needs " + wanted);
        }

        private WordOrder order(Format format) {
            var word = words.peekFirst();
            for (WordOrder each : WordOrder.values())
                if (each.word().equals(word)) {
                    words.removeFirst();
                    boolean swapsRegisters = each == WordOrder.CDAB || each == WordOrder.DCBA;
                    if (format == Format.FLAG) throw wrong("gives a word order to a single bit");
                    if (swapsRegisters && (format.registers() == 1 || format == Format.TEXT || format == Format.BYTES))
                        throw wrong("swaps registers where " + format.word()
                                + " has none to swap; badc swaps the bytes of each");
                    return each;
                }
            return WordOrder.ABCD;
        }

        private Scaling scaling(Format format) {
            var scale = BigDecimal.ONE;
            var offset = BigDecimal.ZERO;
            if (words.peekFirst() != null && SCALE.matcher(words.getFirst()).matches())
                scale = new BigDecimal(words.removeFirst().substring(1));
            if (words.peekFirst() != null && OFFSET.matcher(words.getFirst()).matches())
                offset = new BigDecimal(words.removeFirst());
            if (scale.signum() == 0) throw wrong("has the scale 0");
            if ((scale.compareTo(BigDecimal.ONE) != 0 || offset.signum() != 0) && !format.number())
                throw wrong("scales what is no number (" + format.word() + ")");
            try {
                return Scaling.of(scale, offset);
            } catch (IllegalArgumentException e) {
                throw wrong("has a scale or an offset with more digits than can be kept");
            }
        }

        private List<Long> missing(Format format, int count) {
            var all = new ArrayList<Long>();
            while ("nan".equals(words.peekFirst())) {
                words.removeFirst();
                var raw = words.pollFirst();
                if (!format.number()) throw wrong("has \"nan\" where there is no number (" + format.word() + ")");
                if (raw == null || !RAW.matcher(raw).matches())
                    throw wrong("needs the register's content that stands for \"no value\" after \"nan\": nan 0x8000");
                all.add(marker(raw, count));
            }
            return all;
        }

        private long marker(String raw, int count) {
            try {
                long bits = raw.startsWith("0x") ? Long.parseUnsignedLong(raw.substring(2), 16) : Long.parseLong(raw);
                int width = 16 * count;
                if (width == 64) return bits;
                if (bits >= 1L << width || bits < -(1L << (width - 1)))
                    throw wrong("has a marker that does not fit in " + count + " registers: " + raw);
                return bits & (1L << width) - 1;
            } catch (NumberFormatException e) {
                throw wrong("has a marker that does not fit in 64 bits: " + raw);
            }
        }

        /// Whether the property's type can hold what the format gives.
        private void fits(Format format, Scaling scaling) {
            boolean fits = switch (type) {
                case NUMBER -> format.number();
                case INTEGER -> format.whole() || format == Format.BIT || format == Format.FLAG;
                case REGISTER -> format.number();
                case CHOICE -> format.whole();
                case FLAG -> format == Format.FLAG || format == Format.BIT || format.whole();
                case TEXT -> format == Format.TEXT;
                case BYTES -> format == Format.BYTES;
                case POSITION, GROUP -> false;
            };
            if (!fits)
                throw wrong("gives " + article(format) + ", which a property of type " + type.word() + " can not hold");
            if (type == ValueType.INTEGER && !scaling.keepsWhole())
                throw wrong("scales a whole number to fractions; declare the property as type: number");
            if (type == ValueType.REGISTER && scaling.decimals() > 9)
                throw wrong("scales to more decimals than a register has, 9");
            if ((type == ValueType.CHOICE || type == ValueType.FLAG) && !scaling.equals(Scaling.NONE))
                throw wrong("scales what is no quantity (type " + type.word() + ")");
        }

        private static String article(Format format) {
            return format == Format.FLAG || format == Format.BIT ? "a single bit" : format.word();
        }

        // A point of a model

        private static final Pattern MODELS = Pattern.compile("\\d{1,5}(#\\d{1,2})?(\\|\\d{1,5}(#\\d{1,2})?)*");
        private static final Pattern POINT = Pattern.compile("[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*");
        private static final Pattern INDICES = Pattern.compile("\\d{1,3}(\\.\\d{1,3})*");

        private SunSpec sunSpec() {
            words.removeFirst();
            var ids = words.pollFirst();
            if (ids == null || !MODELS.matcher(ids).matches())
                throw wrong("has no model after \"sunspec\"; write for example sunspec 103 W or sunspec 101|102|103 W");
            var point = words.pollFirst();
            if (point == null || !POINT.matcher(point).matches())
                throw wrong("has no point after the model; write for example sunspec " + ids + " W");
            List<Integer> indices = new ArrayList<>();
            if (words.peekFirst() != null && INDICES.matcher(words.getFirst()).matches())
                for (String each : words.removeFirst().split("\\.", -1)) indices.add(Integer.parseInt(each));
            var bit = OptionalInt.empty();
            if ("bit".equals(words.peekFirst())) {
                words.removeFirst();
                bit = OptionalInt.of(number(words.pollFirst(), 0, 63, "the number of a bit, 0..63, after \"bit\""));
            }
            var scaling = scaling(Format.INT16);
            if (!words.isEmpty()) throw wrong("has a word that means nothing here: \"" + words.getFirst() + "\"");
            var models = new ArrayList<SunSpec.Model>();
            for (String each : ids.split("\\|", -1)) {
                String[] parts = each.split("#", -1);
                models.add(new SunSpec.Model(
                        Integer.parseInt(parts[0]), parts.length > 1 ? Math.max(1, Integer.parseInt(parts[1])) : 1));
            }
            var address = new SunSpec(models, point, indices, bit, scaling);
            Optional<String> problem = SunSpecModels.problem(address, type);
            if (problem.isPresent()) throw wrong(problem.get());
            return address;
        }
    }
}
