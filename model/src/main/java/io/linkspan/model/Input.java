package io.linkspan.model;

import java.util.List;
import java.util.Optional;

/// What happens to a site. Each is logged with what followed from it, also when nothing did.
///
/// Properties, actions, links and connectors are named by their numbers, which they keep for life. Times called `wall`
/// are
/// microseconds since 1970 UTC, durations are microseconds.
public sealed interface Input {
    /// The program began to lead the site.
    ///
    /// @param program version of the program, which decides
    /// @param clean the last run ended by itself, with nothing unrecorded
    /// @param lastWall wall time of the last entry; 0 when the site is new
    record Started(String program, boolean clean, long lastWall) implements Input {}

    /// The program ends by itself.
    record Stopping() implements Input {}

    /// One telegram, message or answer to a poll.
    ///
    /// @param rawId where the bytes lie in the frame ring; 0: none are kept
    /// @param rawCheck the lower 16 bits of their CRC-32C
    record Frame(int connector, List<Reading> readings, long rawId, int rawCheck) implements Input {
        public Frame {
            readings = List.copyOf(readings);
        }
    }

    /// A person (or an application with the right) gives the site another definition.
    ///
    /// @param text the whole file as JSON, checked before
    record Apply(String text) implements Input {}

    /// A connector's line came up or went down.
    record LineChanged(int connector, boolean up, String why) implements Input {}

    /// One unit behind a connector began or ceased to answer.
    record UnitChanged(List<Integer> properties, boolean answers, String why) implements Input {
        public UnitChanged {
            properties = List.copyOf(properties);
        }
    }

    /// A source did not deliver, or we could not take it, from one wall time to another.
    record GapReported(List<Integer> properties, long fromWall, long toWall, String cause) implements Input {
        public GapReported {
            properties = List.copyOf(properties);
        }
    }

    /// A series is late by what was declared for it: missing since a wall time, until its next reading.
    record Late(int property, long sinceWall) implements Input {}

    /// Somebody wishes a value for an actuator: a hold, and a command with an outcome.
    ///
    /// @param key idempotency key: the same key has the same outcome
    /// @param value none only in a log: it was withheld, as it belongs to a private link
    /// @param lease 0: what the priority gives
    /// @param deadline 0: [#DEADLINE_MICROS]
    record Set(String key, int property, Optional<Value> value, Priority priority, long lease, long deadline)
            implements Input {}

    /// Somebody gives an actuator back: wishes of this priority that no link placed are dropped.
    record Release(String key, int property, Priority priority) implements Input {}

    /// Somebody invokes an action of a thing.
    record Invoke(String key, int action, Optional<Value> value, long deadline) implements Input {}

    /// What a connector says of a write or an invocation.
    record Answered(long write, Outcome outcome, long rawId, int rawCheck) implements Input {}

    /// A thing is taken out of service, or given back.
    record Service(String thing, boolean out, String reason) implements Input {}

    /// The site may write to its machines, or only watch.
    record Arm(boolean armed) implements Input {}

    /// A meter was exchanged: what the old one showed last, and what the new one began with.
    record Exchange(int property, Value oldLast, Value newFirst) implements Input {}

    /// A timer is due. The moment of its entry is the moment at which it was due.
    record Due(Timer timer, long ref) implements Input {}

    /// The wall clock was set: by how much, forward if positive.
    record ClockStepped(long by) implements Input {}

    /// The disk is full, dead or fine.
    record DiskChanged(DiskState state) implements Input {}

    /// A device told an event.
    record Happened(String thing, String event, Optional<Value> value, long rawId, int rawCheck) implements Input {}

    /// Somebody puts the site into a mode.
    record ModeSet(String mode) implements Input {}

    /// Somebody sets all values of a scene: a hold and a command for each.
    ///
    /// @param key idempotency key; the command of each value has this key, a slash and its path
    /// @param lease 0: what the priority gives
    /// @param deadline 0: [#DEADLINE_MICROS]
    record SceneSet(String key, String scene, Priority priority, long lease, long deadline) implements Input {}

    /// Somebody puts a rule or schedule to sleep, or wakes it.
    record RuleSwitched(int rule, boolean off, String reason) implements Input {}
    /// A device tells how far it is with a write or an invocation.
    record Progressed(long write, int percent, String text) implements Input {}

    /// Somebody takes back a command that is under way, or what is left of an order over many things.
    ///
    /// @param number of the command or the order
    record Cancel(long number) implements Input {}

    /// Somebody orders one value for many actuators.
    record Bulk(BulkOrder order) implements Input {}

    /// Somebody acknowledges alarms: he saw them, and looks.
    record AlarmsAcknowledged(List<Integer> alarms, String comment) implements Input {
        public AlarmsAcknowledged {
            alarms = List.copyOf(alarms);
        }
    }

    /// Somebody puts an alarm aside for a time, or takes it back.
    ///
    /// @param time 0: it is there again
    record AlarmShelved(int alarm, long time, String reason) implements Input {}

    /// Somebody says something about an alarm.
    record AlarmCommented(int alarm, String text) implements Input {}

    /// Somebody takes an alarm out of service, until he gives it back.
    record AlarmService(int alarm, boolean out, String reason) implements Input {}

    /// Somebody resets an alarm that latched.
    record AlarmReset(int alarm, String comment) implements Input {}

    /// What became of a try to deliver a message.
    record NoteTold(long note, Told told, String detail) implements Input {}

    /// Somebody tries a channel.
    record ChannelTried(String channel) implements Input {}

    /// What became of a try to deliver a message. The order is the code in the log.
    enum Told {
        /// The channel took it.
        DELIVERED,
        /// Not now: it is tried again.
        FAILED,
        /// The channel refuses it for good.
        REFUSED
    }

    /// Deadline of a command that names none: 30 s.
    long DEADLINE_MICROS = 30_000_000;

    /// What the core's timers are about. The order is the code in the log: add at the end only.
    enum Timer {
        /// A link's source is silent; ref is the link.
        SILENCE,
        /// A silent link's careful hold is over; ref is the link.
        CAREFUL_END,
        /// The lease of a hold is over; ref is the property.
        LEASE,
        /// An actuator is looked at again (minimum time, not more often, rewrite, read-back); ref is the
        /// property.
        ACTUATOR,
        /// A command's deadline; ref is the command's number.
        DEADLINE,
        /// A rule or schedule is looked at again; ref is the rule.
        RULE,
        /// A write's answer did not come; ref is the write.
        ANSWER,
        /// The next command of an order over many things; ref is the order's number.
        BULK_NEXT,
        /// An alarm is looked at again; ref is its rule.
        ALARM,
        /// A message is too old; ref is the message.
        NOTE,
        /// Whether messages may be told one by one again is looked at; ref is 0.
        STORM,
        /// A stretch of a window is over, or late readings of it are in; ref is the window's property.
        WINDOW
    }

    /// How the disk is.
    enum DiskState {
        /// It takes everything.
        OK,
        /// It is full: control goes on in the reserve, readings are gaps.
        CONTROL_ONLY,
        /// It is dead: links go on from memory, nothing is acknowledged.
        DEAD
    }
}
