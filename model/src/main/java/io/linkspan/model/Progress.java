package io.linkspan.model;

/// How far a command is that has no outcome yet: told while it happens, never an outcome. Immutable.
///
/// @param percent 0..100; 0 where the device tells none
/// @param text what the device says about it; empty where it says nothing
public record Progress(Stage stage, int percent, String text) {
    /// Longest text of a device that is kept, in characters; of a longer one the beginning.
    public static final int TEXT_CHARS_MAX = 200;

    /// Waiting for a device that sleeps.
    public static final Progress WAITS_FOR_WAKE = new Progress(Stage.WAITS_FOR_WAKE, 0, "");

    /// What a command is at. The order is the code in the log: add at the end only.
    public enum Stage {
        /// The device sleeps: it is sent when the device is heard again.
        WAITS_FOR_WAKE,
        /// The device took it and is at a part of it.
        UNDER_WAY
    }

    public Progress {
        if (percent < 0 || percent > 100) throw new IllegalArgumentException("Progress is 0..100 %, not " + percent);
        if (text.length() > TEXT_CHARS_MAX) text = text.substring(0, TEXT_CHARS_MAX);
    }

    @Override
    public String toString() {
        return switch (stage) {
            case WAITS_FOR_WAKE -> "waiting for the device to wake";
            case UNDER_WAY -> "at " + percent + " %" + (text.isEmpty() ? "" : ": " + text);
        };
    }
}
