package io.linkspan.access;

/// Somebody was refused something so many times.
///
/// @param what what was asked for
/// @param name the account that was named, made harmless and short; may be empty
/// @param from the address it came from; may be empty
/// @param lastMicros wall time of the last time, microseconds since 1970
public record Refusal(What what, String name, String from, long count, long lastMicros) {
    /// Longest name and longest address that are kept, in characters.
    static final int TEXT_MAX = 64;

    /// What was refused. The order is the code in the log: add at the end only.
    public enum What {
        /// To sign in: name or password was wrong.
        SIGN_IN,
        /// To try again so soon.
        TOO_SOON,
        /// To set up: the code was wrong.
        SET_UP,
        /// A session that is no more, or never was.
        SESSION,
        /// A token that is no more, or never was.
        TOKEN,
        /// What the role is not enough for.
        ROLE,
        /// A request without the page's own key against forged ones.
        CSRF,
        /// All those for which there was no room to name them.
        OTHERS
    }

    /// One time.
    static Refusal of(What what, String name, String from, long micros) {
        return new Refusal(what, harmless(name), harmless(from), 1, micros);
    }

    private static String harmless(String text) {
        var out = new StringBuilder();
        text.codePoints()
                .limit(TEXT_MAX)
                .map(c -> c < 0x20 || c >= 0x7F ? '?' : c)
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    Refusal and(long more, long micros) {
        return new Refusal(what, name, from, count + more, Math.max(lastMicros, micros));
    }

    boolean isLike(Refusal other) {
        return what == other.what && name.equals(other.name) && from.equals(other.from);
    }
}
