package io.linkspan.insight;

import io.linkspan.insight.Lexicon.Sense;
import io.linkspan.insight.Lexicon.Sort;
import io.linkspan.model.Dimension;
import io.linkspan.model.Property;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Thing;
import io.linkspan.model.Units;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What the things of one site are called in one language: titles, ids, kinds, areas, plans, properties, actions. Made
/// from the site file; immutable, safe for many threads.
final class Gazetteer {
    /// Most properties and actions that can be named; a site with more is not spoken to.
    static final int ENTRIES_MAX = 50_000;

    /// Most words of one name that are compared.
    static final int NAME_WORDS_MAX = 12;

    /// A property or an action with all that it may be called.
    ///
    /// @param bag every word that may be said of it, canonical
    /// @param own those of the property or action itself
    /// @param classes what it is: `light`, `door`
    /// @param quantities what it measures or sets
    /// @param names the whole names of its thing
    /// @param shortNames the same without the area that they begin with: `light` of `Hall light` in the hall
    /// @param ownNames the whole names of the property
    /// @param areas where it is, each name as words
    /// @param level `up`, `down` or empty
    record Entry(
            String path,
            Thing thing,
            Optional<Property> property,
            Set<String> bag,
            Set<String> own,
            Set<String> classes,
            Set<String> ownClasses,
            Set<String> quantities,
            Set<List<String>> names,
            Set<List<String>> shortNames,
            Set<List<String>> ownNames,
            Set<List<String>> areas,
            String level) {
        boolean isFlag() {
            return property.map(p -> p.type() == io.linkspan.model.ValueType.FLAG)
                    .orElse(false);
        }

        boolean isAction() {
            return property.isEmpty();
        }

        boolean writable() {
            return property.map(Property::writable).orElse(false);
        }

        boolean is(String quantity) {
            return quantities.contains(quantity);
        }
    }

    private static final Map<String, String> PARENTS =
            Map.of("garage_door", "door", "blind", "cover", "curtain", "cover", "shutter", "cover", "awning", "cover");

    /// Classes that say the same of a thing in more detail: what the title says goes before the kind.
    private static final Set<String> COVERS = Set.of("blind", "curtain", "shutter", "awning");

    private final Lexicon lexicon;
    private final List<Entry> entries = new ArrayList<>();
    private final Set<String> words = new HashSet<>();
    private final Set<String> surface = new HashSet<>();
    private final Set<String> bigrams = new HashSet<>();
    private final Set<List<String>> spans = new HashSet<>();
    private final Map<String, String> choices = new HashMap<>();
    private final boolean tooLarge;

    Gazetteer(SiteFile file, Lexicon lexicon) {
        this.lexicon = lexicon;
        long count = file.things().values().stream()
                .mapToLong(t -> t.properties().size() + t.actions().size())
                .sum();
        tooLarge = count > ENTRIES_MAX;
        if (tooLarge) return;
        for (var thing : file.things().values()) add(file, thing);
    }

    private record Named(List<String> words, List<String> canonical) {}

    private Named named(String text) {
        var all = Words.ofName(text);
        if (all.size() > NAME_WORDS_MAX) all = all.subList(0, NAME_WORDS_MAX);
        return new Named(all, lexicon.canonical(all));
    }

    private void add(SiteFile file, Thing thing) {
        var id = named(thing.id());
        var title = thing.title().map(this::named).orElse(id);
        var kind = thing.kind().map(this::named).orElse(new Named(List.of(), List.of()));
        var areas = new ArrayList<Named>();
        for (String area : thing.area()) areas.add(named(area));
        thing.place()
                .map(p -> file.plans().get(p.plan()))
                .ifPresent(p -> areas.add(named(p.title().orElse(p.id()))));
        if (thing.area().isEmpty()) guessed(title).ifPresent(areas::add);
        var bag = new HashSet<String>();
        for (var n : List.of(title, id)) learn(n, bag);
        var classes = classes(title, id, kind);
        var byKind = new LinkedHashSet<String>();
        of(kind, Sort.CLASS, byKind);
        if (classes.containsAll(byKind)) bag.addAll(kind.canonical());
        for (var a : areas) learn(a, bag);
        words.addAll(bag);
        var areaNames = new LinkedHashSet<List<String>>();
        for (var a : areas) {
            areaNames.add(a.canonical());
            if (a.canonical().size() > 1) spans.add(a.canonical());
        }
        var names = names(title, id, areas);
        var shortNames = shortNames(title, areas);
        for (var n : names) if (n.size() > 1) spans.add(n);
        String level = areas.stream()
                .map(this::level)
                .filter(l -> !l.isEmpty())
                .findFirst()
                .orElse("");
        for (var p : thing.properties().values())
            entries.add(entry(
                    thing, Optional.of(p), p.name(), p.title(), bag, classes, names, shortNames, areaNames, level));
        for (var a : thing.actions().values())
            entries.add(entry(
                    thing, Optional.empty(), a.name(), a.title(), bag, classes, names, shortNames, areaNames, level));
    }

    /// Takes the words of a name into a bag, compounds apart: `hallamp` is `hal` and `lamp` too.
    private void learn(Named name, Set<String> bag) {
        bag.addAll(name.canonical());
        surface.addAll(name.words());
        for (int i = 0; i + 1 < name.canonical().size(); i++)
            bigrams.add(name.canonical().get(i) + " " + name.canonical().get(i + 1));
        for (String word : name.words()) for (String part : parts(word)) bag.add(lexicon.canonical(part));
    }

    /// The parts of a compound whose last part is a class, a quantity or a room of the language; none for a plain
    /// word.
    private List<String> parts(String word) {
        if (lexicon.language() != Language.NL) return List.of();
        for (int cut = 3; cut <= word.length() - 3; cut++) {
            String end = word.substring(cut);
            if (!isNoun(end)) continue;
            String front = word.substring(0, cut);
            return List.of(front, end);
        }
        return List.of();
    }

    private boolean isNoun(String word) {
        return lexicon.nouns(word).stream()
                .anyMatch(s -> s.sort() == Sort.CLASS || s.sort() == Sort.QUANTITY || s.sort() == Sort.ROOM);
    }

    /// A compound of words that are known here, each by itself; none for what is no such compound.
    Optional<List<String>> split(String word) {
        if (lexicon.language() != Language.NL) return Optional.empty();
        for (int cut = 3; cut <= word.length() - 3; cut++) {
            String end = word.substring(cut);
            if (!isNoun(end)
                    && !words.contains(lexicon.canonical(end))
                    && lexicon.senses(end).isEmpty()) continue;
            String front = word.substring(0, cut);
            for (String f : List.of(front, front.replaceAll("(s|en|e)$", "")))
                if (f.length() >= 3 && (isNoun(f) || words.contains(lexicon.canonical(f))))
                    return Optional.of(List.of(f, end));
        }
        return Optional.empty();
    }

    /// Where a thing is by its title: the words up to the one that is a room.
    private Optional<Named> guessed(Named title) {
        var all = title.words();
        for (int i = 0; i < all.size(); i++)
            for (int n = Math.min(2, all.size() - i); n > 0; n--) {
                String phrase = String.join(" ", all.subList(i, i + n));
                if (lexicon.senses(phrase).stream().noneMatch(s -> s.sort() == Sort.ROOM)) continue;
                int from = i;
                while (from > 0 && lexicon.nouns(all.get(from - 1)).isEmpty()) from--;
                var area = all.subList(from, i + n);
                return Optional.of(new Named(area, lexicon.canonical(area)));
            }
        for (String word : all) {
            var parts = parts(word);
            if (!parts.isEmpty() && lexicon.nouns(parts.getFirst()).stream().anyMatch(s -> s.sort() == Sort.ROOM))
                return Optional.of(new Named(List.of(parts.getFirst()), lexicon.canonical(List.of(parts.getFirst()))));
        }
        return Optional.empty();
    }

    private Set<String> classes(Named title, Named id, Named kind) {
        var told = new LinkedHashSet<String>();
        of(title, Sort.CLASS, told);
        of(id, Sort.CLASS, told);
        var byKind = new LinkedHashSet<String>();
        of(kind, Sort.CLASS, byKind);
        if (told.stream().anyMatch(COVERS::contains)) byKind.removeAll(COVERS);
        if (told.contains("heat_lamp")) byKind.remove("light");
        told.addAll(byKind);
        for (String each : List.copyOf(told)) {
            String parent = PARENTS.get(each);
            if (parent != null) told.add(parent);
        }
        return told;
    }

    /// What the phrases of a name say of a sort, the longest first, compounds apart.
    private void of(Named name, Sort sort, Set<String> into) {
        var all = name.words();
        for (int i = 0; i < all.size(); ) {
            int taken = 0;
            for (int n = Math.min(3, all.size() - i); n > 0 && taken == 0; n--)
                for (var s : senses(String.join(" ", all.subList(i, i + n))))
                    if (s.sort() == sort) {
                        into.add(s.of());
                        taken = n;
                    }
            if (taken == 0)
                for (String part : parts(all.get(i))) for (var s : senses(part)) if (s.sort() == sort) into.add(s.of());
            i += Math.max(1, taken);
        }
    }

    /// What is said of the ids of a file, which are English more often than not, is looked up in both languages.
    private List<Sense> senses(String phrase) {
        var own = lexicon.nouns(phrase);
        if (!own.isEmpty() || lexicon.language() == Language.EN) return own;
        return Lexicon.of(Language.EN).nouns(phrase);
    }

    private static Set<List<String>> names(Named title, Named id, List<Named> areas) {
        var all = new LinkedHashSet<List<String>>();
        all.add(title.canonical());
        all.add(id.canonical());
        for (var area : areas) {
            var joined = new ArrayList<>(area.canonical());
            joined.addAll(title.canonical());
            all.add(List.copyOf(joined));
        }
        all.remove(List.<String>of());
        return all;
    }

    private static Set<List<String>> shortNames(Named title, List<Named> areas) {
        var all = new LinkedHashSet<List<String>>();
        for (var area : areas) {
            int n = area.canonical().size();
            if (title.canonical().size() > n && title.canonical().subList(0, n).equals(area.canonical()))
                all.add(List.copyOf(
                        title.canonical().subList(n, title.canonical().size())));
        }
        return all;
    }

    private String level(Named area) {
        String text = String.join(" ", area.words());
        for (var s : lexicon.senses(text)) if (s.sort() == Sort.FLOOR) return s.of();
        return "";
    }

    private Entry entry(
            Thing thing,
            Optional<Property> property,
            String name,
            Optional<String> title,
            Set<String> bag,
            Set<String> classes,
            Set<List<String>> names,
            Set<List<String>> shortNames,
            Set<List<String>> areas,
            String level) {
        var id = named(name);
        var told = title.map(this::named).orElse(id);
        var own = new HashSet<String>();
        learn(id, own);
        learn(told, own);
        words.addAll(own);
        var all = new HashSet<>(bag);
        all.addAll(own);
        var ownClasses = new LinkedHashSet<String>();
        of(told, Sort.CLASS, ownClasses);
        of(id, Sort.CLASS, ownClasses);
        var every = new LinkedHashSet<>(classes);
        every.addAll(ownClasses);
        if (told.canonical().size() > 1 && told.words().stream().allMatch(w -> isName(w))) spans.add(told.canonical());
        property.ifPresent(this::learnChoices);
        var ownNames = new LinkedHashSet<List<String>>(List.of(told.canonical(), id.canonical()));
        return new Entry(
                thing.id() + "." + name,
                thing,
                property,
                all,
                own,
                every,
                ownClasses,
                property.map(p -> quantities(p, thing, told, id)).orElse(Set.of()),
                names,
                shortNames,
                ownNames,
                areas,
                level);
    }

    /// States that a sentence may say of a property in whose title they stand: `Door open`.
    private static final Set<String> STATES = Set.of("on", "off", "open", "closed", "locked", "unlocked");

    private boolean isName(String word) {
        return lexicon.senses(word).stream().noneMatch(s -> s.sort() == Sort.STATE && STATES.contains(s.of()));
    }

    private void learnChoices(Property p) {
        for (String choice : p.choices().values()) {
            String c = String.join(" ", Words.ofName(choice));
            choices.put(c, choice);
        }
    }

    // ---- what a property measures

    private static final Map<Dimension, String> BY_UNIT = Map.of(
            dimension("K"), "temperature",
            dimension("W"), "power",
            dimension("J"), "energy",
            dimension("V"), "voltage",
            dimension("A"), "current",
            dimension("Pa"), "pressure",
            dimension("m3/s"), "flow",
            dimension("lx"), "brightness");

    private static Dimension dimension(String unit) {
        return Units.parse(unit).dimension();
    }

    private Set<String> quantities(Property p, Thing thing, Named title, Named id) {
        var all = new LinkedHashSet<String>();
        of(title, Sort.QUANTITY, all);
        of(id, Sort.QUANTITY, all);
        var unit = p.unit().map(Units::parse);
        unit.map(u -> BY_UNIT.get(u.dimension())).ifPresent(all::add);
        boolean isTemperature = all.contains("temperature");
        if (isTemperature && p.writable() && hasAnotherTemperature(thing, p)) all.add("setpoint");
        return all;
    }

    private static boolean hasAnotherTemperature(Thing thing, Property p) {
        for (var other : thing.properties().values())
            if (other != p
                    && !other.writable()
                    && other.unit()
                            .map(u -> Units.parse(u).dimension().equals(dimension("K")))
                            .orElse(false)) return true;
        return false;
    }

    // ---- what is asked of it

    List<Entry> entries() {
        return entries;
    }

    boolean isTooLarge() {
        return tooLarge;
    }

    /// Whether a word is part of a name here.
    boolean knows(String canonical) {
        return words.contains(canonical);
    }

    /// Whether a word is written so in a name here; another way of it is of several.
    boolean isWrittenSo(String word) {
        return surface.contains(word);
    }

    /// Whether two words follow each other in a name here: `zone 3`.
    boolean follows(String first, String second) {
        return bigrams.contains(first + " " + second);
    }

    /// Whether these words are the whole name of a thing, an area or a property.
    boolean isName(List<String> canonical) {
        return spans.contains(canonical);
    }

    /// Whether the word is the name of a choice of some property here.
    boolean isChoice(String word) {
        return choices.containsKey(word);
    }

    /// Every word that has a meaning here.
    Set<String> surface() {
        return surface;
    }
}
