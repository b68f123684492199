package io.linkspan.connectors.modbus;

import io.linkspan.connector.Command;
import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Invalid;
import io.linkspan.model.Reading;
import io.linkspan.model.WithoutUs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The planner of one bus while its line is up: commands at once, then watchdogs, then what is due to be read, the
/// longest
/// due first. A unit that does not answer is tried again after growing pauses. One thread.
final class Rounds {
    /// A command waits at most so long for the plan to look at changed points.
    private static final Duration LOOK_AT_POINTS = Duration.ofMillis(250);

    /// How often the line is looked at while a silent unit's answer may come.
    private static final Duration LOOK_AT_LINE = Duration.ofMillis(10);

    /// How long the answer of a unit that failed before is still taken, while others are served.
    private static final Duration LATE_MAX = Duration.ofMinutes(2);

    /// When a busy unit is asked again.
    static final Duration BUSY_PAUSE = Duration.ofMillis(100);

    /// After so many "busy" in a row the site is told that the points are silent.
    private static final int BUSY_TOLD = 10;

    /// When something that a device refused is asked again: a person may have changed the device meanwhile.
    private static final Duration REFUSED_PAUSE = Duration.ofMinutes(1);

    /// So many requests in a row without any answer over TCP, with no unit left that is not silent, and the
    /// connection is
    /// opened anew: it may be half dead.
    private static final int UNANSWERED_MAX = 4;

    private final Surroundings here;
    private final MasterSettings settings;
    private final Bus bus;
    private final String lineName;
    private final Plan.Fences fences;
    private final Silences silences;
    private final Writes writes;
    private final Map<Integer, UnitState> units = new HashMap<>();
    private final Map<Integer, Asked> asked = new HashMap<>();
    private final Set<Integer> refused = new HashSet<>();
    private Map<Integer, Sink.Target> targets = new HashMap<>();
    private List<Poll> polls = new ArrayList<>();
    private List<Feed> feeds = new ArrayList<>();
    private long pointsVersion = -1;
    private boolean planStale = true;
    private int unanswered;

    Rounds(
            Surroundings here,
            MasterSettings settings,
            Bus bus,
            String lineName,
            Plan.Fences fences,
            Silences silences) {
        this.here = here;
        this.settings = settings;
        this.bus = bus;
        this.lineName = lineName;
        this.fences = fences;
        this.silences = silences;
        writes = new Writes(this, here, settings, bus);
    }

    /// One request that comes again and again.
    private static final class Poll {
        private final Plan.Run<Sink> run;
        private long dueNanos;
        private int busy;
        private Optional<Long> missedSinceMicros = Optional.empty();

        private Poll(Plan.Run<Sink> run, long dueNanos) {
            this.run = run;
            this.dueNanos = dueNanos;
        }
    }

    /// A request to a unit that failed before, whose answer is not waited for.
    private static final class Asked {
        private final Poll poll;
        private final long atNanos;
        private boolean missed;

        private Asked(Poll poll, long atNanos) {
            this.poll = poll;
            this.atNanos = atNanos;
        }
    }

    /// A device's watchdog register, which several points may share (see [WithoutUs.Watchdog]).
    private static final class Feed {
        private final int unit;
        private final Address.Place place;
        private final long everyNanos;
        private final List<Point> points = new ArrayList<>();
        private long dueNanos;
        private int count;
        private boolean complained;

        private Feed(int unit, Address.Place place, long everyNanos, long dueNanos) {
            this.unit = unit;
            this.place = place;
            this.everyNanos = everyNanos;
            this.dueNanos = dueNanos;
        }
    }

    /// Works until the line is lost or the thread is interrupted. Each command taken has its answer then.
    void run() throws IOException, InterruptedException {
        try {
            while (true) round();
        } finally {
            writes.leave();
        }
    }

    private void round() throws IOException, InterruptedException {
        refresh();
        for (var late : bus.late()) takeLate(late);
        missLate();
        if (writes.resume()) return;
        Optional<Command> command = here.nextCommand(untilDue());
        if (command.isPresent()) {
            writes.execute(command.get());
            return;
        }
        if (feed()) return;
        work();
    }

    private Duration untilDue() {
        long now = here.nanoTime();
        long wait = Math.min(
                LOOK_AT_POINTS.toNanos(), writes.nextNanos().map(at -> at - now).orElse(Long.MAX_VALUE));
        if (!asked.isEmpty()) wait = Math.min(wait, LOOK_AT_LINE.toNanos());
        for (Poll each : polls) wait = Math.min(wait, dueNanos(each) - now);
        for (UnitState each : units.values()) if (surveying(each)) wait = Math.min(wait, surveyDueNanos(each) - now);
        for (Feed each : feeds) wait = Math.min(wait, feedDueNanos(each) - now);
        return wait <= 0 ? Duration.ZERO : Duration.ofNanos(wait);
    }

    private long dueNanos(Poll poll) {
        return Math.max(poll.dueNanos, unit(poll.run.unit()).notBeforeNanos());
    }

    private long feedDueNanos(Feed feed) {
        return Math.max(feed.dueNanos, unit(feed.unit).notBeforeNanos());
    }

    private static boolean surveying(UnitState unit) {
        return unit.survey().filter(s -> !s.over()).isPresent();
    }

    private static long surveyDueNanos(UnitState unit) {
        return Math.max(unit.surveyAtNanos(), unit.notBeforeNanos());
    }

    /// What is known of a unit.
    UnitState unit(int number) {
        return units.computeIfAbsent(number, UnitState::new);
    }

    /// The point of a command as it is planned.
    Optional<Sink.Target> target(int property) {
        return Optional.ofNullable(targets.get(property));
    }

    // The plan

    private void refresh() throws InterruptedException {
        var points = here.points();
        if (points.version() != pointsVersion) {
            takePoints(points.all());
            pointsVersion = points.version();
            planStale = true;
        }
        if (planStale) replan();
    }

    private void takePoints(List<Point> points) {
        var next = new HashMap<Integer, Sink.Target>();
        for (Point each : points) {
            if (each.served()) continue;
            var before = targets.get(each.number());
            if (before != null && before.point().equals(each)) {
                next.put(each.number(), before);
                continue;
            }
            try {
                var target = Sink.Target.of(each, settings.unitMin(), settings.unitMax());
                next.put(each.number(), target);
                if (target.address() instanceof Address.SunSpec)
                    unit(target.unit()).survey(Optional.empty(), here.nanoTime());
            } catch (Invalid e) {
                here.log().error("{} is left out: {}", each.name(), e.getMessage());
            }
            refused.remove(each.number());
        }
        targets = next;
        units.keySet().retainAll(next.values().stream().map(Sink.Target::unit).toList());
        feeds = feeds();
        for (Sink.Target each : targets.values())
            if (each.address() instanceof Address.SunSpec) survey(unit(each.unit()));
    }

    private void survey(UnitState unit) {
        if (unit.survey().isPresent()) return;
        var wanted = new HashSet<Integer>();
        for (Sink.Target each : targets.values())
            if (each.unit() == unit.unit() && each.address() instanceof Address.SunSpec address)
                for (var model : address.models()) wanted.add(model.id());
        unit.survey(Optional.of(new SunSpecSurvey(wanted)), here.nanoTime());
    }

    private List<Feed> feeds() {
        var byPlace = new HashMap<String, Feed>();
        for (Sink.Target each : targets.values())
            if (each.point().withoutUs() instanceof WithoutUs.Watchdog watchdog) {
                var place = ModbusTcp.watchdog(watchdog);
                var key = each.unit() + " " + place.table() + " " + place.first();
                long every = watchdog.every().toNanos();
                var feed = new Feed(each.unit(), place, every, here.nanoTime());
                var before = byPlace.get(key);
                if (before != null && before.everyNanos <= every) feed = before;
                else if (before != null) feed.points.addAll(before.points);
                feed.points.add(each.point());
                byPlace.put(key, feed);
            }
        return new ArrayList<>(byPlace.values());
    }

    private void replan() {
        var due = new HashMap<Sink, Poll>();
        for (Poll poll : polls) for (var cell : poll.run.cells()) due.put(cell.sink(), poll);
        long now = here.nanoTime();
        var next = new ArrayList<Poll>();
        for (var run : Plan.runs(cells(), settings.limits(), fences)) {
            var poll = new Poll(run, now);
            var before = run.cells().stream()
                    .map(c -> due.get(c.sink()))
                    .filter(java.util.Objects::nonNull)
                    .toList();
            if (before.size() == run.cells().size())
                poll.dueNanos = before.stream().mapToLong(p -> p.dueNanos).min().orElse(now);
            poll.missedSinceMicros =
                    before.stream().flatMap(p -> p.missedSinceMicros.stream()).min(Long::compare);
            next.add(poll);
        }
        polls = next;
        asked.clear();
        planStale = false;
    }

    private Collection<Plan.Cell<Sink>> cells() {
        var cells = new ArrayList<Plan.Cell<Sink>>();
        var factors = new HashMap<Sink.Factor, Plan.Cell<Sink>>();
        for (Sink.Target each : targets.values()) {
            if (!each.read() || each.spot().isEmpty()) continue;
            var spot = each.spot().get();
            long every = each.point().every().orElse(settings.every()).toNanos();
            cells.add(new Plan.Cell<>(
                    each.unit(), spot.table(), spot.first(), spot.form().count(), every, each));
            spot.factor().ifPresent(factor -> {
                var before = factors.get(factor);
                if (before == null || before.everyNanos() > every)
                    factors.put(
                            factor, new Plan.Cell<>(each.unit(), spot.table(), factor.register(), 1, every, factor));
            });
        }
        cells.addAll(factors.values());
        return cells;
    }

    // Reading

    private void work() throws IOException, InterruptedException {
        long now = here.nanoTime();
        Optional<Poll> poll = Optional.empty();
        for (Poll each : polls)
            if (dueNanos(each) - now <= 0 && (poll.isEmpty() || dueNanos(each) - dueNanos(poll.get()) < 0))
                poll = Optional.of(each);
        Optional<UnitState> survey = Optional.empty();
        for (UnitState each : units.values())
            if (surveying(each)
                    && surveyDueNanos(each) - now <= 0
                    && (survey.isEmpty() || surveyDueNanos(each) - surveyDueNanos(survey.get()) < 0))
                survey = Optional.of(each);
        if (survey.isPresent() && (poll.isEmpty() || surveyDueNanos(survey.get()) - dueNanos(poll.get()) <= 0))
            step(survey.get());
        else if (poll.isPresent()) read(poll.get());
    }

    private void read(Poll poll) throws IOException, InterruptedException {
        var unit = unit(poll.run.unit());
        if (unit.failures() > 0 && bus.overlaps()) { // it may be dead: nobody waits for it
            asked.put(bus.ask(unit.unit(), poll.run.request()), new Asked(poll, here.nanoTime()));
            unit.rest(here.nanoTime() + settings.timeout().toNanos());
            return;
        }
        take(poll, bus.exchange(unit.unit(), poll.run.request(), settings.timeout()));
    }

    private void takeLate(Bus.Late late) throws IOException, InterruptedException {
        var request = asked.remove(late.asked());
        if (request != null && polls.contains(request.poll)) take(request.poll, late.exchange());
    }

    /// Counts as failed what was asked and has not been answered in time; a later answer still counts, for a while.
    private void missLate() throws IOException, InterruptedException {
        if (asked.isEmpty()) return;
        long now = here.nanoTime();
        asked.values().removeIf(a -> now - a.atNanos > LATE_MAX.toNanos());
        for (Asked each : List.copyOf(asked.values())) {
            if (each.missed || now - each.atNanos < settings.timeout().toNanos()) continue;
            each.missed = true;
            missed(each.poll, unit(each.poll.run.unit()), "does not answer", false);
        }
    }

    private void take(Poll poll, Exchange exchange) throws IOException, InterruptedException {
        var unit = unit(poll.run.unit());
        switch (exchange) {
            case Exchange.Answered(Response.Data data, Report.Raw raw) -> {
                answered(unit);
                poll.busy = 0;
                poll.dueNanos = next(poll.dueNanos, poll.run.everyNanos());
                frame(poll, data.bytes(), raw);
            }
            case Exchange.Answered(Response.Refused no, Report.Raw _) -> refused(poll, unit, no);
            case Exchange.Answered(Response.Wrote _, Report.Raw _) ->
                throw new IllegalStateException("A read is not answered by a write");
            case Exchange.Silent _ -> missed(poll, unit, "does not answer", false);
            case Exchange.Garbled garbled -> missed(poll, unit, garbled.what(), true);
        }
    }

    /// In step with its period; when it fell behind, from now, so that all who are late take turns.
    private long next(long dueNanos, long everyNanos) {
        long now = here.nanoTime();
        long next = dueNanos + everyNanos;
        return next - now < 0 ? now : next;
    }

    private void missed(Poll poll, UnitState unit, String what, boolean garbled)
            throws IOException, InterruptedException {
        if (poll.missedSinceMicros.isEmpty()) poll.missedSinceMicros = Optional.of(here.wallMicros());
        failed(unit, what, garbled);
    }

    /// A unit did not answer, or answered what is none.
    void failed(UnitState unit, String what, boolean garbled) throws IOException, InterruptedException {
        unit.failed(here.nanoTime(), settings.timeout(), settings.backOffMax(), garbled);
        unanswered = garbled ? 0 : unanswered + 1;
        if (unit.silent()) {
            var why = "unit " + unit.unit() + " on " + here.connector() + " " + what + " (" + UnitState.FAILURES_TOLD
                    + " tries); check its power, its wiring and its unit number";
            if (silences.silent(here, properties(unit.unit()), why)) here.log().warn("{}", why);
        }
        boolean nobodyLeft = units.values().stream().allMatch(UnitState::silent);
        if (nobodyLeft && unanswered >= UNANSWERED_MAX && settings.endpoint() instanceof Endpoint.Tcp)
            throw new IOException(
                    lineName + " has not answered " + unanswered + " requests in a row; the connection is opened anew");
    }

    private List<Integer> properties(int unit) {
        return targets.values().stream()
                .filter(t -> t.unit() == unit
                        && t.read()
                        && !refused.contains(t.point().number()))
                .map(t -> t.point().number())
                .toList();
    }

    /// A unit is alive.
    void answered(UnitState unit) {
        unanswered = 0;
        if (unit.answered()) {
            here.log().info("unit {} on {} answers again", unit.unit(), here.connector());
            if (unit.survey().isPresent()) { // it may be another device, or have another map since it started
                unit.survey(Optional.empty(), here.nanoTime());
                survey(unit);
            }
        }
    }

    private void frame(Poll poll, byte[] bytes, Report.Raw raw) throws InterruptedException {
        for (var cell : poll.run.cells())
            if (cell.sink() instanceof Sink.Factor factor) factor.read((short) Request.word(bytes, poll.run.at(cell)));
        var readings = new ArrayList<Reading>();
        for (var cell : poll.run.cells()) {
            if (!(cell.sink() instanceof Sink.Target target)) continue;
            switch (decoded(target, bytes, poll.run.at(cell))) {
                case Form.Decoded.Got got ->
                    readings.add(Reading.good(target.point().number(), got.value()));
                case Form.Decoded.Nothing nothing ->
                    silences.silent(
                            here,
                            List.of(target.point().number()),
                            target.point().name() + " has no value: " + nothing.why());
            }
        }
        var properties = readings.stream().map(Reading::property).toList();
        refused.removeAll(properties);
        gap(poll, properties.stream().filter(p -> !silences.told(p)).toList());
        silences.back(here, properties);
        if (!readings.isEmpty()) here.accept(new Report.Frame(readings, raw));
    }

    private static Form.Decoded decoded(Sink.Target target, byte[] bytes, int at) {
        var point = target.point();
        return target.spot()
                .flatMap(Sink.Spot::now)
                .map(form -> form.decode(point.type(), point.choices(), target.decimals(), bytes, at))
                .orElse(new Form.Decoded.Nothing("the device has told no scale factor"));
    }

    private void gap(Poll poll, List<Integer> properties) throws InterruptedException {
        if (poll.missedSinceMicros.isEmpty()) return;
        long since = poll.missedSinceMicros.get();
        poll.missedSinceMicros = Optional.empty();
        long now = here.wallMicros();
        if (!properties.isEmpty() && now - since > poll.run.everyNanos() / 1_000)
            here.accept(new Report.Gap(properties, since, now, "unit " + poll.run.unit() + " did not answer"));
    }

    private void refused(Poll poll, UnitState unit, Response.Refused no) throws IOException, InterruptedException {
        if (no.is(ExceptionCode.GATEWAY_PATH_UNAVAILABLE) || no.is(ExceptionCode.GATEWAY_TARGET_FAILED)) {
            missed(poll, unit, "is not reached: " + ExceptionCode.words(no.code()), false);
            return;
        }
        answered(unit);
        if (no.is(ExceptionCode.SERVER_DEVICE_BUSY) || no.is(ExceptionCode.ACKNOWLEDGE)) {
            poll.dueNanos = here.nanoTime() + BUSY_PAUSE.toNanos();
            if (++poll.busy >= BUSY_TOLD)
                silent(poll, "unit " + unit.unit() + " on " + here.connector() + " is busy all the time");
            return;
        }
        boolean configuration = no.is(ExceptionCode.ILLEGAL_FUNCTION)
                || no.is(ExceptionCode.ILLEGAL_DATA_ADDRESS)
                || no.is(ExceptionCode.ILLEGAL_DATA_VALUE);
        if (poll.run.cells().size() > 1 && !no.is(ExceptionCode.ILLEGAL_FUNCTION) && fences.split(poll.run)) {
            planStale = true;
            return;
        }
        if (configuration) misconfigured(poll, unit, no);
        else {
            silent(
                    poll,
                    "unit " + unit.unit() + " on " + here.connector() + " reports " + ExceptionCode.words(no.code()));
            poll.dueNanos = next(poll.dueNanos, poll.run.everyNanos());
        }
    }

    private void silent(Poll poll, String why) throws InterruptedException {
        var properties = new ArrayList<Integer>();
        for (var cell : poll.run.cells())
            if (cell.sink() instanceof Sink.Target target)
                properties.add(target.point().number());
        if (silences.silent(here, properties, why)) here.log().warn("{}", why);
    }

    /// The site file and the device do not agree; only a person can mend it, so it is seldom tried again.
    private void misconfigured(Poll poll, UnitState unit, Response.Refused no) throws InterruptedException {
        poll.dueNanos = here.nanoTime() + REFUSED_PAUSE.toNanos();
        for (var cell : poll.run.cells()) {
            if (!(cell.sink() instanceof Sink.Target target)) continue;
            refused.add(target.point().number());
            var why = "unit " + unit.unit() + " refuses " + target.point().name() + " at \""
                    + target.point().at().text() + "\": " + ExceptionCode.words(no.code())
                    + "; compare the address with the device's manual";
            if (silences.silent(here, List.of(target.point().number()), why))
                here.log().warn("{}", why);
        }
    }

    // SunSpec

    private void step(UnitState unit) throws IOException, InterruptedException {
        var survey = unit.survey().orElseThrow();
        switch (bus.exchange(unit.unit(), survey.next(), settings.timeout())) {
            case Exchange.Answered(Response.Data data, Report.Raw _) -> {
                answered(unit);
                survey.answered(Optional.of(data.bytes()));
            }
            case Exchange.Answered(Response.Refused no, Report.Raw _)
            when no.is(ExceptionCode.SERVER_DEVICE_BUSY) || no.is(ExceptionCode.ACKNOWLEDGE) -> {
                answered(unit);
                unit.survey(unit.survey(), here.nanoTime() + BUSY_PAUSE.toNanos());
            }
            case Exchange.Answered(Response.Refused no, Report.Raw _)
            when no.is(ExceptionCode.GATEWAY_PATH_UNAVAILABLE) || no.is(ExceptionCode.GATEWAY_TARGET_FAILED) ->
                failed(unit, "is not reached: " + ExceptionCode.words(no.code()), false);
            case Exchange.Answered(Response _, Report.Raw _) -> {
                answered(unit);
                survey.answered(Optional.empty());
            }
            case Exchange.Silent _ -> failed(unit, "does not answer", false);
            case Exchange.Garbled garbled -> failed(unit, garbled.what(), true);
        }
        if (unit.survey().filter(s -> s == survey && s.over()).isPresent()) surveyed(unit, survey);
    }

    private void surveyed(UnitState unit, SunSpecSurvey survey) throws InterruptedException {
        var factors = new HashMap<Integer, Sink.Factor>();
        boolean missing = false;
        for (Sink.Target target : targets.values()) {
            if (target.unit() != unit.unit() || !(target.address() instanceof Address.SunSpec address)) continue;
            var found = survey.find(address);
            target.located(found.map(f -> spot(address, f, factors)));
            if (found.isEmpty()) {
                missing = true;
                var why = survey.found()
                        ? target.point().name() + " is not in unit " + unit.unit() + ": its SunSpec models are "
                                + survey.models().stream()
                                        .map(m -> Integer.toString(m.id()))
                                        .toList()
                        : "unit " + unit.unit() + " has no SunSpec map at 40000, 0 or 50000";
                if (silences.silent(here, List.of(target.point().number()), why))
                    here.log().warn("{}", why);
            }
        }
        if (missing) {
            unit.survey(Optional.empty(), here.nanoTime());
            survey(unit);
            unit.survey(unit.survey(), here.nanoTime() + REFUSED_PAUSE.toNanos());
        }
        planStale = true;
    }

    private static Sink.Spot spot(
            Address.SunSpec address, SunSpecSurvey.Found found, Map<Integer, Sink.Factor> factors) {
        var located = found.located();
        var form = SunSpecModels.form(located.declared(), address.bit().orElse(-1));
        Optional<Sink.Factor> factor = located.scaleOffset() < 0
                ? Optional.empty()
                : Optional.of(factors.computeIfAbsent(found.model().base() + located.scaleOffset(), Sink.Factor::new));
        return new Sink.Spot(
                Table.HOLDING,
                found.model().base() + located.offset(),
                form,
                factor,
                address.scaling(),
                located.exponent());
    }

    // Watchdogs

    private boolean feed() throws IOException, InterruptedException {
        long now = here.nanoTime();
        for (Feed feed : feeds) {
            if (feedDueNanos(feed) - now > 0) continue;
            feed.dueNanos = next(feed.dueNanos, feed.everyNanos);
            boolean alive = false;
            for (Point point : feed.points) alive |= here.watched(point);
            if (!alive) continue;
            feed(feed);
            return true;
        }
        return false;
    }

    private void feed(Feed feed) throws IOException, InterruptedException {
        feed.count = feed.count % Short.MAX_VALUE + 1;
        var unit = unit(feed.unit);
        switch (bus.exchange(feed.unit, Writes.watchdog(feed.place, feed.count, unit), settings.timeout())) {
            case Exchange.Answered(Response.Refused no, Report.Raw _) -> {
                answered(unit);
                if (no.is(ExceptionCode.ILLEGAL_FUNCTION)) unit.lacking(no.function());
                if (!feed.complained)
                    here.log()
                            .warn(
                                    "unit {} refuses its watchdog at {}: {}",
                                    feed.unit,
                                    feed.place,
                                    ExceptionCode.words(no.code()));
                feed.complained = true;
            }
            case Exchange.Answered _ -> {
                answered(unit);
                feed.complained = false;
            }
            case Exchange.Silent _ -> failed(unit, "does not answer", false);
            case Exchange.Garbled garbled -> failed(unit, garbled.what(), true);
        }
    }
}
