package io.linkspan.model;

/// Something that a person must be told over one channel: open until it is delivered, refused or too old. Immutable.
///
/// @param number counts within the site; with the site's id it is the same message for life
/// @param tell id of the entry of `tell:` that asks for it
/// @param channel id of the channel
/// @param alarm number of the alarm, or 0 when it is about many
/// @param severity of the alarm, or the highest of many
/// @param subject one line
/// @param text what a person must know, several lines
/// @param opened packed position of the entry that asked for it
/// @param openedWall wall time of that
/// @param expiresSite site time after which it is given up
/// @param tries how often it was tried in vain
/// @param why what came of the last try; empty before the first
public record Note(
        long number,
        String tell,
        String channel,
        int alarm,
        Kind kind,
        Alarm.Severity severity,
        String subject,
        String text,
        long opened,
        long openedWall,
        long expiresSite,
        int tries,
        String why) {

    /// Why somebody is told. The order is the code in the log: add at the end only.
    public enum Kind {
        /// An alarm was raised.
        RAISED,
        /// An alarm still stands.
        AGAIN,
        /// An alarm was not acknowledged in time.
        ESCALATED,
        /// An alarm is over.
        RETURNED,
        /// More alarms come than can be told one by one.
        STORM,
        /// No more come than can be told one by one.
        STORM_OVER,
        /// A person tries the channel.
        TEST
    }

    /// A message as an entry asked for it.
    ///
    /// @param here packed position of the entry
    public static Note of(Result.NoteOpened r, long here, long wall) {
        return new Note(
                r.note(),
                r.tell(),
                r.channel(),
                r.alarm(),
                r.kind(),
                r.severity(),
                r.subject(),
                r.text(),
                here,
                wall,
                r.expiresSite(),
                0,
                "");
    }

    /// The same after a try in vain.
    public Note tried(String because) {
        return new Note(
                number,
                tell,
                channel,
                alarm,
                kind,
                severity,
                subject,
                text,
                opened,
                openedWall,
                expiresSite,
                tries + 1,
                because);
    }
}
