package io.linkspan.history;

import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.Value;
import java.nio.ByteBuffer;

/// In which form a value is kept. The order is the code in a row's tag; the name is that of the measurement in a
/// segment.
///
/// A property that changed its type has several columns, each with the readings of its time.
enum Column {
    NUMBER("number"),
    INTEGER("integer"),
    FLAG("flag"),
    CHOICE("choice"),
    TEXT("text"),
    /// Bytes, positions and groups, encoded as in the log.
    OTHER("other"),
    REGISTER_0("register_0"),
    REGISTER_1("register_1"),
    REGISTER_2("register_2"),
    REGISTER_3("register_3"),
    REGISTER_4("register_4"),
    REGISTER_5("register_5"),
    REGISTER_6("register_6"),
    REGISTER_7("register_7"),
    REGISTER_8("register_8"),
    REGISTER_9("register_9");

    private static final Column[] ALL = values();

    private final String measurement;

    Column(String measurement) {
        this.measurement = measurement;
    }

    String measurement() {
        return measurement;
    }

    static Column at(int code) {
        return ALL[code];
    }

    /// The column of a value.
    static Column of(Value value) {
        return switch (value) {
            case Value.Num _ -> NUMBER;
            case Value.Int _ -> INTEGER;
            case Value.Register r -> ALL[REGISTER_0.ordinal() + r.decimals()];
            case Value.Choice _ -> CHOICE;
            case Value.Flag _ -> FLAG;
            case Value.Text _ -> TEXT;
            case Value.Bytes _, Value.Position _, Value.Group _ -> OTHER;
        };
    }

    /// Whether the value is in a row's 64 bits, not in an object beside them.
    boolean inBits() {
        return this != CHOICE && this != TEXT && this != OTHER;
    }

    boolean isRegister() {
        return ordinal() >= REGISTER_0.ordinal();
    }

    /// Decimals of a register.
    int decimals() {
        return ordinal() - REGISTER_0.ordinal();
    }

    /// The 64 bits of a value; 0 for those that are no bits.
    static long bits(Value value) {
        return switch (value) {
            case Value.Num n -> Double.doubleToRawLongBits(n.value());
            case Value.Int i -> i.value();
            case Value.Register r -> r.unscaled();
            case Value.Flag f -> f.on() ? 1 : 0;
            case Value.Choice _, Value.Text _, Value.Bytes _, Value.Position _, Value.Group _ -> 0;
        };
    }

    /// The value of these bits, in a column whose values are bits.
    Value value(long bits) {
        return switch (this) {
            case NUMBER -> new Value.Num(Double.longBitsToDouble(bits));
            case INTEGER -> new Value.Int(bits);
            case FLAG -> bits != 0 ? Value.Flag.ON : Value.Flag.OFF;
            case CHOICE, TEXT, OTHER -> throw new IllegalStateException(this + " has no values in bits");
            case REGISTER_0,
                    REGISTER_1,
                    REGISTER_2,
                    REGISTER_3,
                    REGISTER_4,
                    REGISTER_5,
                    REGISTER_6,
                    REGISTER_7,
                    REGISTER_8,
                    REGISTER_9 -> new Value.Register(bits, decimals());
        };
    }

    /// The bits as a figure; NaN for what is none.
    double figure(long bits) {
        return switch (this) {
            case NUMBER -> Double.longBitsToDouble(bits);
            case INTEGER, FLAG -> bits;
            case CHOICE, TEXT, OTHER -> Double.NaN;
            case REGISTER_0,
                    REGISTER_1,
                    REGISTER_2,
                    REGISTER_3,
                    REGISTER_4,
                    REGISTER_5,
                    REGISTER_6,
                    REGISTER_7,
                    REGISTER_8,
                    REGISTER_9 -> bits / SCALE[decimals()];
        };
    }

    private static final double[] SCALE = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

    /// A value as the bytes that the log has for it.
    static byte[] encode(Value value) {
        return new ByteWriter().value(value).copy();
    }

    /// The value of such bytes.
    static Value decode(byte[] bytes) {
        return new ByteReader(ByteBuffer.wrap(bytes)).value();
    }
}
