package io.linkspan.access;

import java.util.Locale;

/// How far somebody may go in a site; each may do all that the ones before may. The order is the code in the log: add
/// at the end only.
public enum Role {
    /// Sees.
    VIEWER,
    /// Also acts: sets, releases, takes out of service.
    OPERATOR,
    /// Also changes what there is: the site file, armed.
    INSTALLER,
    /// Also says who may what: accounts, tokens, applications.
    OWNER;

    /// Whether this role is enough where `needed` is asked for.
    public boolean may(Role needed) {
        return compareTo(needed) >= 0;
    }

    /// The lower of two.
    Role atMost(Role other) {
        return compareTo(other) <= 0 ? this : other;
    }

    /// The word that people write: `owner`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
