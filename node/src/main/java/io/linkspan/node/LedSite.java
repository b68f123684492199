package io.linkspan.node;

import io.linkspan.connector.Report;
import io.linkspan.journal.FrameRing;
import io.linkspan.journal.Health;
import io.linkspan.journal.SiteLog;
import io.linkspan.model.Directory;
import io.linkspan.model.Durations;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Note;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.site.Image;
import io.linkspan.site.Site;
import io.linkspan.site.Step;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A site that this node leads: takes what arrives, steps the site, appends the entry, and, once it is on disk, acts
/// and
/// tells. This is the whole path of a reading: arrive, step, append, act.
///
/// Thread-safety: the step's side ([#arrive], [#ask], [#tick]) belongs to the loop; [#durable] and [#health] to the
/// thread
/// that commits; [#board] is for all.
final class LedSite {
    private static final Logger LOG = LoggerFactory.getLogger("linkspan.site");

    /// A series is late after so many times what was declared for it.
    static final int LATE_AFTER_TIMES = 3;
    /// Entries between two snapshots: bounds what a start replays.
    static final int SNAPSHOT_ENTRIES = 100_000;
    /// Shortest time between two entries that tell how far one write is, in microseconds: 1 s. What comes in
    /// between is
    /// left out: the next one says more.
    static final long PROGRESS_PAUSE_MICROS = 1_000_000;
    /// A change of the wall clock beyond what the monotone one explains is a step of the clock: 2 s.
    static final long CLOCK_STEP_MICROS = 2_000_000;

    /// What a step makes others do.
    interface Surround {
        /// Hands a write to the connector of its property; it was logged before, unless the link acts first.
        void write(LedSite site, Result.WriteOrdered order);

        /// A definition is in force: connectors begin, end and get other points.
        void adopted(LedSite site);

        /// An image to be saved once its entry is on disk.
        void snapshot(LedSite site, Image image);

        /// A person should know.
        void noticed(LedSite site, Result.Noticed notice);

        /// A message is to be delivered.
        void noteOpened(LedSite site);
    }

    private final SiteId id;
    private final SiteLog log;
    private final FrameRing ring;
    private final NodeClock clock;
    private final Surround surround;
    private final EntryCodec codec = new EntryCodec();
    private final Board board = new Board();
    private final Finds finds = new Finds();
    private final CommandBook book = new CommandBook();
    private Site site;

    private long siteBase;
    private long nanoBase;
    private volatile long wallOffset;
    private long[] seenSite = {};
    private boolean[] late = {};
    private long tickedSite;
    private final Map<Long, Long> progressed = new HashMap<>();
    private int sinceSnapshot;
    private boolean urged;

    private final Object waitingLock = new Object();
    private final ArrayDeque<Effect> waiting = new ArrayDeque<>();
    private final ArrayList<Effect> due = new ArrayList<>(); // the committer's
    private final Map<String, List<Asked>> commands = new HashMap<>();
    private final Runnable urging;
    private final Map<String, Receipt> receipts = new HashMap<>();
    private volatile Health health = Health.OK;
    /// Readings of entries up to here were refused by a full disk, though it was fine when they were appended.
    private volatile long refusedTo;
    private final List<Input.GapReported> refused = new ArrayList<>();
    private volatile boolean stepping = true;

    /// What waits for the disk.
    ///
    /// @param stored whether the journal took the readings of the entry
    private record Effect(
            Step step,
            Optional<Receipt> receipt,
            Optional<Asked> asked,
            boolean stored,
            boolean armed,
            Directory directory) {}

    LedSite(SiteId id, SiteLog log, FrameRing ring, NodeClock clock, Surround surround) {
        this.id = id;
        this.log = log;
        urging = log::urge;
        this.ring = ring;
        this.clock = clock;
        this.surround = surround;
        this.site = new Site();
    }

    SiteId id() {
        return id;
    }

    SiteLog log() {
        return log;
    }

    Board board() {
        return board;
    }

    /// The devices that nobody has described yet; for all.
    Finds finds() {
        return finds;
    }

    /// The commands as they are on disk; for all.
    CommandBook book() {
        return book;
    }

    Health health() {
        return health;
    }

    /// What is added to site time to get wall time, in microseconds; for all.
    long wallOffset() {
        return wallOffset;
    }

    /// The state machine itself, for who steps it by hand; only the step's thread may look.
    Site stepped() {
        return site;
    }

    /// What the numbers mean on disk.
    Directory directory() {
        return board.directory();
    }

    /// Whether a machine's watchdog register may be written now; for all.
    boolean watched(int property) {
        return board.armed()
                && board.cell(property)
                        .flatMap(c -> c.duty())
                        .map(d -> d.outOfService().isEmpty())
                        .orElse(false);
    }

    // ---- starting

    /// Brings the site to where its log ends and tells it that it began.
    ///
    /// @param clean the last process ended in order
    void begin(String program, boolean clean, boolean unsure) throws IOException {
        var found = Recovered.from(log, unsure);
        site = found.site();
        for (String trouble : found.troubles()) LOG.warn("{}", trouble);
        long lastWall = site.lastWall();
        nanoBase = clock.nanoTime();
        long wall = clock.wallMicros();
        long last = site.lastSite() == Long.MIN_VALUE ? 0 : site.lastSite();
        siteBase = last + (lastWall == 0 ? 0 : Math.max(0, wall - lastWall));
        wallOffset = wall - siteBase;
        grow();
        board.put(site.allRules(), site.mode());
        board.putAlarms(site.allAlarms(), site.directory());
        board.put(site.allCells(), site.directory(), site.armed());
        book.begin(site);
        site.openNotes().forEach(board::putNote);
        // before the timers that fell due meanwhile: silence counts from here, and no line is up that was so before
        var started = new Input.Started(program, clean && !unsure, lastWall);
        finish(site.step(next(), Principal.SYSTEM, started, now()), Optional.empty(), Optional.empty());
        for (String trouble : found.troubles())
            surround.noticed(this, new Result.Noticed(Result.Severity.HIGH, "log", trouble));
        log.urge();
    }

    /// The present moment of this site.
    private Moment now() {
        long at = siteBase + (clock.nanoTime() - nanoBase) / 1_000;
        return new Moment(Math.max(at, site.lastSite()), clock.wallMicros());
    }

    // ---- the step's side

    /// Takes what a connector told.
    void arrive(Arrival arrival) {
        var receipt = Optional.of(arrival.receipt());
        int connector = site.directory().connector(arrival.connector());
        switch (arrival) {
            case Arrival.LineChanged line -> {
                if (connector != 0)
                    input(
                            Principal.device(line.connector()),
                            new Input.LineChanged(connector, line.up(), line.why()),
                            receipt,
                            Optional.empty());
            }
            case Arrival.Heard heard -> heard(connector, heard.connector(), heard.report(), receipt);
        }
    }

    private void heard(int connector, String name, Report report, Optional<Receipt> receipt) {
        var by = Principal.device(name);
        switch (report) {
            case Report.Frame f -> frame(connector, by, f, receipt);
            case Report.Gap g -> {
                var properties = g.properties().isEmpty() ? pointsOf(name) : g.properties();
                input(
                        by,
                        new Input.GapReported(properties, g.fromMicros(), g.toMicros(), g.cause()),
                        receipt,
                        Optional.empty());
            }
            case Report.Unit u ->
                input(by, new Input.UnitChanged(u.properties(), u.answers(), u.why()), receipt, Optional.empty());
            case Report.Happened h -> {
                long raw = keep(h.raw());
                input(
                        by,
                        new Input.Happened(h.thing(), h.event(), h.value(), raw, check(h.raw())),
                        receipt,
                        Optional.empty());
            }
            case Report.Answer a -> answer(by, a, receipt);
            case Report.Asked a -> {
                String key = "asked-" + name + "-" + clock.nanoTime();
                var who = new Principal(Principal.Kind.APPLICATION, a.party());
                receipt.ifPresent(r -> waitFor(key, r));
                input(
                        who,
                        new Input.Set(key, a.property(), Optional.of(a.value()), Priority.OPERATE, 0, 0),
                        receipt,
                        Optional.empty());
            }
            case Report.Found f -> {
                LOG.info("{} found {}", name, f.what());
                finds.put(name, f, clock.wallMicros());
                receipt.ifPresent(Receipt::durable); // kept in memory alone
            }
            case Report.LineUp _ -> receipt.ifPresent(Receipt::durable); // the node told it as a change of the line
        }
    }

    private List<Integer> pointsOf(String connector) {
        var all = new ArrayList<Integer>();
        for (var thing : site.directory().file().things().values())
            if (thing.connector().map(connector::equals).orElse(false))
                for (var p : thing.properties().values())
                    all.add(site.directory().property(thing.id() + "." + p.name()));
        return all;
    }

    private void frame(int connector, Principal by, Report.Frame frame, Optional<Receipt> receipt) {
        boolean closed = false;
        for (Reading r : frame.readings()) closed |= site.property(r.property());
        long raw = closed ? 0 : keep(frame.raw());
        var step = input(
                by,
                new Input.Frame(connector, frame.readings(), raw, raw == 0 ? 0 : check(frame.raw())),
                receipt,
                Optional.empty());
        for (Reading r : frame.readings()) {
            if (r.property() >= seenSite.length) continue;
            seenSite[r.property()] = step.at().site();
            late[r.property()] = false;
        }
    }

    private void answer(Principal by, Report.Answer answer, Optional<Receipt> receipt) {
        boolean closed = site.writesPrivate(answer.command());
        if (!(answer.progress() instanceof Report.Progress.Ended ended)) {
            progress(by, answer.command(), answer.progress(), closed, receipt);
            return;
        }
        long raw = closed ? 0 : keep(answer.raw());
        input(
                by,
                new Input.Answered(answer.command(), ended.outcome(), raw, raw == 0 ? 0 : check(answer.raw())),
                receipt,
                Optional.empty());
    }

    /// How far a device is, is an entry when it is news; that bytes went out is none, and nothing is told of a
    /// private
    /// link.
    private void progress(
            Principal by, long write, Report.Progress progress, boolean closed, Optional<Receipt> receipt) {
        if (!closed && progress instanceof Report.Progress.At at) {
            var told = new Input.Progressed(write, at.percent(), at.text());
            if (site.isNews(told) && isTime(write, at.percent())) {
                input(by, told, receipt, Optional.empty());
                return;
            }
        }
        receipt.ifPresent(Receipt::durable);
    }

    /// A device that tells its progress without end fills no log: one a second of each write, and the last of it.
    private boolean isTime(long write, int percent) {
        long now = now().site();
        progressed.values().removeIf(at -> now - at >= PROGRESS_PAUSE_MICROS);
        if (percent == 100) return true;
        return progressed.putIfAbsent(write, now) == null;
    }

    private long keep(Report.Raw raw) {
        return raw.bytes().length == 0 ? 0 : ring.put(ByteBuffer.wrap(raw.bytes()));
    }

    private static int check(Report.Raw raw) {
        return raw.bytes().length == 0 ? 0 : FrameRing.checksum(ByteBuffer.wrap(raw.bytes())) & 0xFFFF;
    }

    /// Takes what somebody asked through a door.
    ///
    /// @param bound its key, where whoever asks chose one
    void ask(Principal by, Input input, Optional<BoundKey> bound, Asked asked) {
        if (bound.isPresent() && site.knows(bound.get()::contradicts)) {
            asked.contradicted();
            return;
        }
        String key = switch (input) {
            case Input.Set s -> s.key();
            case Input.Release r -> r.key();
            case Input.Invoke i -> i.key();
            case Input.Cancel c -> site.keyOf(c.number()).orElse("");
            default -> ""; // open: the others have no outcome
        };
        if (!key.isEmpty()) follow(key, asked);
        input(by, input, Optional.empty(), Optional.of(asked));
    }

    /// Tells somebody what becomes of the command with this key, which may come next.
    void follow(String key, Asked asked) {
        var known = site.outcome(key);
        if (known.isPresent()) asked.known(known.get());
        else
            synchronized (commands) {
                commands.computeIfAbsent(key, _ -> new ArrayList<>()).add(asked);
            }
    }

    private void waitFor(String key, Receipt receipt) {
        synchronized (commands) {
            receipts.put(key, receipt);
        }
    }

    /// Steps the timers that are due, then what is late, and says how long nothing will be due, in nanoseconds.
    long tick() {
        var now = now();
        dueBefore(now);
        clockStep(now);
        if (now.site() - tickedSite >= 1_000_000) {
            tickedSite = now.site();
            lateSeries(now);
        }
        long due = site.nextDue();
        return due == Hold.WITHOUT_END ? Long.MAX_VALUE : Math.max(0, due - now.site()) * 1_000;
    }

    private void dueBefore(Moment now) {
        while (stepping && site.nextDue() <= now.site())
            finish(site.stepDue(next(), now), Optional.empty(), Optional.empty());
    }

    private void clockStep(Moment now) {
        long offset = now.wall() - now.site();
        long by = offset - wallOffset;
        if (Math.abs(by) <= CLOCK_STEP_MICROS) return;
        wallOffset = offset;
        input(Principal.SYSTEM, new Input.ClockStepped(by), Optional.empty(), Optional.empty());
    }

    /// The ledger's detection: a series that was promised every so often and did not come.
    private void lateSeries(Moment now) {
        for (var thing : site.directory().file().things().values())
            for (var p : thing.properties().values()) {
                if (p.every().isEmpty()) continue;
                int number = site.directory().property(thing.id() + "." + p.name());
                long patience = Durations.micros(p.every().get()) * LATE_AFTER_TIMES;
                if (number >= late.length || late[number] || now.site() - seenSite[number] <= patience) continue;
                late[number] = true;
                long since = now.wall() - (now.site() - seenSite[number]);
                input(Principal.SYSTEM, new Input.Late(number, since), Optional.empty(), Optional.empty());
            }
    }

    private long next() {
        var head = log.head();
        return Log.Position.pack(head.epoch(), head.seq() + 1);
    }

    private Step input(Principal by, Input input, Optional<Receipt> receipt, Optional<Asked> asked) {
        var now = now();
        dueBefore(now);
        var step = site.step(next(), by, input, now);
        finish(step, receipt, asked);
        return step;
    }

    // ---- log, act, tell

    private void finish(Step step, Optional<Receipt> receipt, Optional<Asked> asked) {
        if (!step.logged()) {
            publish(step.cells());
            receipt.ifPresent(Receipt::durable);
            return;
        }
        codec.encode(
                step.here() & (1L << Log.Position.SEQ_BITS) - 1,
                step.at(),
                step.by(),
                step.input(),
                step.results(),
                site);
        boolean urgent = asked.isPresent() || isUrgent(step);
        for (Result r : step.results()) {
            if (r instanceof Result.WriteOrdered w && w.actFirst()) surround.write(this, w);
            if (r instanceof Result.Adopted) grow();
        }
        synchronized (waitingLock) { // who commits sees the effect with its entry, never one without the other
            boolean healthy = health == Health.OK;
            log.append(step.at().site(), step.at().wall(), codec.control(), codec.readings());
            waiting.add(
                    new Effect(step, receipt, asked, healthy && log.tookReadings(), site.armed(), site.directory()));
        }
        if (urgent) log.urge();
        else if (receipt.isPresent()) urged |= receipt.get().written(urging);
        if (health == Health.DEAD) actFromMemory();
        if (++sinceSnapshot >= SNAPSHOT_ENTRIES) snapshot();
    }

    /// All that had arrived at once was taken: for whoever waits for some of it the disk stores it all, once.
    void turnEnds() {
        if (!urged) return;
        urged = false;
        log.urge();
    }

    /// Whether somebody waits for this step: a machine to be written, a person to be answered.
    private static boolean isUrgent(Step step) {
        if (step.input() instanceof Input.Set) return true;
        for (Result r : step.results())
            if (r instanceof Result.WriteOrdered || r instanceof Result.CommandEnded || r instanceof Result.NoteOpened)
                return true;
        return false;
    }

    private void grow() {
        int end = 1;
        for (var n : site.directory().numbers().values())
            if (n.sort() == Result.Sort.PROPERTY) end = Math.max(end, n.number() + 1);
        int old = seenSite.length;
        if (end <= old) return;
        seenSite = java.util.Arrays.copyOf(seenSite, end);
        late = java.util.Arrays.copyOf(late, end);
        java.util.Arrays.fill(seenSite, old, end, site.lastSite() == Long.MIN_VALUE ? 0 : site.lastSite());
    }

    /// An image for a snapshot, taken now and saved when its entry is on disk.
    void snapshot() {
        sinceSnapshot = 0;
        surround.snapshot(this, site.image());
    }

    private void publish(List<io.linkspan.model.Cell> cells) {
        if (!cells.isEmpty()) board.put(cells, site.directory(), site.armed());
    }

    /// Entries up to this position are on disk: act, then tell.
    void durable(Log.Position at) {
        long packed = at.packed();
        synchronized (waitingLock) {
            while (!waiting.isEmpty() && waiting.element().step.here() <= packed) due.add(waiting.remove());
        }
        var all = List.copyOf(due);
        due.clear(); // each is told once, also when telling one of them fails
        for (var effect : all) act(effect, true);
    }

    private void act(Effect effect, boolean durable) {
        var step = effect.step;
        for (Result r : step.results())
            if (r instanceof Result.WriteOrdered w && !w.actFirst()) surround.write(this, w);
        board.put(step.rules(), step.mode());
        board.putAlarms(step.alarms(), effect.directory);
        board.put(step.cells(), effect.directory, effect.armed);
        book.put(step.results(), step.at(), step.here());
        // a disk that filled up since has dropped them
        boolean readings = effect.stored && health == Health.OK && step.here() > refusedTo;
        boolean stored = durable && (readings || !(step.input() instanceof Input.Frame));
        effect.receipt.ifPresent(stored ? Receipt::durable : Receipt::failed);
        if (durable) effect.asked.ifPresent(a -> a.durable(new Asked.Taken(step.here(), step.results())));
        else effect.asked.ifPresent(Asked::failed);
        for (Result r : step.results()) {
            switch (r) {
                case Result.CommandEnded ended when durable -> ended(ended.key(), ended.outcome());
                case Result.CommandEnded ended -> untold(ended.key());
                case Result.Adopted _ -> surround.adopted(this);
                case Result.Noticed n -> surround.noticed(this, n);
                case Result.NoteOpened n -> {
                    board.putNote(Note.of(n, step.here(), step.at().wall()));
                    surround.noteOpened(this);
                }
                case Result.NoteTried n -> board.triedNote(n.note(), n.why());
                case Result.NoteEnded n -> board.endNote(n.note());
                default -> {} // open: nobody waits for the others
            }
        }
    }

    private void ended(String key, Outcome outcome) {
        List<Asked> askers;
        Receipt receipt;
        synchronized (commands) {
            askers = Optional.ofNullable(commands.remove(key)).orElse(List.of());
            receipt = receipts.remove(key);
        }
        for (var a : askers) a.outcome(outcome);
        if (receipt != null) receipt.outcome(outcome);
    }

    /// An outcome that can not be stored is not told.
    private void untold(String key) {
        List<Asked> askers;
        synchronized (commands) {
            askers = Optional.ofNullable(commands.remove(key)).orElse(List.of());
            receipts.remove(key);
        }
        askers.forEach(Asked::failed);
    }

    /// The disk is dead: what was decided is done, and nobody is told that it was stored.
    private void actFromMemory() {
        while (true) {
            Effect effect;
            synchronized (waitingLock) {
                effect = waiting.poll();
            }
            if (effect == null) return;
            act(effect, false);
        }
    }

    /// The journal's health changed: the loop must tell the site.
    void health(Health now) {
        synchronized (waitingLock) {
            health = now;
            // what waits now is stored without its readings
            if (now == Health.OK || waiting.isEmpty()) return;
            refusedTo = waiting.getLast().step.here();
            for (var effect : waiting)
                if (effect.step.input() instanceof Input.Frame f
                        && !f.readings().isEmpty()) refused.add(gap(f, effect.step));
        }
    }

    private static Input.GapReported gap(Input.Frame frame, Step step) {
        var properties =
                frame.readings().stream().map(Reading::property).distinct().toList();
        return new Input.GapReported(properties, step.at().wall(), step.at().wall(), "disk full");
    }

    /// Tells the site how the disk is; on a dead one it goes on from memory.
    void diskChanged(Health now) {
        var state = switch (now) {
            case OK -> Input.DiskState.OK;
            case CONTROL_ONLY -> Input.DiskState.CONTROL_ONLY;
            case DEAD -> Input.DiskState.DEAD;
        };
        List<Input.GapReported> gaps;
        synchronized (waitingLock) {
            gaps = List.copyOf(refused);
            refused.clear();
        }
        for (var gap : gaps) input(Principal.SYSTEM, gap, Optional.empty(), Optional.empty());
        input(Principal.SYSTEM, new Input.DiskChanged(state), Optional.empty(), Optional.empty());
        if (now == Health.DEAD) actFromMemory();
    }

    /// The last entry of this run.
    void stop() {
        input(Principal.SYSTEM, new Input.Stopping(), Optional.empty(), Optional.empty());
        stepping = false;
        log.urge();
    }
}
