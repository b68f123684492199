package io.linkspan.node;

import io.linkspan.journal.Disk;
import io.linkspan.journal.FrameRing;
import io.linkspan.journal.Health;
import io.linkspan.journal.Journal;
import io.linkspan.journal.JournalSettings;
import io.linkspan.journal.Recovery;
import io.linkspan.journal.SiteLog;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Principal;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.site.Image;
import io.linkspan.site.Site;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node of one site that has no threads: whoever holds it takes the turns of the loop and of the committer, on a disk
/// and
/// a clock of its choice. The path of a reading is that of [Node], by the same code: arrive, step, append, commit, act,
/// tell.
/// The simulated world and the scenarios run on it.
///
/// What it leaves out: the queues before the loop, and the connectors; writes go to a [Machines].
///
/// Not thread-safe.
public final class SteppedNode {
    private static final Logger LOG = LoggerFactory.getLogger("linkspan.node");

    /// Size of the ring of frames, in bytes.
    public static final long RING_BYTES = 256 << 10;
    /// Snapshots kept.
    public static final int SNAPSHOTS_KEPT = 2;

    /// Most small pieces of work of the journal in one turn.
    private static final int MAINTAIN_MAX = 16;

    /// Where writes go.
    public interface Machines {
        /// Takes a write that was logged, and is on disk unless its link acts first or the disk is dead. What
        /// became of it
        /// is told later as an [io.linkspan.connector.Report.Answer].
        void write(Result.WriteOrdered order);
    }

    private final NodeClock clock;
    private final Journal journal;
    private final FrameRing ring;
    private final LedSite site;
    private final ArrayDeque<Image> images = new ArrayDeque<>();
    private Optional<Health> changed = Optional.empty();

    /// Opens the disk and brings the site to where its log ends.
    ///
    /// @throws IOException the disk can not be used
    public static SteppedNode start(SiteId id, Disk disk, JournalSettings settings, NodeClock clock, Machines machines)
            throws IOException {
        var node = new SteppedNode(id, disk, settings, clock, machines);
        var found = node.journal.recovery();
        boolean unsure = found.unsure().contains(id);
        node.site.begin(Version.NUMBER, found.closedInOrder(), unsure);
        return node;
    }

    private SteppedNode(SiteId id, Disk disk, JournalSettings settings, NodeClock clock, Machines machines)
            throws IOException {
        this.clock = clock;
        journal = Journal.open(disk, settings);
        ring = FrameRing.open(disk, "frames", RING_BYTES);
        site = new LedSite(id, journal.open(id), ring, clock, new Handed(machines));
        journal.listen(new Journal.Listener() {
            @Override
            public void durable(Log.Position at) {
                site.durable(at);
            }

            @Override
            public void health(Health now, String why) {
                site.health(now);
                changed = Optional.of(now);
            }
        });
    }

    private final class Handed implements LedSite.Surround {
        private final Machines machines;

        Handed(Machines machines) {
            this.machines = machines;
        }

        @Override
        public void write(LedSite from, Result.WriteOrdered order) {
            machines.write(order);
        }

        @Override
        public void adopted(LedSite from) {}

        @Override
        public void snapshot(LedSite from, Image image) {
            images.add(image);
        }

        @Override
        public void noticed(LedSite from, Result.Noticed notice) {}

        @Override
        public void noteOpened(LedSite from) {}
    }

    /// Takes what a connector told.
    public void arrive(Arrival arrival) {
        site.arrive(arrival);
        site.turnEnds();
    }

    /// Takes what somebody asked.
    public void ask(Principal by, Input input, Asked asked) {
        site.ask(by, input, java.util.Optional.empty(), asked);
    }

    /// One turn of the loop: what the disk told, timers that are due, series that are late.
    ///
    /// @return nanoseconds until a timer is due; [Long#MAX_VALUE] when none is
    public long turn() {
        changed.ifPresent(now -> {
            changed = Optional.empty();
            site.diskChanged(now);
        });
        return site.tick();
    }

    /// Nanoseconds until [#commit] has something to do; [Long#MAX_VALUE] when nothing waits.
    public long nanosUntilCommit() {
        return journal.nanosUntilDue(clock.nanoTime());
    }

    /// One turn of the committer: stores what is due, acts and tells, then saves images whose entry is on disk.
    ///
    /// A snapshot that can not be saved is none: the log goes on without it.
    public void commit() {
        long now = clock.nanoTime();
        journal.commit(now);
        try {
            ring.flush();
        } catch (IOException e) {
            LOG.debug("The bytes of some frames were not kept: {}", e.getMessage());
        }
        for (int i = 0; i < MAINTAIN_MAX && journal.maintain(now); i++) {} // small pieces, as long as there is more
        while (!images.isEmpty()) {
            var at = Log.Position.of(site.id(), images.element().here());
            if (at.epoch() != site.log().head().epoch() || site.log().durable() < at.seq()) return;
            save(at, images.remove());
        }
    }

    private void save(Log.Position at, Image image) {
        var bytes = new ByteWriter();
        image.write(bytes);
        try {
            site.log().saveSnapshot(at, out -> out.write(bytes.copy()));
            site.log().keepSnapshots(SNAPSHOTS_KEPT);
        } catch (IOException e) {
            LOG.warn("No snapshot at {}: {}", at, e.getMessage());
        }
    }

    /// Asks for a snapshot of what is now; [#commit] saves it.
    public void snapshot() {
        site.snapshot();
    }

    /// Ends in order, as a node does when it is told to.
    ///
    /// @throws IOException the last entries could not be stored
    public void close() throws IOException {
        site.stop();
        site.snapshot();
        commit();
        journal.close();
        ring.close();
    }

    /// What opening the disk found.
    public Recovery recovery() {
        return journal.recovery();
    }

    /// The log and how the disk is.
    public Journal journal() {
        return journal;
    }

    /// The site's log.
    public SiteLog log() {
        return site.log();
    }

    /// The state machine, to look at between steps.
    public Site site() {
        return site.stepped();
    }

    /// What is on disk, as the doors show it.
    public Board board() {
        return site.board();
    }

    /// The commands as they are on disk.
    public CommandBook book() {
        return site.book();
    }

    /// Whether a machine's watchdog may be fed.
    public boolean watched(int property) {
        return site.watched(property);
    }
}
