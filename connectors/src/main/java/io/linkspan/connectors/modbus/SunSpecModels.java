package io.linkspan.connectors.modbus;

import io.linkspan.model.ValueType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/// The SunSpec models that we know (SunSpec Device Information Model Specification 1.1, 4 and 5), from `sunspec.txt`.
/// Immutable, so safe for many threads.
final class SunSpecModels {
    /// "SunS", which stands before the first model (SunSpec, "SunSpec identifier").
    static final byte[] MARK = {'S', 'u', 'n', 'S'};

    /// Where the mark may stand, in the order of trying.
    static final List<Integer> BASES = List.of(40_000, 0, 50_000);

    /// The id that ends the chain of models.
    static final int END = 0xFFFF;

    /// Most models of one device: beyond it the chain is taken for damaged.
    static final int CHAIN_MAX = 200;

    /// Most repetitions of one group, so that a wrong count costs nothing.
    static final int REPEATS_MAX = 1_000;

    private static final Map<Integer, Group> MODELS = load();

    private SunSpecModels() {}

    /// A point as its model declares it.
    ///
    /// @param scale the point that holds its scale factor, a fixed exponent, or empty
    record Declared(String name, String type, int registers, String scale, String unit, boolean writable) {}

    /// Points and groups in the order of the wire.
    ///
    /// @param count how often it comes: empty for once, a number, the point that tells, or `rest`
    record Group(String name, String count, List<Declared> points, List<Group> groups) {
        boolean repeats() {
            return !count.isEmpty();
        }

        int fixedRegisters() {
            return points.stream().mapToInt(Declared::registers).sum();
        }
    }

    /// Where a point lies in a model that a device has.
    ///
    /// @param offset registers from the model's id
    /// @param scaleOffset registers from the model's id to its scale factor, or -1
    /// @param exponent the fixed exponent where there is no scale factor point
    record Located(Declared declared, int offset, int scaleOffset, int exponent) {}

    /// Whether the model is known.
    static Optional<Group> model(int id) {
        return Optional.ofNullable(MODELS.get(id));
    }

    /// What is wrong with an address, as far as the models tell; it completes the sentence that begins with the
    /// address.
    static Optional<String> problem(Address.SunSpec address, ValueType type) {
        for (var model : address.models()) {
            var group = MODELS.get(model.id());
            if (group == null)
                return Optional.of(
                        "names model " + model.id() + ", which is not known here; known are " + MODELS.keySet());
            var paths = paths(group, address.point());
            if (paths.isEmpty())
                return Optional.of("names a point that model " + model.id() + " does not have: \"" + address.point()
                        + "\"" + near(group, address.point()));
            if (paths.size() > 1)
                return Optional.of("is ambiguous in model " + model.id() + "; write its group too: "
                        + String.join(", ", paths.stream().map(Path::name).toList()));
            var path = paths.getFirst();
            long repeating = path.groups().stream().filter(Group::repeats).count();
            if (!address.indices().isEmpty() && address.indices().size() != repeating)
                return Optional.of("has " + address.indices().size() + " indices where model " + model.id() + " has "
                        + repeating + " repeating groups");
            if (address.indices().stream().anyMatch(i -> i < 1 || i > REPEATS_MAX))
                return Optional.of("counts repetitions from 1");
            var misfit = misfit(path.declared(), address, type);
            if (misfit.isPresent()) return misfit;
        }
        return Optional.empty();
    }

    private static Optional<String> misfit(Declared declared, Address.SunSpec address, ValueType type) {
        Format format = form(declared, address.bit().isPresent() ? address.bit().getAsInt() : -1)
                .format();
        boolean scaled = !declared.scale().isEmpty() || !address.scaling().keepsWhole();
        boolean fits = switch (type) {
            case NUMBER, REGISTER -> format.number();
            case INTEGER -> (format.whole() || format == Format.BIT) && !scaled;
            case CHOICE -> format.whole() && !scaled;
            case FLAG -> format == Format.BIT || (format.whole() && !scaled);
            case TEXT -> format == Format.TEXT;
            case BYTES -> format == Format.BYTES;
            case POSITION, GROUP -> false;
        };
        if (fits && address.bit().isPresent() && address.bit().getAsInt() >= 16 * declared.registers())
            return Optional.of("names a bit that " + declared.type() + " does not have");
        return fits
                ? Optional.empty()
                : Optional.of("is " + declared.type() + (scaled ? " with a scale factor" : "")
                        + ", which a property of type " + type.word() + " can not hold");
    }

    /// How the registers of a point hold its value, with what stands for "not implemented" (SunSpec, "Point
    /// types").
    static Form form(Declared declared, int bit) {
        int count = declared.registers();
        if (bit >= 0) return new Form(Format.BIT, count, bit, WordOrder.ABCD, Scaling.NONE, List.of(ones(count)));
        return switch (declared.type().replaceAll("\\*.*", "")) {
            case "int16", "sunssf", "pad" -> numbers(Format.INT16, 0x8000L);
            case "uint16", "count", "enum16", "bitfield16" -> numbers(Format.UINT16, 0xFFFFL);
            case "acc16" -> numbers(Format.UINT16, 0);
            case "int32" -> numbers(Format.INT32, 0x8000_0000L);
            case "uint32", "enum32", "bitfield32" -> numbers(Format.UINT32, 0xFFFF_FFFFL);
            case "acc32" -> numbers(Format.UINT32, 0);
            case "int64" -> numbers(Format.INT64, Long.MIN_VALUE);
            case "uint64", "bitfield64" -> numbers(Format.UINT64, -1L);
            case "acc64" -> numbers(Format.UINT64, 0);
            case "float32" -> Form.of(Format.FLOAT32);
            case "float64" -> Form.of(Format.FLOAT64);
            case "string" -> new Form(Format.TEXT, count, 0, WordOrder.ABCD, Scaling.NONE, List.of(0L));
            default ->
                new Form(Format.BYTES, count, 0, WordOrder.ABCD, Scaling.NONE, List.of()); // the resource's own words
        };
    }

    private static Form numbers(Format format, long missing) {
        return new Form(format, format.registers(), 0, WordOrder.ABCD, Scaling.NONE, List.of(missing));
    }

    private static long ones(int registers) {
        return registers == 4 ? -1L : (1L << (16 * registers)) - 1;
    }

    /// The points of a model whose content tells how often its groups come, with their offsets.
    static Map<String, Integer> counts(int model) {
        var offsets = new TreeMap<String, Integer>();
        var group = MODELS.get(model);
        if (group != null) counts(group, group, offsets);
        return offsets;
    }

    private static void counts(Group top, Group group, Map<String, Integer> offsets) {
        for (Group each : group.groups()) {
            int offset = offset(top, each.count());
            if (offset >= 0) offsets.put(each.count(), offset);
            counts(top, each, offsets);
        }
    }

    /// Finds a point in a model of this length (registers behind id and length).
    ///
    /// @param count what the device says in a point of [#counts]
    /// @return none, when the device has fewer repetitions or a shorter model
    static Optional<Located> locate(
            int model, int length, String point, List<Integer> indices, ToIntFunction<String> count) {
        var top = MODELS.get(model);
        if (top == null) return Optional.empty();
        var found = paths(top, point);
        if (found.size() != 1) return Optional.empty();
        var path = found.getFirst();
        var sizes = new Sizes(length + 2, count);
        int base = 0;
        int index = 0;
        Group scope = top;
        var bases = new ArrayList<Integer>(List.of(0));
        for (Group next : path.groups()) {
            base += scope.fixedRegisters();
            for (Group before : scope.groups()) {
                if (before == next) break;
                base += sizes.repeats(before, base) * sizes.one(before);
            }
            int wanted = next.repeats() ? indices.isEmpty() ? 1 : indices.get(index++) : 1;
            if (wanted > sizes.repeats(next, base)) return Optional.empty();
            base += (wanted - 1) * sizes.one(next);
            bases.add(base);
            scope = next;
        }
        int offset = base + offset(scope, path.declared().name());
        if (offset + path.declared().registers() > length + 2) return Optional.empty();
        return Optional.of(scaled(path, top, bases, offset));
    }

    private static Located scaled(Path path, Group top, List<Integer> bases, int offset) {
        var scale = path.declared().scale();
        if (scale.isEmpty()) return new Located(path.declared(), offset, -1, 0);
        if (scale.matches("-?\\d+")) return new Located(path.declared(), offset, -1, Integer.parseInt(scale));
        for (int i = path.groups().size(); i >= 0; i--) { // the factor of the nearest group around the point
            Group group = i == 0 ? top : path.groups().get(i - 1);
            int within = offset(group, scale);
            if (within >= 0) return new Located(path.declared(), offset, bases.get(i) + within, 0);
        }
        throw new IllegalStateException("sunspec.txt has no scale factor " + scale);
    }

    /// How many registers the groups of one device take.
    private record Sizes(int total, ToIntFunction<String> count) {
        int one(Group group) {
            int size = group.fixedRegisters();
            for (Group each : group.groups()) size += repeats(each, total) * one(each);
            return size;
        }

        /// @param base where the first repetition begins
        int repeats(Group group, int base) {
            if (!group.repeats()) return 1;
            if (group.count().equals("rest")) return one(group) == 0 ? 0 : Math.max(0, (total - base) / one(group));
            int n = group.count().matches("\\d+") ? Integer.parseInt(group.count()) : count.applyAsInt(group.count());
            return Math.clamp(n, 0, REPEATS_MAX);
        }
    }

    private static int offset(Group group, String name) {
        int offset = 0;
        for (Declared each : group.points()) {
            if (each.name().equals(name)) return offset;
            offset += each.registers();
        }
        return -1;
    }

    /// A point and the groups around it, the outermost first; the model itself is not among them.
    private record Path(List<Group> groups, Declared declared) {
        String name() {
            var name = new StringBuilder();
            for (Group each : groups) name.append(each.name()).append('.');
            return name.append(declared.name()).toString();
        }
    }

    /// The points that a name can mean: the one with exactly this path, else all whose path ends with it.
    private static List<Path> paths(Group top, String name) {
        var all = new ArrayList<Path>();
        collect(top, List.of(), all);
        for (Path each : all) if (each.name().equals(name)) return List.of(each);
        return all.stream().filter(p -> p.name().endsWith("." + name)).toList();
    }

    private static void collect(Group group, List<Group> around, List<Path> all) {
        for (Declared each : group.points()) all.add(new Path(around, each));
        for (Group each : group.groups()) {
            var inner = new ArrayList<>(around);
            inner.add(each);
            collect(each, List.copyOf(inner), all);
        }
    }

    private static String near(Group top, String name) {
        var all = new ArrayList<Path>();
        collect(top, List.of(), all);
        for (Path each : all) if (each.name().equalsIgnoreCase(name)) return "; did you mean \"" + each.name() + "\"?";
        return "";
    }

    // The resource

    private static Map<Integer, Group> load() {
        try (InputStream in = SunSpecModels.class.getResourceAsStream("sunspec.txt")) {
            if (in == null)
                throw new IllegalStateException("sunspec.txt is missing beside " + SunSpecModels.class.getName());
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<Integer, Group> parse(String text) {
        var models = new TreeMap<Integer, Group>();
        Deque<Group> open = new ArrayDeque<>();
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ", -1);
            if (line.isBlank() || line.startsWith("#")) continue;
            switch (words[0]) {
                case "model" -> {
                    open.clear();
                    open.push(new Group("", "", new ArrayList<>(), new ArrayList<>()));
                    models.put(Integer.valueOf(words[1]), open.getFirst());
                }
                case "group" -> {
                    var group =
                            new Group(words[1], words.length > 2 ? words[2] : "", new ArrayList<>(), new ArrayList<>());
                    open.getFirst().groups().add(group);
                    open.push(group);
                }
                case "end" -> open.pop();
                default -> open.getFirst().points().add(declared(words)); // a point's name
            }
        }
        return models;
    }

    private static Declared declared(String[] words) {
        String scale = "";
        String unit = "";
        boolean writable = false;
        for (int i = 2; i < words.length; i++) {
            if (words[i].startsWith("sf=")) scale = words[i].substring(3);
            else if (words[i].startsWith("unit=")) unit = words[i].substring(5);
            else if (words[i].equals("rw")) writable = true;
        }
        return new Declared(words[0], words[1], registers(words[1]), scale, unit, writable);
    }

    private static int registers(String type) {
        if (type.startsWith("string*")) return Integer.parseInt(type.substring(7));
        if (type.equals("ipv6addr")) return 8;
        if (type.equals("eui48") || type.endsWith("64")) return 4;
        return type.endsWith("32") || type.equals("ipaddr") ? 2 : 1;
    }
}
