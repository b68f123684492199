package io.linkspan.node;

import io.linkspan.access.Accounts;
import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Outlets;
import io.linkspan.connector.OwnLog;
import io.linkspan.history.CsvImport;
import io.linkspan.journal.Disk;
import io.linkspan.journal.FrameRing;
import io.linkspan.journal.Health;
import io.linkspan.journal.Journal;
import io.linkspan.journal.RealDisk;
import io.linkspan.journal.RetentionLimits;
import io.linkspan.model.Durations;
import io.linkspan.model.History;
import io.linkspan.model.Input;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Result;
import io.linkspan.model.SiteFile;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import io.linkspan.model.Values;
import io.linkspan.site.Assessment;
import io.linkspan.site.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One running Linkspan process: the loop that steps its sites, the thread that commits, the connectors, the doors.
///
/// Two threads carry a reading: the loop (arrive, step, append) and the committer (sync, act, tell). Neither waits for
/// the
/// other; the step never waits for the disk.
///
/// Thread-safety: safe for many threads.
public final class Node implements AutoCloseable, LedSite.Surround {
    private static final Logger LOG = LoggerFactory.getLogger("linkspan.node");

    /// Most items the loop takes from its inbox at once.
    static final int TURN_ITEMS_MAX = 64;
    /// Longest wait of the loop, so that late series are noticed.
    static final Duration TURN_WAIT_MAX = Duration.ofSeconds(1);
    /// How often the node looks whether readings may be dropped from the log.
    static final Duration RETENTION_EVERY = Duration.ofMinutes(1);
    /// How often sessions that rest are ended and refusals written down.
    static final Duration TEND_EVERY = Duration.ofMinutes(1);
    /// Most requests of the doors that wait.
    static final int ASKED_MAX = 10_000;
    /// Folder of the journal within the data folder.
    static final String JOURNAL = "journal";
    /// File of the ring of frames within the journal's folder.
    static final String FRAMES = "frames";
    /// How long the end waits for the last entries to be on disk.
    static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
    /// Snapshots kept of each site.
    static final int SNAPSHOTS_KEPT = 3;

    private final Path data;
    private final NodeClock clock;
    private final boolean passive;
    private final Journal journal;
    private final FrameRing ring;
    private final Histories histories;
    private final Rehearsals rehearsals = new Rehearsals();
    private final Shadows shadows;
    private final Notifier notifier;
    private final LedAccounts people;
    private final Inbox<Runnable> inbox;
    private final Inbox<Runnable>.Source doors;
    private final Map<SiteId, LedSite> sites = new ConcurrentHashMap<>();
    private final Map<SiteId, Wires> wires = new ConcurrentHashMap<>();
    private final Map<SiteId, ConnectorLog> ownLogs = new ConcurrentHashMap<>();
    private final Wires.Around around;
    private final LineTrials trials;
    private final NodeFile.LogLimits limits;
    private final SecureRandom random = new SecureRandom();
    private final ScheduledExecutorService wiring = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("linkspan wiring").daemon().factory());
    private final Thread loop;
    private final Thread committer;
    private volatile boolean open = true;
    private volatile boolean committing = true;
    private volatile Optional<Throwable> broken = Optional.empty();

    /// How a node is set up.
    ///
    /// @param data its folder
    /// @param log how the log is kept
    /// @param listenBeyondLoopback addresses other than loopback on which connectors may listen
    /// @param passive no connector runs: what a restored backup begins with
    public record Settings(
            Path data,
            NodeClock clock,
            NodeFile.LogLimits log,
            Set<Endpoint.Tcp> listenBeyondLoopback,
            boolean passive) {
        public Settings {
            listenBeyondLoopback = Set.copyOf(listenBeyondLoopback);
        }

        /// A node that opens its lines, with the log as usual but for `commitEvery`: how long a reading that
        /// nobody waits for
        /// may stay in memory.
        public Settings(Path data, NodeClock clock, Duration commitEvery, Set<Endpoint.Tcp> listenBeyondLoopback) {
            this(data, clock, NodeFile.LogLimits.STANDARD.committingEvery(commitEvery), listenBeyondLoopback, false);
        }
    }

    /// Opens the folder, brings its sites to where their logs end, and begins to run.
    ///
    /// @throws IOException the folder can not be used; the message says why and what next
    public static Node start(Settings settings) throws IOException {
        return start(settings, new RealDisk(settings.data().resolve(JOURNAL)));
    }

    /// The same with the journal on another disk: one that fails when a test tells it to.
    public static Node start(Settings settings, Disk disk) throws IOException {
        var node = new Node(settings, disk);
        node.begin();
        return node;
    }

    /// A data folder that is not there yet is made for the user that runs Linkspan alone: hashes of passwords are
    /// in it.
    /// One that somebody made is left as it is.
    static void makeFolder(Path data) throws IOException {
        Files.createDirectories(
                data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private Node(Settings settings, Disk disk) throws IOException {
        data = settings.data();
        clock = settings.clock();
        passive = settings.passive();
        makeFolder(data);
        limits = settings.log();
        journal = Journal.open(disk, limits.journal(random.nextLong()));
        ring = FrameRing.open(disk, FRAMES, limits.framesBytes());
        histories = new Histories(data, this::views);
        shadows = new Shadows(data);
        notifier = new Notifier(this, Notifier.RETRY_FIRST);
        people = LedAccounts.open(
                journal.open(SiteId.NODE),
                NodeClock.real(),
                journal.recovery().unsure().contains(SiteId.NODE),
                () -> journal.health() == Health.OK);
        inbox = new Inbox<>(clock);
        around = new Wires.Around(
                new Attached(),
                clock,
                random,
                new RealLines(settings.listenBeyondLoopback()),
                inbox,
                data.resolve("connectors"),
                () -> open && broken.isEmpty(),
                this::ownLog,
                site -> new RunningSite(this, clock, site),
                this::outlets);
        trials = new LineTrials(around.types(), this::entries);
        doors = inbox.source(Inbox.Lane.CONTROL, ASKED_MAX);
        loop = Thread.ofPlatform().name("linkspan loop").unstarted(this::loop);
        committer = Thread.ofPlatform().name("linkspan commit").unstarted(this::commit);
        journal.listen(new Journal.Listener() {
            @Override
            public void durable(Log.Position at) {
                var site = sites.get(at.site());
                if (site != null) site.durable(at);
                else if (at.site().equals(SiteId.NODE)) people.durable(at);
                else {
                    var own = ownLogs.get(at.site());
                    if (own != null) own.durable(at);
                }
            }

            @Override
            public void health(Health now, String why) {
                healthChanged(now, why);
            }
        });
    }

    private void begin() throws IOException {
        var recovery = journal.recovery();
        for (var id : journal.sites())
            if (id.isSite())
                lead(id, recovery.closedInOrder(), recovery.unsure().contains(id));
        committer.start();
        loop.start();
        for (var site : sites.values()) wiring.execute(() -> rewire(site));
        histories.start();
        for (var view : views()) shadows.resume(view);
        if (!passive) notifier.start();
        wiring.scheduleWithFixedDelay(
                this::dropReadings, RETENTION_EVERY.toMillis(), RETENTION_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        wiring.scheduleWithFixedDelay(
                people::tend, TEND_EVERY.toMillis(), TEND_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private LedSite lead(SiteId id, boolean clean, boolean unsure) throws IOException {
        var site = new LedSite(id, journal.open(id), ring, clock, this);
        site.begin(Version.NUMBER, clean, unsure);
        sites.put(id, site);
        return site;
    }

    // ---- the two threads

    private void loop() {
        var items = new ArrayList<Runnable>();
        try {
            while (open) {
                long wait = TURN_WAIT_MAX.toNanos();
                for (var site : sites.values()) wait = Math.min(wait, site.tick());
                items.clear();
                inbox.drain(items, TURN_ITEMS_MAX, wait);
                for (var item : items) item.run();
                for (var site : sites.values()) site.turnEnds();
            }
        } catch (InterruptedException e) {
            // only close() interrupts
        } catch (RuntimeException | Error e) { // thread top
            broken = Optional.of(e);
            LOG.error("The site's step broke an invariant and stops here; restart, and report this", e);
        }
    }

    private void commit() {
        while (committing) {
            long now = System.nanoTime();
            try {
                if (journal.commit(now)) {
                    if (ring.isFilling()) keepFrames();
                } else {
                    keepFrames();
                    if (!journal.maintain(now))
                        journal.park(now, Math.min(journal.nanosUntilDue(System.nanoTime()), 1_000_000_000L));
                }
            } catch (RuntimeException e) { // thread top
                broken = Optional.of(e);
                LOG.error("The committer broke an invariant and stops here; restart, and report this", e);
                return;
            }
        }
    }

    /// When nothing else is due: nobody waits for the bytes of a frame.
    private void keepFrames() {
        try {
            ring.flush();
        } catch (IOException e) {
            LOG.debug("The bytes of some frames were not kept: {}", e.getMessage());
        }
    }

    private void healthChanged(Health now, String why) {
        if (now == Health.OK) LOG.info("The disk takes everything again");
        else LOG.error("{}", why);
        if (now == Health.DEAD) people.accounts().lost(why);
        for (var own : ownLogs.values()) own.health(now);
        for (var site : sites.values()) {
            site.health(now);
            if (open) doors.force(() -> site.diskChanged(now));
        }
    }

    // ---- what a step makes others do

    @Override
    public void write(LedSite site, Result.WriteOrdered order) {
        if (wires(site.id()).write(order)) return;
        var notSent = new Input.Answered(order.write(), new Outcome.NotSent(Outcome.Cause.UNREACHABLE), 0, 0);
        doors.force(() -> site.ask(Principal.SYSTEM, notSent, Optional.empty(), new Asked()));
    }

    @Override
    public void adopted(LedSite site) {
        try {
            wiring.execute(() -> rewire(site));
        } catch (RejectedExecutionException e) {
            LOG.debug("A site file came into force while the node ends: its lines are opened at the next start");
        }
    }

    @Override
    public void snapshot(LedSite site, Image image) {
        wiring.execute(() -> save(site, image));
    }

    private void save(LedSite site, Image image) {
        var at = Log.Position.of(site.id(), image.here());
        try {
            long end = System.nanoTime() + STOP_TIMEOUT.toNanos();
            while (journal.health() != Health.DEAD && site.log().durable() < at.seq() && System.nanoTime() < end)
                TimeUnit.MILLISECONDS.sleep(1);
            if (journal.health() == Health.DEAD) return; // told already, and nothing can be saved
            var bytes = new io.linkspan.model.ByteWriter();
            image.write(bytes);
            site.log().saveSnapshot(at, out -> out.write(bytes.copy()));
            site.log().keepSnapshots(SNAPSHOTS_KEPT);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("No snapshot at {}: {}", at, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void noticed(LedSite site, Result.Noticed notice) {
        if (notice.severity() == Result.Severity.INFO) LOG.info("{}", notice.text());
        else LOG.warn("{}", notice.text());
    }

    @Override
    public void noteOpened(LedSite site) {
        notifier.wake();
    }

    // ---- connectors

    private void rewire(LedSite site) {
        if (passive) return;
        for (String ended : wires(site.id()).rewire())
            doors.force(
                    () -> site.arrive(new Arrival.LineChanged(ended, false, "taken out of the site", new Receipt())));
    }

    private Wires wires(SiteId site) {
        return wires.computeIfAbsent(site, id -> new Wires(led(id), around));
    }

    private OwnLog ownLog(SiteId site, String connector) {
        var id = SiteId.ofConnector(site, connector);
        return ownLogs.computeIfAbsent(
                id,
                its -> new ConnectorLog(
                        connector,
                        journal.open(its),
                        journal.health(),
                        journal.recovery().unsure().contains(its)));
    }

    private Outlets outlets(SiteId site) {
        var board = board(site);
        var place = new NodePlace(
                new RunningSite(this, clock, site),
                board,
                new PageViews(board, clock, 1),
                () -> "",
                new PictureFolder(data, site),
                () -> history(site));
        return new SiteOutlets(people.accounts(), place);
    }

    /// Drops readings that are older, or more, than the log keeps; control stays.
    private void dropReadings() {
        var floors = new HashMap<SiteId, Log.Position>();
        try {
            for (var site : sites.values()) floor(site).ifPresent(at -> floors.put(site.id(), at));
            var snapshots = people.log().snapshots();
            if (!snapshots.isEmpty()) floors.put(SiteId.NODE, snapshots.getLast());
            for (var own : ownLogs.entrySet()) {
                var saved = own.getValue().snapshots();
                if (!saved.isEmpty()) floors.put(own.getKey(), saved.getLast());
            }
            long before = clock.wallMicros() - Durations.micros(limits.keepReadings());
            var dropping = new RetentionLimits(floors, before, limits.readingsBytesMax());
            while (open && journal.dropReadings(dropping).isPresent())
                LOG.info("Readings were dropped from the oldest part of the log");
        } catch (IOException e) {
            LOG.warn("No readings could be dropped from the log: {}", e.getMessage());
        }
    }

    /// Up to here neither a start nor the history needs the readings of a site's log.
    private Optional<Log.Position> floor(LedSite site) throws IOException {
        var snapshots = site.log().snapshots();
        var sealed = histories.sealedTo(site.id());
        if (snapshots.isEmpty() || sealed.isEmpty()) return Optional.empty();
        var oldest = snapshots.getLast();
        return Optional.of(sealed.get().compareTo(oldest) < 0 ? sealed.get() : oldest);
    }

    // ---- doors

    private List<SiteView> views() {
        var all = new ArrayList<SiteView>();
        for (var id : sites.keySet()) all.add(new RunningSite(this, clock, id));
        return all;
    }

    /// A site's readings by time; none for a moment after its start, or when its history can not be opened.
    public Optional<History> history(SiteId site) {
        return histories.of(site);
    }

    /// Brings readings of the past, as a table in CSV (see [CsvImport]), into a site's history. The same content
    /// again
    /// changes
    /// nothing.
    ///
    /// @throws IOException with the line of what is wrong; then nothing was brought in
    public CsvImport.Imported bring(SiteId site, Path file) throws IOException {
        var view = new RunningSite(this, clock, site);
        var directory = view.directory();
        return CsvImport.read(
                histories.toFill(view),
                String.valueOf(file.getFileName()),
                () -> Files.newInputStream(file),
                directory.file().zone(),
                path -> directory
                        .find(path)
                        .map(p -> new CsvImport.Target(
                                directory.property(path), text -> Values.parse(p.type(), p.choices(), text))));
    }

    /// The sites that this node leads; the built-in one, `node`, is none of them.
    public List<SiteId> sites() {
        return List.copyOf(sites.keySet());
    }

    /// Who may come in.
    public Accounts accounts() {
        return people.accounts();
    }

    /// The log of the built-in site `node`, which the accounts are in.
    public Log accountsLog() {
        return people.log();
    }

    /// What is known of a site's properties.
    public Board board(SiteId site) {
        return led(site).board();
    }

    /// The commands of a site as they are on disk.
    public CommandBook book(SiteId site) {
        return led(site).book();
    }

    /// A site's log, for who reads it.
    public Log log(SiteId site) {
        return led(site).log();
    }

    /// The newest snapshot of a site that a caller can use.
    Optional<io.linkspan.journal.Snapshot> snapshot(SiteId site, java.util.function.Predicate<Log.Position> usable)
            throws IOException {
        return led(site).log().newestSnapshot(usable);
    }

    /// What is added to a site's time to get wall time, in microseconds.
    public long wallOffset(SiteId site) {
        return led(site).wallOffset();
    }

    /// Takes a snapshot of a site, which is saved when its entry is on disk.
    public void snapshot(SiteId site) throws InterruptedException {
        var led = led(site);
        doors.put(led::snapshot);
    }

    /// The bytes of frames, for `why`.
    public FrameRing frames() {
        return ring;
    }

    /// The figures of the log: syncs, bytes, what was refused.
    public Journal journal() {
        return journal;
    }

    /// Devices that the connectors of a site told of and that its file does not describe, the newest first.
    List<Finds.Find> found(SiteId site) {
        return led(site).finds().of(board(site).directory().file().connectors().keySet());
    }

    /// Tries lines that no connector has.
    LineTrials trials() {
        return trials;
    }

    /// What runs over the logs of its sites.
    Rehearsals rehearsals() {
        return rehearsals;
    }

    /// What runs beside its sites.
    Shadows shadows() {
        return shadows;
    }

    private List<SiteFile.ConnectorEntry> entries() {
        var all = new ArrayList<SiteFile.ConnectorEntry>();
        for (var site : sites.values())
            all.addAll(site.directory().file().connectors().values());
        return all;
    }

    /// How the connectors of a site are doing.
    public List<io.linkspan.node.Health> connectors(SiteId site) {
        return wires(site).health();
    }

    /// Why the node stopped working, if it did.
    public Optional<Throwable> broken() {
        return broken;
    }

    private LedSite led(SiteId site) {
        var led = sites.get(site);
        if (led == null) throw new IllegalArgumentException("This node does not lead site " + site);
        return led;
    }

    /// Its folder.
    public Path data() {
        return data;
    }

    /// Puts a request to a site; what becomes of it is told by the result. Waits only while too many requests wait.
    public Asked ask(SiteId site, Principal by, Input input) throws InterruptedException {
        return ask(site, by, input, Optional.empty());
    }

    /// The same for a command whose key was chosen by who asks.
    Asked ask(SiteId site, Principal by, Input input, Optional<BoundKey> key) throws InterruptedException {
        var led = led(site);
        var asked = new Asked();
        doors.put(() -> led.ask(by, input, key, asked));
        return asked;
    }

    /// A scene on its way.
    ///
    /// @param stored tells when the site has it
    /// @param each what becomes of the command of each path
    record SceneAsked(Asked stored, Map<String, Asked> each) {}

    /// Sets a scene of the file in force.
    SceneAsked setScene(SiteId site, Principal by, Input.SceneSet set) throws InterruptedException {
        var led = led(site);
        var scene = board(site).directory().file().scenes().get(set.scene());
        var each = new LinkedHashMap<String, Asked>();
        if (scene != null) for (String path : scene.set().keySet()) each.put(path, new Asked());
        var stored = new Asked();
        doors.put(() -> {
            each.forEach((path, asked) -> led.follow(set.key() + "/" + path, asked));
            led.ask(by, set, Optional.empty(), stored);
        });
        return new SceneAsked(stored, each);
    }

    /// Checks a site file against everything that must take it, and says what it would change.
    ///
    /// @throws Invalid at the line of what is wrong
    public Assessment assess(SiteId site, Tree.Fields tree) throws Invalid {
        return assess(board(site).directory(), tree);
    }

    /// Checks a file for a new site; opens nothing.
    ///
    /// @throws Invalid at the line of what is wrong
    public static Assessment check(Tree.Fields tree) throws Invalid {
        return assess(new Attached(), io.linkspan.model.Directory.EMPTY, tree);
    }

    /// Checks a file against what is in force, without a node; opens nothing.
    ///
    /// @throws Invalid at the line of what is wrong
    static Assessment check(io.linkspan.model.Directory now, Tree.Fields tree) throws Invalid {
        return assess(new Attached(), now, tree);
    }

    private Assessment assess(io.linkspan.model.Directory now, Tree.Fields tree) throws Invalid {
        return assess(around.types(), now, tree);
    }

    private static Assessment assess(Attached attached, io.linkspan.model.Directory now, Tree.Fields tree)
            throws Invalid {
        var next = SiteFile.read(tree);
        var assessment = Assessment.of(now, next);
        Channels.check(next);
        attached.check(now.with(next, now.revision() + 1, now.changes(next)));
        return assessment;
    }

    /// Checks a file and puts it in force; the site goes on with it when the result is on disk.
    public Asked apply(SiteId site, Principal by, Tree.Fields tree) throws Invalid, InterruptedException {
        assess(site, tree);
        return ask(site, by, new Input.Apply(Json.write(tree)));
    }

    /// Begins a new site with this file.
    ///
    /// @throws Invalid at the line of what is wrong; then there is no site
    public SiteId create(Principal by, Tree.Fields tree) throws Invalid, IOException, InterruptedException {
        assess(io.linkspan.model.Directory.EMPTY, tree);
        var id = new SiteId(random.nextLong(), random.nextLong());
        var made = new Asked();
        var failed = new IOException[1];
        var done = new java.util.concurrent.CountDownLatch(1);
        doors.put(() -> {
            try {
                lead(id, true, false).ask(by, new Input.Apply(Json.write(tree)), Optional.empty(), made);
            } catch (IOException e) {
                failed[0] = e;
            }
            done.countDown();
        });
        done.await();
        if (failed[0] != null) throw failed[0];
        if (made.await(STOP_TIMEOUT).isEmpty())
            throw new IOException("The new site could not be stored: " + journal.trouble());
        return id;
    }

    /// Ends in order: connectors say goodbye, the last entries are stored, a snapshot bounds the next start.
    @Override
    public void close() throws IOException {
        if (!open) return;
        for (var each : wires.values()) each.close();
        rehearsals.close();
        shadows.close();
        notifier.close();
        histories.close();
        var stopped = new java.util.concurrent.CountDownLatch(1);
        doors.force(() -> {
            for (var site : sites.values()) {
                site.stop();
                site.snapshot();
            }
            open = false;
            stopped.countDown();
        });
        try {
            stopped.await(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            open = false;
            inbox.wake();
            loop.join(STOP_TIMEOUT);
            wiring.shutdown();
            wiring.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            if (journal.health() != Health.DEAD) people.close();
            committing = false;
            committer.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        journal.close();
        ring.close();
    }
}
