package io.linkspan.model;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// What a site tells people to look at, as its file has it: ANSI/ISA-18.2-2016 and IEC 62682:2014, with the words of
/// OPC UA
/// Part 9 (OPC 10000-9, 5.8.2) for delays, latching and re-alarming. Its condition, dead-band and on-delay are those of
/// the [Rule] that has it. Equal records are the same alarm.
///
/// @param text for people; `{boiler.temperature}` stands for the value at the moment at which it is raised
/// @param group alarms that belong together; the first of them to be raised is marked
/// @param owner who must see to it: a word that `tell:` may name
/// @param latch whether it stays until a person resets it, although its condition is met no longer
/// @param offDelay how long the condition must be gone before the alarm returns to normal
/// @param again after how long an alarm that still stands is raised anew, also when it was acknowledged
/// @param shelveMax longest time for which a person may put it aside
/// @param suppress CEL condition under which it is not told, by design
/// @param unknown after how long it is raised when what it looks at can not be known; none: never
public record Alarm(
        Severity severity,
        String text,
        Optional<String> group,
        Optional<String> owner,
        boolean latch,
        Duration offDelay,
        Optional<Duration> again,
        Duration shelveMax,
        Optional<String> suppress,
        Optional<Duration> unknown) {

    /// Longest text, in characters.
    public static final int TEXT_CHARACTERS_MAX = 500;
    /// Longest reason or comment of a person, in characters.
    public static final int REASON_CHARACTERS_MAX = 1_000;
    /// Longest time for which an alarm is put aside, unless the file says less: 8 h, a shift.
    public static final Duration SHELVE_MAX = Duration.ofHours(8);
    /// Shortest time after which an alarm is raised anew.
    public static final Duration AGAIN_MIN = Duration.ofMinutes(1);

    /// How soon a person must act (ISA-18.2: priority). The order is the code in the log.
    public enum Severity {
        /// Look at it in time.
        LOW,
        /// Look at it today.
        MEDIUM,
        /// Look at it now.
        HIGH;

        /// The word in a file.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Reads the fields that an alarm has beside its condition.
    static Alarm read(Settings s) throws Invalid {
        String text = s.needText("text", "\"Freezer at {freezer.temperature}\"");
        if (text.length() > TEXT_CHARACTERS_MAX)
            throw s.wrong("text", "has at most " + TEXT_CHARACTERS_MAX + " characters");
        var again = s.duration("again");
        if (again.isPresent() && again.get().compareTo(AGAIN_MIN) < 0)
            throw s.wrong("again", "is at least " + Durations.format(AGAIN_MIN));
        return new Alarm(
                s.choice("severity", Severity.class).orElse(Severity.MEDIUM),
                text,
                name(s, "group"),
                name(s, "owner"),
                s.flag("latch", false),
                s.duration("off-delay").orElse(Duration.ZERO),
                again,
                s.duration("shelve-at-most").orElse(SHELVE_MAX),
                s.text("suppress"),
                s.duration("unknown"));
    }

    private static Optional<String> name(Settings s, String field) throws Invalid {
        return s.has(field) ? Optional.of(s.needName(field)) : Optional.empty();
    }
}
