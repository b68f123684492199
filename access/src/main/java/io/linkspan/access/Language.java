package io.linkspan.access;

import java.util.Locale;

/// What the pages speak to somebody. The order is the code in the log: add at the end only.
public enum Language {
    /// English.
    EN,
    /// Dutch.
    NL;

    /// The tag of BCP 47: `en`.
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
