package io.linkspan.model;

import java.util.List;
import java.util.Optional;

/// What follows from an input: a change of the site's state, with what made it follow. Applying the results of the log
/// in
/// order gives the state, to the bit.
public sealed interface Result {
    /// Readings as they were taken: out of range is BAD, a device clock that is off makes UNCERTAIN.
    record Took(List<Reading> readings) implements Result {
        public Took {
            readings = List.copyOf(readings);
        }
    }

    /// The site began; whether something may have happened unrecorded since `lastWall`.
    record Began(String program, boolean crashed, long lastWall) implements Result {}

    /// A definition is in force.
    ///
    /// @param revision of the file, one more than the last
    /// @param text the whole file as JSON
    /// @param numbers what was numbered, changed or retired by it
    record Adopted(long revision, String text, List<Numbered> numbers) implements Result {
        public Adopted {
            numbers = List.copyOf(numbers);
        }
    }

    /// A definition's number for life.
    ///
    /// @param path `meter.power`, or the id of a link or connector
    /// @param version counts its changes; 0: it was taken out
    record Numbered(Sort sort, String path, int number, int version) {}

    /// What can have a number. The order is the code in the log.
    enum Sort {
        /// A property or an action of a thing.
        PROPERTY,
        /// A link.
        LINK,
        /// A connector.
        CONNECTOR,
        /// A rule or a schedule.
        RULE
    }

    /// A register started anew: from now on `baseUnscaled` x 10^-`decimals` is added to what it shows to get what
    /// was consumed.
    record RegisterTurned(int property, boolean exchanged, long baseUnscaled, int decimals) implements Result {}

    /// A link wishes, or no longer wishes.
    ///
    /// @param version of the link's definition
    /// @param move what it did
    /// @param seen what it looked at, in the source's unit; NaN where there is no such number, or it is private
    /// @param wish what it holds from now on; none: nothing
    /// @param integral of a PID, in target units; else 0
    /// @param last source value a PID saw last; else 0
    record LinkMoved(int link, int version, Move move, double seen, Optional<Wish> wish, double integral, double last)
            implements Result {}

    /// What a link did. The order is the code in the log: add at the end only.
    enum Move {
        /// It holds, or holds another value.
        HOLDS,
        /// It let go.
        LETS_GO,
        /// Its source is silent: it holds its careful value, or lets go, by its direction.
        SILENT,
        /// The careful value is held no longer.
        CAREFUL_END,
        /// Its source is back and it looks anew.
        HEARD,
        /// A PID went on without a new wish.
        STEPPED
    }

    /// A wish of a person or an application, or of a change at the machine, is in force.
    record HoldPlaced(Hold hold) implements Result {}

    /// A wish is over.
    record HoldEnded(long hold, int property, Ended why) implements Result {}

    /// Why a hold ended. The order is the code in the log: add at the end only.
    enum Ended {
        /// It was given back.
        RELEASED,
        /// Its lease ran out.
        LEASE,
        /// A newer wish of the same one took its place.
        REPLACED,
        /// Its command was not sent in time.
        NOT_SENT,
        /// Its property or link was taken out of the site.
        REMOVED,
        /// A restart dropped it (`after-restart: release`).
        RESTART,
        /// The rule that placed it let go.
        RULE,
        /// Its command was cancelled.
        CANCELLED
    }

    /// Who is in charge of an actuator, and what it shall do.
    ///
    /// @param desired none: nobody wishes, it is left as it is
    record Charged(int property, Charge charge, Optional<Value> desired) implements Result {}

    /// Who is in charge.
    ///
    /// @param hold the id of the hold that wins or binds; 0 for others
    /// @param untilSite when it will be looked at again; [Hold#WITHOUT_END] if not
    record Charge(By by, long hold, int link, long untilSite) {
        /// Nobody.
        public static final Charge NOBODY = new Charge(By.NOBODY, 0, 0, Hold.WITHOUT_END);
    }

    /// What puts somebody in charge. The order is the code in the log: add at the end only.
    enum By {
        /// Nobody wishes.
        NOBODY,
        /// The winning hold.
        HOLD,
        /// A bound of a higher hold changed what the winner gets.
        BOUND,
        /// The property's minimum time on or off.
        MINIMUM_TIME,
        /// The property's fallback.
        FALLBACK
    }

    /// Something goes to a machine, once this entry is on disk.
    ///
    /// @param write counts within the site
    /// @param property the actuator or the action
    /// @param value none only in a log: withheld
    /// @param hold because of which; 0 for fallback and actions
    /// @param cause packed position of the entry that placed the hold, or ordered the command
    record WriteOrdered(long write, int property, Optional<Value> value, long hold, long cause, boolean actFirst)
            implements Result {}

    /// Nothing goes to the machine though it should: the site only watches, or the thing is out of service.
    record WriteWithheld(int property, Optional<Value> value, Withheld why) implements Result {}

    /// Why nothing was written. The order is the code in the log.
    enum Withheld {
        /// The site is not armed.
        WATCHING,
        /// The thing is out of service.
        OUT_OF_SERVICE
    }

    /// What became of a write.
    record WriteEnded(long write, int property, Outcome outcome) implements Result {}

    /// Somebody worked the machine itself.
    record LocalChange(int property, Optional<Value> seen) implements Result {}

    /// A machine reads otherwise than it shall, and is left so: a person must look.
    record Left(int property, Optional<Value> seen) implements Result {}

    /// A command is under way.
    ///
    /// @param number counts within the site
    /// @param hold its wish; 0 for an action
    /// @param input what an action takes
    /// @param deadlineSite site time
    record CommandOpened(
            long number, String key, Principal by, int property, long hold, Optional<Value> input, long deadlineSite)
            implements Result {}

    /// What became of a command, for good.
    record CommandEnded(long number, String key, Outcome outcome) implements Result {}

    /// How far a command is: no outcome.
    record CommandAt(long number, String key, int property, Progress progress) implements Result {}

    /// The lease of a wish for a device that sleeps began: its command was sent, or is over.
    ///
    /// @param untilSite site time
    record LeaseBegan(long hold, int property, long untilSite) implements Result {}

    /// An order over many actuators is under way.
    ///
    /// @param number counts within the site, with those of commands
    record BulkOpened(long number, Principal by, BulkOrder order) implements Result {}

    /// An order over many actuators went on.
    ///
    /// @param target place of the actuator in the order, from 0; -1 where it is about all
    /// @param command the number of the target's command; 0 where it is about all
    record BulkMoved(long number, BulkMove move, int target, long command) implements Result {}

    /// What an order over many actuators did. The order is the code in the log: add at the end only.
    enum BulkMove {
        /// The next command began.
        BEGAN,
        /// Somebody took the rest back: no more are begun.
        CANCELLED,
        /// Too many commands were not done: no more are begun.
        STOPPED,
        /// All that were begun have their outcome.
        ENDED
    }

    /// A line is up or down.
    record LineIs(int connector, boolean up, String why) implements Result {}

    /// A unit behind a connector answers, or not; its properties are missing meanwhile.
    ///
    /// @param wall wall time, for series that were never read
    record UnitIs(List<Integer> properties, boolean answers, String why, long wall) implements Result {
        public UnitIs {
            properties = List.copyOf(properties);
        }
    }

    /// These series are missing since a wall time.
    record GapOpened(List<Integer> properties, long fromWall, String cause) implements Result {
        public GapOpened {
            properties = List.copyOf(properties);
        }
    }

    /// These series are there again; their gap ended at a wall time.
    record GapClosed(List<Integer> properties, long toWall) implements Result {
        public GapClosed {
            properties = List.copyOf(properties);
        }
    }

    /// A gap that is over already.
    record GapNoted(List<Integer> properties, long fromWall, long toWall, String cause) implements Result {
        public GapNoted {
            properties = List.copyOf(properties);
        }
    }

    /// A thing is out of service, or back.
    record ServiceIs(String thing, boolean out, String reason, Principal by) implements Result {}

    /// The site writes to its machines, or only watches.
    record ArmedIs(boolean armed) implements Result {}

    /// The disk is full, dead or fine.
    record DiskIs(Input.DiskState state) implements Result {}

    /// A rule or schedule did something.
    ///
    /// @param version of the rule's definition
    /// @param otherwise whether it is at a step of `else`
    /// @param step the step that comes next, counted from 0
    /// @param untilSite site time until which it waits or is stopped; 0: it goes on at once; [Hold#WITHOUT_END] if
    /// for
    /// no time
    /// @param atWall the recurring time that this is about, wall time; 0: none
    /// @param seen what its condition saw
    record RuleMoved(
            int rule,
            int version,
            RuleMove move,
            boolean otherwise,
            int step,
            long untilSite,
            long atWall,
            List<Seen> seen)
            implements Result {
        public RuleMoved {
            seen = List.copyOf(seen);
        }
    }

    /// A value that a condition looked at; none: it could not be known.
    ///
    /// @param of the number of a property, or less than 0: see [Ambient]
    record Seen(int of, Optional<Value> value) {}

    /// What a rule or schedule did. The order is the code in the log: add at the end only.
    enum RuleMove {
        /// Its condition is met; it waits for the time that it must be.
        MET,
        /// Its condition was not met long enough.
        CALLED_OFF,
        /// It acts.
        FIRED,
        /// Its condition is met no longer.
        ENDED,
        /// It went on to another step.
        STEPPED,
        /// What it looks at can not be known; it goes on as it is.
        UNSURE,
        /// What it looks at is known again.
        SURE,
        /// What it looks at could not be known for too long: it lets go.
        SILENT,
        /// The site is in a mode in which it sleeps.
        ASLEEP,
        /// Its time came and its condition was not met.
        NOT_MET,
        /// Its time passed while nobody could act, and is not caught up; or the clock was set far back, and its
        /// times
        /// count from what it shows.
        SKIPPED,
        /// It acted too often and is stopped for a while.
        LIMITED,
        /// A person put it to sleep.
        OFF,
        /// A schedule came to its next point.
        POINT,
        /// The clock was set far back: its times count from what it shows now.
        COUNTS_ANEW
    }

    /// A hold was placed by this step of a rule; the step says how long it lives.
    record RuleHolds(int rule, boolean otherwise, int step, long hold, int property) implements Result {}

    /// The site is in a mode.
    record ModeIs(String mode, Principal by) implements Result {}

    /// A person put a rule or schedule to sleep, or woke it.
    record RuleIs(int rule, boolean off, String reason, Principal by) implements Result {}

    /// An alarm did something.
    ///
    /// @param version of its rule's definition
    /// @param standing how it stands now
    /// @param untilSite site time until which it is put aside or may still stay; of an escalation the `after:`, in
    /// microseconds; else 0
    /// @param unknown it is raised because what it looks at can not be known
    /// @param first it is the first of its group to be raised
    /// @param text what it says, or what a person says of it
    /// @param seen what its condition saw
    record AlarmMoved(
            int alarm,
            int version,
            AlarmMove move,
            AlarmState.Standing standing,
            long untilSite,
            boolean unknown,
            boolean first,
            String text,
            List<Seen> seen,
            Principal by)
            implements Result {
        public AlarmMoved {
            seen = List.copyOf(seen);
        }
    }

    /// What an alarm did. The order is the code in the log: add at the end only.
    enum AlarmMove {
        /// Its condition is met: people must look.
        RAISED,
        /// Its condition is met no longer; it waits whether that lasts.
        RETURNING,
        /// Its condition was met again before that.
        STAYED,
        /// Its condition is met no longer.
        RETURNED,
        /// A person saw it.
        ACKNOWLEDGED,
        /// A person reset it, as it had latched.
        RESET,
        /// A person put it aside for a time.
        SHELVED,
        /// A person took it back.
        UNSHELVED,
        /// The time for which it was put aside is over.
        SHELF_ENDED,
        /// It is not told from now on, by design.
        SUPPRESSED,
        /// That is over.
        UNSUPPRESSED,
        /// A person took it out of service.
        OUT_OF_SERVICE,
        /// A person gave it back.
        IN_SERVICE,
        /// It still stands and is raised anew.
        AGAIN,
        /// Nobody acknowledged it in time: others are told.
        ESCALATED,
        /// What it looks at can not be known.
        UNSURE,
        /// What it looks at is known again.
        SURE,
        /// A person said something about it.
        COMMENTED,
        /// It was taken out of the site, or became another.
        REMOVED
    }

    /// A person must be told; the message goes out once this entry is on disk.
    record NoteOpened(
            long note,
            String tell,
            String channel,
            int alarm,
            Note.Kind kind,
            Alarm.Severity severity,
            String subject,
            String text,
            long expiresSite)
            implements Result {}

    /// A message could not be delivered yet.
    record NoteTried(long note, String why) implements Result {}

    /// What became of a message, for good.
    record NoteEnded(long note, NoteEnd end, String detail) implements Result {}

    /// What became of a message. The order is the code in the log.
    enum NoteEnd {
        /// The channel took it.
        DELIVERED,
        /// The channel refused it.
        REFUSED,
        /// It could not be delivered in time.
        EXPIRED,
        /// Too many wait already.
        DROPPED,
        /// Its channel was taken out of the site.
        REMOVED
    }

    /// A message is not told by itself, but with others when the storm is over.
    record NoteHeld(String tell, int alarm, Note.Kind kind, Alarm.Severity severity) implements Result {}

    /// How many messages an entry of `tell:` has at once.
    record TellStorm(String tell, StormMove move) implements Result {}

    /// What a storm did. The order is the code in the log.
    enum StormMove {
        /// Too many came within a minute: from now on they are counted.
        BEGAN,
        /// Too many came within another minute.
        GOES_ON,
        /// They are told one by one again.
        OVER
    }
    /// A window's value for a stretch of time: a reading of its property, or that there is none.
    ///
    /// @param fromWall also `toWall`: the stretch, microseconds since 1970 UTC; several stretches in a row may be
    /// told as one
    /// that had nothing
    /// @param value none: there was nothing to compute it from, and the series has a gap
    /// @param coveredMicros how much of the time something usable stood, of all its properties together
    /// @param readings how many were used
    /// @param corrects whether it takes the place of one that was told before: late readings are in it
    record Computed(
            int property,
            long fromWall,
            long toWall,
            Optional<Value> value,
            Quality quality,
            long coveredMicros,
            long readings,
            boolean corrects)
            implements Result {
        /// Why the series of a window has a gap.
        public static final String NOTHING = "nothing to compute it from";

        /// It as a reading, at the end of its stretch.
        public Optional<Reading> reading() {
            return value.map(v -> new Reading(property, v, quality, toWall));
        }
    }

    /// Late readings of a window were looked at.
    ///
    /// @param corrected stretches that have another value now
    /// @param tooLate readings that came later than the window waits for, since it was told last: they are in no
    /// value of it
    record CaughtUp(int property, int corrected, long tooLate) implements Result {}

    /// A person should know.
    record Noticed(Severity severity, String about, String text) implements Result {}

    /// How loud a notice is. The order is the code in the log.
    enum Severity {
        /// For the record.
        INFO,
        /// Look at it today.
        WARNING,
        /// Look at it now.
        HIGH
    }
}
