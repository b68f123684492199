package io.linkspan.model;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Who is told of which alarms, over which channels, and when: one entry of `tell:`. Immutable.
///
/// @param to ids of channels
/// @param groups of these alone; empty: of all
/// @param owners of those with these owners alone; empty: of all
/// @param atLeast of alarms at least so severe
/// @param from time of day from which it counts, in the site's zone; none: always
/// @param until time of day until which it counts; before `from` it is that of the next day
/// @param days days of the week on which it counts; empty: all
/// @param modes modes of the site in which it counts; empty: all
/// @param after only when the alarm is still not acknowledged so long after it was told: an escalation; 0: at once
/// @param returned whether it is told too that an alarm is over
/// @param expires how long the node goes on trying
public record Tell(
        String id,
        List<String> to,
        Set<String> groups,
        Set<String> owners,
        Alarm.Severity atLeast,
        Optional<LocalTime> from,
        Optional<LocalTime> until,
        Set<DayOfWeek> days,
        List<String> modes,
        Duration after,
        boolean returned,
        Duration expires) {

    /// Most channels of one entry.
    public static final int CHANNELS_MAX = 20;
    /// How long the node goes on trying, unless the file says otherwise.
    public static final Duration EXPIRES = Duration.ofHours(24);
    /// Longest time after which somebody else is told.
    public static final Duration AFTER_MAX = Duration.ofDays(7);

    public Tell {
        to = List.copyOf(to);
        groups = Set.copyOf(groups); // looked up only
        owners = Set.copyOf(owners); // looked up only
        days = Set.copyOf(days); // looked up only
        modes = List.copyOf(modes);
    }

    /// Where messages go, as the file names it; its settings are checked by the program that sends.
    ///
    /// @param type `email`, `webhook`, `ntfy` or `mqtt`
    public record Channel(String id, String type, Settings settings) {}

    /// Whether it is about such alarms.
    public boolean concerns(Alarm alarm) {
        if (alarm.severity().compareTo(atLeast) < 0) return false;
        if (!groups.isEmpty() && alarm.group().filter(groups::contains).isEmpty()) return false;
        return owners.isEmpty() || alarm.owner().filter(owners::contains).isPresent();
    }

    /// Whether it counts at such a time.
    ///
    /// @param mode the site's
    public boolean counts(String mode, ZonedDateTime now) {
        return (modes.isEmpty() || modes.contains(mode)) && isWithin(now);
    }

    /// A span over midnight belongs to the day on which it begins.
    private boolean isWithin(ZonedDateTime now) {
        var time = now.toLocalTime();
        var day = now.getDayOfWeek();
        if (from.isPresent() && until.isPresent()) {
            boolean overMidnight = until.get().isBefore(from.get());
            boolean late = !time.isBefore(from.get());
            boolean early = time.isBefore(until.get());
            if (overMidnight ? !late && !early : !late || !early) return false;
            if (overMidnight && !late) day = day.minus(1);
        }
        return days.isEmpty() || days.contains(day);
    }

    // ---- reading

    static Tell read(Settings s, Map<String, Channel> channels, Rule.Known known) throws Invalid {
        String id = s.needName("id");
        var to = names(s, "to");
        if (to.isEmpty()) throw new Invalid(s.mark(), "\"to\" is missing; write for example to: [phone]");
        if (to.size() > CHANNELS_MAX) throw s.wrong("to", "names at most " + CHANNELS_MAX + " channels");
        for (String channel : to)
            if (!channels.containsKey(channel))
                throw s.wrong(
                        "to",
                        "names no channel of this file: \"" + channel + "\""
                                + SiteFile.Lookup.near(channel, channels.keySet()));
        var modes = new ArrayList<String>();
        for (String mode : names(s, "modes")) modes.add(known.mode(s, "modes", mode));
        var from = time(s, "from");
        var until = time(s, "until");
        if (from.isPresent() != until.isPresent() || from.isPresent() && from.equals(until))
            throw new Invalid(s.mark(), "from: and until: go together, such as from: \"22:00\", until: \"06:00\"");
        var after = s.duration("after").orElse(Duration.ZERO);
        if (after.compareTo(AFTER_MAX) > 0) throw s.wrong("after", "is at most " + Durations.format(AFTER_MAX));
        var tell = new Tell(
                id,
                to,
                new LinkedHashSet<>(names(s, "groups")),
                new LinkedHashSet<>(names(s, "owners")),
                s.choice("at-least", Alarm.Severity.class).orElse(Alarm.Severity.LOW),
                from,
                until,
                days(s),
                modes,
                after,
                s.flag("returned", false),
                s.duration("expires").orElse(EXPIRES));
        s.finish();
        return tell;
    }

    private static List<String> names(Settings s, String field) throws Invalid {
        var part = s.part(field);
        if (part.isEmpty()) return List.of();
        if (part.get() instanceof Tree.Scalar one) return List.of(one.text());
        var all = new ArrayList<String>();
        for (var item : s.items(field)) {
            if (!(item instanceof Tree.Scalar name)) throw s.wrong(field, "lists names");
            if (!all.contains(name.text())) all.add(name.text());
        }
        return all;
    }

    private static Optional<LocalTime> time(Settings s, String field) throws Invalid {
        var text = s.text(field);
        if (text.isEmpty()) return Optional.empty();
        try {
            return Optional.of(LocalTime.parse(text.get()));
        } catch (DateTimeParseException _) {
            throw s.wrong(field, "is a time of day such as \"22:00\", not \"" + text.get() + "\"");
        }
    }

    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

    private static Set<DayOfWeek> days(Settings s) throws Invalid {
        var all = EnumSet.noneOf(DayOfWeek.class);
        for (String word : names(s, "days")) {
            var ends = word.toLowerCase(Locale.ROOT).split("-", 2);
            int first = DAYS.indexOf(ends[0]);
            int last = DAYS.indexOf(ends[ends.length - 1]);
            if (first < 0 || last < 0)
                throw s.wrong("days", "lists days such as mon, sat or mon-fri, not \"" + word + "\"");
            for (int day = first; ; day = (day + 1) % DAYS.size()) {
                all.add(DayOfWeek.of(day + 1));
                if (day == last) break;
            }
        }
        return all;
    }
}
