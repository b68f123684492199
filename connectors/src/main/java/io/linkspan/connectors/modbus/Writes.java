package io.linkspan.connectors.modbus;

import io.linkspan.connector.Command;
import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Outcome;
import io.linkspan.model.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Carries out commands, and says what became of each: done with what the register then reads, refused, not sent, or in
/// doubt. Nothing is ever sent twice, but what the unit itself refused as busy. One thread.
final class Writes {
    /// How often a value is read back while a unit that acknowledged a write (exception 5) is still at it.
    private static final int ACKNOWLEDGED_READS_MAX = 20;

    /// Most commands that wait for busy units; the oldest gives way.
    private static final int BUSY_COMMANDS_MAX = 1_000;

    private final Rounds rounds;
    private final Surroundings here;
    private final MasterSettings settings;
    private final Bus bus;
    private final List<Waiting> waiting = new ArrayList<>();
    private Optional<Command> current = Optional.empty();
    private Supplier<Outcome> ifLost = () -> new Outcome.NotSent(Outcome.Cause.UNREACHABLE);
    private long sentAtMicros;

    Writes(Rounds rounds, Surroundings here, MasterSettings settings, Bus bus) {
        this.rounds = rounds;
        this.here = here;
        this.settings = settings;
        this.bus = bus;
    }

    /// A command that a busy unit will get again.
    private record Waiting(Command command, long againNanos) {}

    /// When the next waiting command is due.
    Optional<Long> nextNanos() {
        return waiting.stream().map(Waiting::againNanos).min(Long::compare);
    }

    /// Carries out the first waiting command that is due.
    ///
    /// @return whether there was one
    boolean resume() throws IOException, InterruptedException {
        long now = here.nanoTime();
        for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
            var next = each.next();
            if (next.againNanos() - now > 0) continue;
            each.remove();
            run(next.command());
            return true;
        }
        return false;
    }

    /// Carries out a new command; one that still waits for the same point is superseded.
    void execute(Command command) throws IOException, InterruptedException {
        for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
            var old = each.next();
            if (old.command().point().number() != command.point().number()) continue;
            each.remove();
            answer(old.command(), new Outcome.NotSent(Outcome.Cause.SUPERSEDED), Report.Raw.NONE);
        }
        run(command);
    }

    /// Answers what was taken and is not answered; called when the run ends, also by an exception or an interrupt.
    void leave() {
        boolean interrupted = Thread.interrupted();
        current.ifPresent(c -> farewell(c, ifLost.get()));
        for (var each : waiting) farewell(each.command(), new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
        current = Optional.empty();
        waiting.clear();
        if (interrupted) Thread.currentThread().interrupt();
    }

    private void farewell(Command command, Outcome outcome) {
        var answer = new Report.Answer(command.id(), new Report.Progress.Ended(outcome), Report.Raw.NONE);
        if (here.offer(answer).isEmpty())
            here.log()
                    .warn(
                            "command {} for {} {}; the site's queue is full",
                            command.id(),
                            command.point().name(),
                            outcome);
    }

    private void run(Command command) throws IOException, InterruptedException {
        current = Optional.of(command);
        ifLost = () -> new Outcome.NotSent(Outcome.Cause.UNREACHABLE);
        write(command);
        current = Optional.empty();
    }

    private void end(Command command, Outcome outcome, Report.Raw raw) throws InterruptedException {
        current = Optional.empty();
        answer(command, outcome, raw);
    }

    private void answer(Command command, Outcome outcome, Report.Raw raw) throws InterruptedException {
        here.accept(new Report.Answer(command.id(), new Report.Progress.Ended(outcome), raw));
    }

    private void refuse(Command command, String why) throws InterruptedException {
        end(command, new Outcome.Refused(why), Report.Raw.NONE);
    }

    private void notSent(Command command, Outcome.Cause cause) throws InterruptedException {
        end(command, new Outcome.NotSent(cause), Report.Raw.NONE);
    }

    private void write(Command command) throws IOException, InterruptedException {
        var point = command.point();
        var target = rounds.target(point.number());
        if (target.isEmpty()) {
            refuse(command, point.name() + " is not a point of " + here.connector() + " any more");
            return;
        }
        if (point.access() != Point.Access.WRITE && point.access() != Point.Access.INVOKE) {
            refuse(command, point.name() + " is only read; declare it writable: true");
            return;
        }
        if (expired(command)) {
            notSent(command, Outcome.Cause.EXPIRED);
            return;
        }
        var spot = target.get().spot();
        var form = spot.flatMap(Sink.Spot::now);
        var unit = rounds.unit(target.get().unit());
        boolean resting = unit.silent() && unit.notBeforeNanos() - here.nanoTime() > 0;
        if (resting || form.isEmpty()) {
            notSent(command, Outcome.Cause.UNREACHABLE);
            return;
        }
        if (!spot.get().table().writable()) {
            refuse(command, point.name() + " is at " + spot.get().table().word() + ", which no master can write");
            return;
        }
        try {
            send(new Job(command, unit, spot.get(), form.get(), target.get().decimals()));
        } catch (Form.DoesNotFit e) {
            refuse(command, point.name() + " at \"" + point.at().text() + "\": " + e.getMessage());
        }
    }

    private boolean expired(Command command) {
        return command.deadlineNanos() - here.nanoTime() < 0;
    }

    /// One write with all that it needs.
    private record Job(Command command, UnitState unit, Sink.Spot spot, Form form, int decimals) {}

    private void send(Job job) throws Form.DoesNotFit, IOException, InterruptedException {
        var request = request(job);
        if (request.isEmpty()) return;
        if (expired(job.command())) {
            notSent(job.command(), Outcome.Cause.EXPIRED);
            return;
        }
        sentAtMicros = here.wallMicros();
        ifLost = () -> bus.sent() ? new Outcome.InDoubt(sentAtMicros) : new Outcome.NotSent(Outcome.Cause.UNREACHABLE);
        var exchange = bus.exchange(job.unit().unit(), request.get(), settings.timeout());
        switch (exchange) {
            case Exchange.Answered(Response.Refused no, Report.Raw raw) -> refused(job, no, raw);
            case Exchange.Answered(Response _, Report.Raw raw) -> {
                rounds.answered(job.unit());
                ifLost = () -> new Outcome.Done(Optional.empty());
                end(job.command(), new Outcome.Done(readBack(job)), raw);
            }
            case Exchange.Silent(Report.Raw raw) -> {
                end(job.command(), new Outcome.InDoubt(sentAtMicros), raw);
                rounds.failed(job.unit(), "does not answer", false);
            }
            case Exchange.Garbled garbled -> {
                ifLost = () -> new Outcome.InDoubt(sentAtMicros);
                var read = readBack(job);
                end(
                        job.command(),
                        took(job, read) ? new Outcome.Done(read) : new Outcome.InDoubt(sentAtMicros),
                        garbled.raw());
                rounds.failed(job.unit(), garbled.what(), true);
            }
        }
    }

    private void refused(Job job, Response.Refused no, Report.Raw raw)
            throws Form.DoesNotFit, IOException, InterruptedException {
        var command = job.command();
        var unit = job.unit();
        if (no.is(ExceptionCode.GATEWAY_PATH_UNAVAILABLE) || no.is(ExceptionCode.GATEWAY_TARGET_FAILED)) {
            boolean reached = no.is(ExceptionCode.GATEWAY_TARGET_FAILED);
            end(
                    command,
                    reached ? new Outcome.InDoubt(sentAtMicros) : new Outcome.NotSent(Outcome.Cause.UNREACHABLE),
                    raw);
            rounds.failed(unit, "is not reached: " + ExceptionCode.words(no.code()), false);
            return;
        }
        rounds.answered(unit);
        ifLost = () -> no.is(ExceptionCode.ACKNOWLEDGE) || no.is(ExceptionCode.SERVER_DEVICE_FAILURE)
                ? new Outcome.InDoubt(sentAtMicros)
                : new Outcome.NotSent(Outcome.Cause.UNREACHABLE);
        if (no.is(ExceptionCode.ILLEGAL_FUNCTION) && other(no.function()) && !unit.lacks(no.function())) {
            unit.lacking(no.function());
            send(job); // nothing was changed: the unit does not know the function; it may know the other one
        } else if (no.is(ExceptionCode.SERVER_DEVICE_BUSY)) busy(command, raw);
        else if (no.is(ExceptionCode.ACKNOWLEDGE)) acknowledged(job, raw);
        else {
            var why = "unit " + unit.unit() + " refuses " + command.value() + " at \""
                    + command.point().at().text() + "\": " + ExceptionCode.words(no.code());
            var read = no.is(ExceptionCode.SERVER_DEVICE_FAILURE) ? readBack(job) : Optional.<Value>empty();
            end(command, took(job, read) ? new Outcome.Done(read) : new Outcome.Refused(why), raw);
        }
    }

    /// Whether there is another function for what this one writes: 15 for 5, 16 for 6, reading and writing for 22.
    private static boolean other(int function) {
        return function == 5 || function == 6 || function == 22;
    }

    private void busy(Command command, Report.Raw raw) throws InterruptedException {
        long again = here.nanoTime() + Rounds.BUSY_PAUSE.toNanos();
        current = Optional.empty();
        if (again - command.deadlineNanos() > 0) {
            answer(
                    command,
                    new Outcome.Refused("the unit is busy (exception 6), to the end of the command's time"),
                    raw);
            return;
        }
        if (waiting.size() >= BUSY_COMMANDS_MAX)
            answer(waiting.removeFirst().command(), new Outcome.NotSent(Outcome.Cause.CANCELLED), Report.Raw.NONE);
        waiting.add(new Waiting(command, again));
    }

    private void acknowledged(Job job, Report.Raw raw) throws IOException, InterruptedException {
        here.accept(new Report.Answer(job.command().id(), new Report.Progress.Sent(), raw));
        for (int i = 0; i < ACKNOWLEDGED_READS_MAX; i++) {
            here.sleep(Rounds.BUSY_PAUSE);
            var read = readBack(job);
            if (took(job, read)) {
                end(job.command(), new Outcome.Done(read), raw);
                return;
            }
        }
        end(job.command(), new Outcome.InDoubt(sentAtMicros), raw);
    }

    /// What the register reads now; none for an action, or when the unit does not tell.
    private Optional<Value> readBack(Job job) throws IOException, InterruptedException {
        var point = job.command().point();
        if (point.access() == Point.Access.INVOKE) return Optional.empty();
        var spot = job.spot();
        var exchange = bus.exchange(
                job.unit().unit(),
                new Request.Read(spot.table(), spot.first(), job.form().count()),
                settings.timeout());
        if (!(exchange instanceof Exchange.Answered(Response.Data data, Report.Raw _))) return Optional.empty();
        return job.form().decode(point.type(), point.choices(), job.decimals(), data.bytes(), 0)
                        instanceof Form.Decoded.Got(Value value)
                ? Optional.of(value)
                : Optional.empty();
    }

    /// Whether the unit has what was written, as far as its register can hold it.
    private static boolean took(Job job, Optional<Value> read) {
        if (read.isEmpty()) return false;
        if (job.form().format() == Format.FLAG || job.form().format() == Format.BIT)
            return read.get().equals(job.command().value());
        try {
            return java.util.Arrays.equals(
                    job.form().encode(read.get(), job.command().point().choices()),
                    job.form()
                            .encode(job.command().value(), job.command().point().choices()));
        } catch (Form.DoesNotFit e) {
            return false;
        }
    }

    // Requests

    /// The request that writes the value; none when a register that must be read first could not be, and the
    /// command was
    /// answered so.
    private Optional<Request> request(Job job) throws Form.DoesNotFit, IOException, InterruptedException {
        var value = job.command().value();
        int first = job.spot().first();
        return switch (job.form().format()) {
            case FLAG -> Optional.of(coil(first, Form.on(value), job.unit()));
            case BIT -> bit(job, Form.on(value));
            case INT16, UINT16, INT32, UINT32, INT64, UINT64, FLOAT32, FLOAT64, BCD16, BCD32, TEXT, BYTES ->
                Optional.of(registers(
                        first, job.form().encode(value, job.command().point().choices()), job.unit()));
        };
    }

    private static Request coil(int address, boolean on, UnitState unit) {
        return unit.lacks(5)
                ? new Request.WriteCoils(address, 1, new byte[] {(byte) (on ? 1 : 0)})
                : new Request.WriteCoil(address, on);
    }

    private static Request registers(int first, byte[] words, UnitState unit) {
        return words.length == 2 && !unit.lacks(6)
                ? new Request.WriteRegister(first, Request.word(words, 0))
                : new Request.WriteRegisters(first, words.length / 2, words);
    }

    /// One bit of a register: with a mask in one step (AP 6.16) where the unit can, else read, changed and written,
    /// in
    /// which a change by somebody else between the two would be lost.
    private Optional<Request> bit(Job job, boolean on) throws IOException, InterruptedException {
        int register = job.spot().first() + job.form().count() - 1 - job.form().bit() / 16;
        int mask = 1 << job.form().bit() % 16;
        if (!job.unit().lacks(22))
            return Optional.of(new Request.MaskRegister(register, ~mask & 0xFFFF, on ? mask : 0));
        var read = bus.exchange(job.unit().unit(), new Request.Read(Table.HOLDING, register, 1), settings.timeout());
        if (!(read instanceof Exchange.Answered(Response.Data data, Report.Raw _))) {
            notSent(job.command(), Outcome.Cause.UNREACHABLE);
            return Optional.empty();
        }
        int before = Request.word(data.bytes(), 0);
        int after = on ? before | mask : before & ~mask;
        byte[] words = {(byte) (after >> 8), (byte) after};
        return Optional.of(registers(register, words, job.unit()));
    }

    /// What feeds a watchdog: a register gets another number each time, a coil is set.
    static Request watchdog(Address.Place place, int count, UnitState unit) {
        if (place.table() == Table.COIL) return coil(place.first(), true, unit);
        byte[] words = new byte[2 * place.form().count()];
        words[words.length - 2] = (byte) (count >> 8);
        words[words.length - 1] = (byte) count;
        return registers(place.first(), words, unit);
    }
}
