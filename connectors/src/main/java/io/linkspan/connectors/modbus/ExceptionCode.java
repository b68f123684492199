package io.linkspan.connectors.modbus;

/// Why a device refused (AP 7, "MODBUS Exception Responses").
public enum ExceptionCode {
    /// The device does not know the function.
    ILLEGAL_FUNCTION(1, "illegal function"),
    /// At least one of the addresses is not there.
    ILLEGAL_DATA_ADDRESS(2, "illegal data address"),
    /// The value or the count is not allowed.
    ILLEGAL_DATA_VALUE(3, "illegal data value"),
    /// The device failed while it tried.
    SERVER_DEVICE_FAILURE(4, "device failure"),
    /// The device has begun; it takes long.
    ACKNOWLEDGE(5, "acknowledged, takes long"),
    /// The device is busy; ask again later.
    SERVER_DEVICE_BUSY(6, "device busy"),
    /// Its memory failed a parity check.
    MEMORY_PARITY_ERROR(8, "memory parity error"),
    /// A gateway has no path to the device.
    GATEWAY_PATH_UNAVAILABLE(10, "gateway path unavailable"),
    /// A gateway got no answer from the device.
    GATEWAY_TARGET_FAILED(11, "gateway target device failed to respond");

    private final int code;
    private final String words;

    ExceptionCode(int code, String words) {
        this.code = code;
        this.words = words;
    }

    /// The code on the wire.
    public int code() {
        return code;
    }

    /// In words, with the code, for messages.
    public static String words(int code) {
        for (var each : values()) if (each.code == code) return each.words + " (exception " + code + ")";
        return "exception " + code;
    }

    /// Whether a code on the wire is this one.
    public boolean is(int other) {
        return code == other;
    }
}
