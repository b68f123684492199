package io.linkspan.node;

import io.linkspan.model.Directory;
import io.linkspan.model.Link;
import io.linkspan.model.Property;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import io.linkspan.model.Wish;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The names and units behind a site's numbers, for who writes words from its log. Immutable, safe for many threads.
final class Lexicon {
    private static volatile Lexicon newest = new Lexicon(Directory.EMPTY);

    private final Directory directory;
    private final Map<Integer, String> properties = new HashMap<>();
    private final Map<Integer, String> links = new HashMap<>();
    private final Map<Integer, String> connectors = new HashMap<>();
    private final Map<Integer, String> rules = new HashMap<>();

    private Lexicon(Directory directory) {
        this.directory = directory;
        for (var n : directory.numbers().values())
            (switch (n.sort()) {
                        case PROPERTY -> properties;
                        case LINK -> links;
                        case CONNECTOR -> connectors;
                        case RULE -> rules;
                    })
                    .put(n.number(), n.path());
    }

    /// The names of a directory; the same object for the same directory as long as nobody asks for another one.
    static Lexicon of(Directory directory) {
        var known = newest;
        if (known.isOf(directory)) return known;
        var made = new Lexicon(directory);
        newest = made;
        return made;
    }

    @SuppressWarnings("ReferenceEquality") // an equal one would do too, and comparing costs more than making
    private boolean isOf(Directory other) {
        return directory == other;
    }

    /// `boiler.on`, also of a property that was taken out.
    String property(int number) {
        return properties.getOrDefault(number, "?" + number);
    }

    /// `shed_peak`, also of a link that was taken out.
    String linkName(int number) {
        return links.getOrDefault(number, "?" + number);
    }

    /// `grid_meter`, also of a connector that was taken out.
    String connector(int number) {
        return number == 0 ? "nobody" : connectors.getOrDefault(number, "?" + number);
    }

    /// `legionella`, also of a rule or schedule that was taken out.
    String rule(int number) {
        return rules.getOrDefault(number, "?" + number);
    }

    /// What a condition saw: `boiler.temperature 54.2 °C`, `time.hour 7`, `door.open unknown`.
    String seen(int of, Optional<Value> value) {
        String name = io.linkspan.model.Ambient.of(of)
                .map(io.linkspan.model.Ambient::path)
                .orElseGet(() -> property(of));
        return name + " " + value.map(v -> value(of, v)).orElse("unknown");
    }

    /// The link in force under this number.
    Optional<Link> link(int number) {
        return Optional.ofNullable(directory.file().links().get(linkName(number)));
    }

    /// The property in force under this number.
    Optional<Property> find(int number) {
        return directory.find(property(number));
    }

    /// The name of a number of any sort.
    String name(Result.Sort sort, int number) {
        return switch (sort) {
            case PROPERTY -> property(number);
            case LINK -> linkName(number);
            case CONNECTOR -> connector(number);
            case RULE -> rule(number);
        };
    }

    /// A value as people read it: `5.4 kW`, `on`, `idle`.
    String value(int property, Value value) {
        return Values.shown(value, find(property));
    }

    /// A number that a link looked at, in the unit of a property.
    String number(int property, double number) {
        return value(property, new Value.Num(number));
    }

    /// A value that may be withheld because it is private.
    String value(int property, Optional<Value> value) {
        return value.map(v -> value(property, v)).orElse("(withheld)");
    }

    /// A wish as people read it: `off`, `at most 5 kW`, `not on`.
    String wish(int property, Wish wish) {
        return switch (wish) {
            case Wish.Want w -> value(property, w.value());
            case Wish.AtMost m -> "at most " + number(property, m.limit());
            case Wish.AtLeast m -> "at least " + number(property, m.limit());
            case Wish.Forbid f -> "not " + value(property, f.value());
            case Wish.Hidden _ -> "(private)";
        };
    }

    /// What a link looks at, in words; the expression where it has one.
    Optional<Integer> source(Link link) {
        return link.from().map(directory::property).filter(n -> n != 0);
    }

    /// Whether a value is a quantity that can be compared.
    static boolean isQuantity(Value value) {
        return Values.asDouble(value).isPresent();
    }
}
