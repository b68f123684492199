package io.linkspan.node;

import io.linkspan.access.PageView;
import io.linkspan.access.PageView.PropertyView;
import io.linkspan.access.PageView.ThingView;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.Hold;
import io.linkspan.model.Link;
import io.linkspan.model.Property;
import io.linkspan.model.Quality;
import io.linkspan.model.Result;
import io.linkspan.model.Thing;
import io.linkspan.model.Tree;
import io.linkspan.model.Units;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// What people are shown of a site, in their words: on the live page and in a terminal. Safe for many threads.
public final class PageViews {
    /// Most digits behind the point of a quantity that declares no step.
    private static final int DECIMALS_MAX = 3;

    private final Board board;
    private final NodeClock clock;
    private final double speed;
    private final Map<String, String> symbols = new ConcurrentHashMap<>();

    /// @param speed how fast the clock runs; 1 for a real one
    public PageViews(Board board, NodeClock clock, double speed) {
        this.board = board;
        this.clock = clock;
        this.speed = speed;
    }

    /// The site at this moment.
    ///
    /// @param note one sentence for its head; may be empty
    public PageView now(String note) {
        var directory = board.directory();
        var file = directory.file();
        var things = new ArrayList<ThingView>();
        for (var thing : file.things().values()) things.add(thing(directory, thing));
        String title = file.tree().fields().get("title") instanceof Tree.Scalar t ? t.text() : file.name();
        return new PageView(
                file.name(), title, file.zone().getId(), board.armed(), clock.wallMicros(), speed, note, things);
    }

    private ThingView thing(Directory directory, Thing thing) {
        var properties = new ArrayList<PropertyView>();
        for (var property : thing.properties().values()) {
            String path = thing.id() + "." + property.name();
            properties.add(property(directory, path, property, board.cell(directory.property(path))));
        }
        return new ThingView(thing.id(), thing.title().orElse(thing.id().replace('_', ' ')), properties);
    }

    private PropertyView property(Directory directory, String path, Property property, Optional<Cell> found) {
        String title = property.title().orElse(property.name().replace('_', ' '));
        String unit = property.unit().map(this::symbol).orElse("");
        if (found.map(Cell::isPrivate).orElse(false)) return closed(path, title);
        var reading = found.flatMap(Cell::reading);
        var duty = found.flatMap(Cell::duty);
        long missing = found.map(Cell::missingSince).orElse(0L);
        var state = missing != 0
                ? PageView.State.MISSING
                : reading.isPresent() ? PageView.State.KNOWN : PageView.State.UNREAD;
        return new PropertyView(
                path,
                title,
                state,
                reading.map(r -> words(property, r.value())).orElse(""),
                unit,
                found.map(Cell::receivedWall).orElse(0L),
                reading.map(r -> r.quality() != Quality.GOOD).orElse(false),
                missing,
                found.map(Cell::missingCause).orElse(""),
                duty.map(d -> who(directory, d)).orElse(""),
                duty.map(d -> why(directory, property, d)).orElse(""),
                duty.map(d -> desired(property, d, reading.map(io.linkspan.model.Reading::value)))
                        .orElse(""));
    }

    private static PropertyView closed(String path, String title) {
        return new PropertyView(path, title, PageView.State.CLOSED, "", "", 0, false, 0, "", "", "", "");
    }

    private String symbol(String code) {
        return symbols.computeIfAbsent(code, c -> Units.parse(c).symbol());
    }

    /// A value in words: `on` and `off` for what can be switched, `yes` and `no` for what is seen.
    static String words(Property property, Value value) {
        if (value instanceof Value.Flag flag) {
            if (property.writable()) return flag.on() ? "on" : "off";
            return flag.on() ? "yes" : "no";
        }
        if (!(value instanceof Value.Num number)) return value.toString();
        var format = new DecimalFormat("0", DecimalFormatSymbols.getInstance(Locale.ROOT));
        format.setMaximumFractionDigits(property.step().map(PageViews::decimals).orElse(DECIMALS_MAX));
        format.setMinimumFractionDigits(property.step().map(PageViews::decimals).orElse(0));
        return format.format(number.value());
    }

    private static int decimals(double step) {
        return Math.max(
                0, java.math.BigDecimal.valueOf(step).stripTrailingZeros().scale());
    }

    /// What it shall do, where it reads otherwise.
    private static String desired(Property property, Cell.Duty duty, Optional<Value> is) {
        if (duty.desired().isEmpty() || duty.desired().equals(is)) return "";
        double tolerance = property.writing().map(Property.Writing::tolerance).orElse(0.0);
        var wanted = Values.asDouble(duty.desired().get());
        var known = is.map(Values::asDouble).orElse(java.util.OptionalDouble.empty());
        boolean same = property.type().isQuantity()
                && wanted.isPresent()
                && known.isPresent()
                && Math.abs(wanted.getAsDouble() - known.getAsDouble()) <= Math.max(tolerance, 0.05);
        return same ? "" : words(property, duty.desired().get());
    }

    // ---- who is in charge, and why

    private static String who(Directory directory, Cell.Duty duty) {
        if (duty.outOfService().isPresent()) return "nobody: out of service";
        var charge = duty.charge();
        return switch (charge.by()) {
            case NOBODY -> "nobody";
            case FALLBACK -> "its fallback";
            case MINIMUM_TIME -> "its minimum time";
            case HOLD, BOUND ->
                hold(duty, charge).map(h -> holder(directory, h)).orElseGet(() -> linkName(directory, charge.link()));
        };
    }

    private static Optional<Hold> hold(Cell.Duty duty, Result.Charge charge) {
        return duty.holds().stream().filter(h -> h.id() == charge.hold()).findFirst();
    }

    private static String holder(Directory directory, Hold hold) {
        return hold.ofLink() ? linkName(directory, hold.link()) : hold.by().toString();
    }

    private static String linkName(Directory directory, int link) {
        return "link " + directory.name(Result.Sort.LINK, link);
    }

    private String why(Directory directory, Property property, Cell.Duty duty) {
        if (duty.outOfService().isPresent())
            return "Never written until it is given back: "
                    + duty.outOfService().get() + ".";
        String value = duty.desired().map(v -> shown(property, v)).orElse("as it is");
        var charge = duty.charge();
        String sentence = switch (charge.by()) {
            case NOBODY -> "Nobody wishes anything; it is left as it is.";
            case FALLBACK -> "Nobody wishes anything else, so it is " + value + ".";
            case MINIMUM_TIME -> minimum(property, duty);
            case HOLD, BOUND -> wish(directory, property, duty, value);
        };
        return switch (duty.write()) {
            case IDLE, SENDING, SETTLED, UNCONFIRMED, AWAIT_READ -> sentence;
            case DIFFERS -> sentence + " The machine reads otherwise.";
            case REFUSED -> sentence + " The machine refused.";
            case UNREACHABLE -> sentence + " The machine can not be reached.";
            case LEFT -> sentence + " The machine reads otherwise and is left so.";
        };
    }

    private static String minimum(Property property, Cell.Duty duty) {
        boolean on = duty.desired().map(Value.Flag.ON::equals).orElse(false);
        var time = property.writing().flatMap(w -> on ? w.minimumOn() : w.minimumOff());
        return "Once " + (on ? "on" : "off") + ", it stays so"
                + time.map(t -> " for " + Ages.text(t)).orElse("") + "; then it follows who wishes.";
    }

    private String wish(Directory directory, Property property, Cell.Duty duty, String value) {
        var charge = duty.charge();
        var hold = hold(duty, charge);
        String priority = hold.map(h -> " (" + h.priority().word() + ")").orElse("");
        boolean bound = charge.by() == Result.By.BOUND;
        String limit = hold.map(h -> h.wish().words()).orElse("");
        if (charge.link() == 0)
            return bound
                    ? "At most what its bound allows" + priority + ": " + limit + "."
                    : "Asked to be " + value + priority + ".";
        var link = directory.file().links().get(directory.name(Result.Sort.LINK, charge.link()));
        if (link == null) return "Held " + value + priority + ".";
        if (link.isPrivate()) return "A private link of two machines.";
        return (bound ? "Bounded: " + limit : "Held " + value) + priority + because(directory, link) + ".";
    }

    private String because(Directory directory, Link link) {
        String from = link.from().orElse("");
        return switch (link.does()) {
            case Link.Does.Switch s -> {
                boolean above = s.whenAbove().isPresent();
                String own = s.own().isPresent() ? " without its own draw" : "";
                String unit = directory
                        .find(from)
                        .flatMap(Property::unit)
                        .map(u -> " " + symbol(u))
                        .orElse("");
                yield above && s.whenBelow().isEmpty()
                        ? ": " + from + own + " went above " + plain(s.above()) + unit + ", until it is below "
                                + plain(s.below()) + unit
                        : ": " + from + own + " against " + plain(s.below()) + " and " + plain(s.above()) + unit;
            }
            case Link.Does.Scale _ -> ": it follows " + from;
            case Link.Does.Map m -> ": " + m.expression();
            case Link.Does.Interlock i -> ": " + i.when();
            case Link.Does.Pid p ->
                ": keeps " + from + " at " + p.setpoint()
                        + directory
                                .find(from)
                                .flatMap(Property::unit)
                                .map(u -> " " + symbol(u))
                                .orElse("");
        };
    }

    /// Why an actuator is as it is, in one sentence; empty for a sensor, and for what is private.
    String why(Cell cell) {
        if (cell.isPrivate() || cell.duty().isEmpty()) return "";
        var directory = board.directory();
        return directory
                .find(directory.name(Result.Sort.PROPERTY, cell.property()))
                .map(p -> why(directory, p, cell.duty().get()))
                .orElse("");
    }

    /// What a link does, in one sentence.
    String does(Directory directory, Link link) {
        String value = link.does() instanceof Link.Does.Switch s
                ? s.whenAbove().or(s::whenBelow).map(v -> "Holds it " + v).orElse("Switches it")
                : "Holds it";
        return value + because(directory, link) + ".";
    }

    /// A value in words, with its unit.
    String shown(Property property, Value value) {
        return words(property, value)
                + property.unit().map(u -> " " + symbol(u)).orElse("");
    }

    private static String plain(double number) {
        return new Value.Num(number).toString();
    }
}
