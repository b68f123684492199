package io.linkspan.model;

import java.util.Locale;

/// Who acts. Its text, `person:anna`, is in every entry.
public record Principal(Kind kind, String name) {
    /// The system itself: timers, starts, links.
    public static final Principal SYSTEM = new Principal(Kind.SYSTEM, "");

    /// What kinds of actors there are. The order is the code in the log: add at the end only.
    public enum Kind {
        /// Linkspan itself.
        SYSTEM,
        /// Somebody with an account or at the command line of the box.
        PERSON,
        /// A machine that we read or that somebody worked at its own buttons.
        DEVICE,
        /// A party outside with a contract.
        APPLICATION,
        /// Another Linkspan process.
        NODE,
        /// A rule or a schedule of the site.
        RULE
    }

    /// Longest name, in characters.
    public static final int NAME_MAX = 200;

    public Principal {
        if (name.length() > NAME_MAX)
            throw new IllegalArgumentException(
                    "A principal's name has at most " + NAME_MAX + " characters, not " + name.length());
    }

    /// A person.
    public static Principal person(String name) {
        return new Principal(Kind.PERSON, name);
    }

    /// A device or a connector.
    public static Principal device(String name) {
        return new Principal(Kind.DEVICE, name);
    }

    /// A rule or a schedule.
    public static Principal rule(String id) {
        return new Principal(Kind.RULE, id);
    }

    @Override
    public String toString() {
        String word = kind.name().toLowerCase(Locale.ROOT);
        return name.isEmpty() ? word : word + ":" + name;
    }
}
