package io.linkspan.node;

import io.linkspan.journal.FrameRing;
import io.linkspan.journal.Head;
import io.linkspan.journal.JournalView;
import io.linkspan.journal.RealDisk;
import io.linkspan.journal.Snapshot;
import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Log;
import io.linkspan.model.Note;
import io.linkspan.model.RuleCell;
import io.linkspan.model.SiteId;
import io.linkspan.site.Site;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// A site as its folder has it, without a running node: the newest snapshot and the entries behind it. Changes nothing.
/// Safe for many threads.
public final class StoredSite implements SiteView {
    private final JournalView journal;
    private final RealDisk disk;
    private final Head head;
    private final Directory directory;
    private final boolean armed;
    private final List<AlarmState> alarms;
    private final List<Note> notes;
    private final SortedMap<Integer, Cell> cells = new TreeMap<>();
    private final SortedMap<Integer, RuleCell> rules = new TreeMap<>();
    private final String mode;

    private StoredSite(JournalView journal, RealDisk disk, Head head, Site site) {
        this.journal = journal;
        this.disk = disk;
        this.head = head;
        directory = site.directory();
        armed = site.armed();
        mode = site.mode();
        for (var rule : site.allRules()) rules.put(rule.rule(), rule);
        alarms = site.allAlarms();
        notes = site.openNotes();
        for (var cell : site.allCells()) cells.put(cell.property(), cell);
    }

    /// The sites of a data folder; none when nothing ever ran on it.
    ///
    /// @throws Log.Damaged the log can not be read to its end
    public static List<SiteView> in(Path data) throws IOException {
        var disk = new RealDisk(data.resolve(Node.JOURNAL));
        var journal = JournalView.open(disk);
        if (journal.isEmpty()) return List.of();
        var all = new ArrayList<SiteView>();
        for (var id : journal.get().sites())
            if (id.isSite())
                all.add(new StoredSite(journal.get(), disk, journal.get().head(id), replayed(journal.get(), id)));
        return all;
    }

    private static Site replayed(JournalView journal, SiteId id) throws IOException {
        var snapshot = journal.newestSnapshot(id);
        Site site = snapshot.isPresent() ? Site.restore(snapshot.get().bytes()) : new Site();
        var from = snapshot.map(s -> new Log.Position(id, s.at().epoch(), s.at().seq() + 1))
                .orElse(new Log.Position(id, 1, 0));
        try (var reader = journal.read(from)) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) site.replay(EntryCodec.decode(stored));
        }
        return site;
    }

    @Override
    public SiteId id() {
        return head.at().site();
    }

    @Override
    public Directory directory() {
        return directory;
    }

    @Override
    public boolean armed() {
        return armed;
    }

    @Override
    public Optional<Cell> cell(int property) {
        return Optional.ofNullable(cells.get(property));
    }

    @Override
    public List<Cell> cells() {
        return List.copyOf(cells.values());
    }

    @Override
    public Optional<RuleCell> rule(int number) {
        return Optional.ofNullable(rules.get(number));
    }

    @Override
    public String mode() {
        return mode;
    }

    @Override
    public List<AlarmState> alarms() {
        return alarms;
    }

    @Override
    public List<Note> notes() {
        return notes;
    }

    @Override
    public Log.Reader reader(Log.Position from) throws IOException {
        return journal.read(from);
    }

    @Override
    public Optional<Snapshot> snapshot(Predicate<Log.Position> usable) throws IOException {
        return journal.newestSnapshot(id(), usable);
    }

    @Override
    public Log.Position newest() {
        return head.at();
    }

    @Override
    public long nowMicros() {
        return head.wallTimeMicros();
    }

    @Override
    public long wallOf(long siteMicros) {
        return siteMicros + head.wallTimeMicros() - head.siteTimeMicros();
    }

    @Override
    public Optional<byte[]> frame(long id, int check) {
        try {
            return FrameRing.look(disk, Node.FRAMES, id)
                    .filter(bytes -> (FrameRing.checksum(ByteBuffer.wrap(bytes)) & 0xFFFF) == check);
        } catch (IOException e) {
            return Optional.empty(); // the ring is no record: what it can not give is gone
        }
    }
}
