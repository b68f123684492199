package io.linkspan.node;

import io.linkspan.access.Accounts;
import io.linkspan.access.AccountsCodec;
import io.linkspan.access.AccountsState;
import io.linkspan.journal.ChainHash;
import io.linkspan.journal.SiteLog;
import io.linkspan.journal.Snapshot;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The accounts of a running node over the log of the built-in site `node`: recovered from it, and snapshots of them.
///
/// They run on the clock of the box, also in a node whose sites run on a faster one: sessions and tokens belong to
/// people. Safe for many threads; [#tend] and [#close] for one at a time, not that which commits.
final class LedAccounts {
    private static final Logger LOG = LoggerFactory.getLogger("linkspan.accounts");

    /// Entries between two snapshots: bounds what a start replays.
    static final int SNAPSHOT_ENTRIES = 1_000;
    /// Snapshots kept.
    static final int SNAPSHOTS_KEPT = 3;

    private final SiteLog log;
    private final NodeClock clock;
    private final Accounts accounts;
    private long saved;

    private LedAccounts(SiteLog log, NodeClock clock, Accounts accounts) {
        this.log = log;
        this.clock = clock;
        this.accounts = accounts;
    }

    /// Replays the log. Damage ends the replay: what the last good entry gives goes on in a new epoch, and nothing
    /// is
    /// deleted.
    ///
    /// @param unsure the newest entries may be missing
    /// @param takesAll whether the disk takes readings too, now
    static LedAccounts open(SiteLog log, NodeClock clock, boolean unsure, BooleanSupplier takesAll) throws IOException {
        var head = log.head();
        var snapshot = log.newestSnapshot();
        for (String skipped : snapshot.map(Snapshot::skipped).orElse(java.util.List.of())) LOG.warn("{}", skipped);
        var state = snapshot.isPresent() ? AccountsCodec.state(snapshot.get().bytes()) : AccountsState.EMPTY;
        var last = snapshot.map(Snapshot::at).orElse(new Log.Position(head.site(), 1, 0));
        boolean damaged = unsure;
        long siteTime = log.durableHead().siteTimeMicros();
        try (var reader = log.read(new Log.Position(last.site(), last.epoch(), last.seq() + 1))) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) {
                state = AccountsCodec.replay(state, stored);
                last = stored.at();
                siteTime = Math.max(siteTime, stored.siteTimeMicros());
            }
        } catch (Log.Damaged e) {
            damaged = true;
            LOG.error(
                    "{}; the accounts go on from {}, nothing was deleted: check who may sign in", e.getMessage(), last);
        }
        if (damaged) log.openEpoch(head.epoch() + 1, last, ChainHash.NONE, "damage");
        var now = new Time(clock, siteTime, log.durableHead().wallTimeMicros(), clock.nanoTime());
        return new LedAccounts(log, clock, new Accounts(log, state, now::now, takesAll));
    }

    /// Site time goes on where the log ends, and over downtime with the wall clock where that is ahead.
    private record Time(NodeClock clock, long baseMicros, long baseNanos) {
        Time(NodeClock clock, long lastSite, long lastWall, long nanoNow) {
            this(clock, lastSite + (lastWall == 0 ? 0 : Math.max(0, clock.wallMicros() - lastWall)), nanoNow);
        }

        Moment now() {
            return new Moment(baseMicros + (clock.nanoTime() - baseNanos) / 1_000, clock.wallMicros());
        }
    }

    Accounts accounts() {
        return accounts;
    }

    /// All entries up to this position are on disk.
    void durable(Log.Position at) {
        accounts.durable(at);
    }

    /// Where the log stands, and the snapshots of it.
    SiteLog log() {
        return log;
    }

    /// What is to be done about each minute.
    void tend() {
        try {
            accounts.tend(clock.nanoTime());
            if (accounts.image().since() - saved >= SNAPSHOT_ENTRIES) save();
        } catch (IOException e) {
            LOG.warn("The accounts could not be tended: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void save() throws IOException {
        var image = accounts.image();
        var at = new Log.Position(log.head().site(), log.head().epoch(), image.seq());
        log.saveSnapshot(at, out -> out.write(image.bytes()));
        log.keepSnapshots(SNAPSHOTS_KEPT);
        saved = image.since();
    }

    /// Writes down what waits, and a snapshot when something changed since the start; while the log still commits.
    void close() {
        try {
            accounts.finish();
            if (accounts.image().since() > saved) save();
        } catch (IOException e) {
            LOG.warn("No snapshot of the accounts: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
