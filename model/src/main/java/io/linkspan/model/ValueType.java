package io.linkspan.model;

import java.util.Locale;

/// The types a property can be declared with; the word in the site file is the name in small letters.
public enum ValueType {
    /// A measured quantity, see [Value.Num].
    NUMBER,
    /// A count or a code, see [Value.Int].
    INTEGER,
    /// A cumulative meter register, see [Value.Register].
    REGISTER,
    /// One of declared names, see [Value.Choice].
    CHOICE,
    /// On or off, see [Value.Flag].
    FLAG,
    /// Text, see [Value.Text].
    TEXT,
    /// Bytes, see [Value.Bytes].
    BYTES,
    /// A place on earth, see [Value.Position].
    POSITION,
    /// Several values that come together, see [Value.Group].
    GROUP;

    /// The word in the site file.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Whether values of this type are quantities: they have a unit and can be compared and scaled.
    public boolean isQuantity() {
        return this == NUMBER || this == INTEGER || this == REGISTER;
    }
}
