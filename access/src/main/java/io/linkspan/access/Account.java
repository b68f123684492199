package io.linkspan.access;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import java.util.Locale;
import java.util.regex.Pattern;

/// Somebody who may sign in.
///
/// @param name small letters, digits and `. _ @ -`, see [#name(String)]
/// @param passwordHash in PHC form: `$argon2id$v=19$m=19456,t=2,p=1$...`
/// @param createdMicros wall time, microseconds since 1970
/// @param seenMicros when somebody last signed in with it; 0: never
public record Account(
        String name, Role role, Language language, String passwordHash, long createdMicros, long seenMicros) {
    /// Longest name, in characters.
    public static final int NAME_MAX = 64;

    /// Longest hash, in characters.
    static final int HASH_MAX = 256;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._@-]{0," + (NAME_MAX - 1) + "}");

    public Account {
        if (!NAME.matcher(name).matches()) throw new IllegalArgumentException(wrong(name));
        if (passwordHash.isEmpty() || passwordHash.length() > HASH_MAX)
            throw new IllegalArgumentException("A password's hash has 1 to " + HASH_MAX + " characters");
    }

    /// The name of an account as somebody typed it: blanks around it go and capitals become small, so that `Anna`
    /// is
    /// `anna`.
    ///
    /// @throws Invalid it is no name
    public static String name(String typed) throws Invalid {
        String name = typed.length() > 4 * NAME_MAX ? typed : typed.strip().toLowerCase(Locale.ROOT);
        if (NAME.matcher(name).matches()) return name;
        throw new Invalid(Mark.NONE, wrong(name));
    }

    private static String wrong(String name) {
        return "the name of an account has 1 to " + NAME_MAX
                + " of the letters a-z, the digits and . _ @ -, and begins with a letter or a digit, such as anna"
                + (name.length() <= NAME_MAX && name.chars().allMatch(c -> c > 0x20 && c < 0x7F)
                        ? "; \"" + name + "\" does not"
                        : "");
    }

    Account with(Role other) {
        return new Account(name, other, language, passwordHash, createdMicros, seenMicros);
    }

    Account with(Language other) {
        return new Account(name, role, other, passwordHash, createdMicros, seenMicros);
    }

    Account withHash(String other) {
        return new Account(name, role, language, other, createdMicros, seenMicros);
    }

    Account seen(long micros) {
        return new Account(name, role, language, passwordHash, createdMicros, micros);
    }

    /// Without the hash, which belongs in no log and on no screen.
    @Override
    public String toString() {
        return "Account[" + name + ", " + role.word() + ", " + language.tag() + "]";
    }
}
