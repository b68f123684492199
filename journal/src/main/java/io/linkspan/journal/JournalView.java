package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Reads a journal without the right to write, also while another process writes: sees what can be read now. Changes
/// nothing on the disk. Safe for any thread.
public final class JournalView implements BlockSource {
    private final Segments segments;
    private final Snapshots snapshots;
    private volatile Opening.Newest now;

    private JournalView(Segments segments, Opening.Newest now) {
        this.segments = segments;
        this.now = now;
        snapshots = new Snapshots(segments.disk());
    }

    /// Opens the journal in a folder; empty when there is none.
    public static Optional<JournalView> open(Disk disk) throws IOException {
        var segments = new Segments(disk);
        return Opening.look(segments).map(newest -> new JournalView(segments, newest));
    }

    /// What a process that opens the journal now would find. While another one writes, its newest bytes look like a
    /// torn tail.
    public Recovery recovery() {
        return now.recovery();
    }

    /// The sites that have a log here.
    public List<SiteId> sites() {
        return now.scanned().states().keySet().stream()
                .sorted(Comparator.comparing(SiteId::toString))
                .toList();
    }

    /// Where a site stands.
    public Head head(SiteId site) {
        return state(site).head();
    }

    /// Reads a site's entries as [Log#read] does.
    public Log.Reader read(Log.Position from) throws IOException {
        return EntryReader.at(
                this, () -> state(from.site()), state(from.site()).head().at(), from);
    }

    /// The newest snapshot of a site that is whole and on the log's branch.
    public Optional<Snapshot> newestSnapshot(SiteId site) throws IOException {
        return snapshots.newest(site, state(site)::knows);
    }

    /// The newest of those that a caller can use, as [#newestSnapshot].
    public Optional<Snapshot> newestSnapshot(SiteId site, Predicate<Log.Position> usable) throws IOException {
        return snapshots.newest(site, at -> state(site).knows(at) && usable.test(at));
    }

    private SiteState state(SiteId site) {
        return now.scanned().states().getOrDefault(site, SiteState.none(site));
    }

    @Override
    public Segments segments() {
        return segments;
    }

    @Override
    public int newest() {
        return now.header().number();
    }

    @Override
    public Segments.Header header(int number) throws IOException {
        return segments.existing(number);
    }

    @Override
    public SegmentIndex index(Segments.Header header) throws IOException {
        var newest = now;
        return newest.header().equals(header) ? newest.scanned().index() : segments.index(header);
    }

    @Override
    public boolean refresh() throws IOException {
        var before = now;
        try (var window = segments.window(before.header(), Block.OVERHEAD_BYTES)) {
            boolean more = window.read(before.scanned().index().end()).isPresent();
            if (!more && segments.header(before.header().number() + 1).isEmpty()) return false;
        }
        var newer = Opening.look(segments);
        if (newer.isEmpty()) return false;
        now = newer.get();
        return true;
    }
}
