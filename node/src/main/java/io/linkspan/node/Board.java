package io.linkspan.node;

import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.Note;
import io.linkspan.model.RuleCell;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// The newest of each property of a site that is on disk, for everybody who looks. One thread puts, any may look; what
/// is seen
/// of one property is of one moment, several properties may be of different ones.
public final class Board {
    private volatile AtomicReferenceArray<Cell> cells = new AtomicReferenceArray<>(0);
    private volatile Directory directory = Directory.EMPTY;
    private volatile boolean armed;
    private volatile Map<Integer, RuleCell> rules = Map.of();
    private volatile String mode = "";
    private volatile long changes;
    private final Map<Integer, AlarmState> alarms = new ConcurrentHashMap<>();
    private final Map<Long, Note> notes = new ConcurrentHashMap<>();

    /// What the numbers mean.
    public Directory directory() {
        return directory;
    }

    /// Whether the site writes to its machines.
    public boolean armed() {
        return armed;
    }

    /// The mode that the site is in; empty when it has none.
    public String mode() {
        return mode;
    }

    /// What a rule or schedule does now; none when there is no such rule.
    public Optional<RuleCell> rule(int number) {
        return Optional.ofNullable(rules.get(number));
    }

    /// Grows with each change: who saw this number has seen all.
    public long changes() {
        return changes;
    }

    /// The newest of a property; none when there is no such property.
    public Optional<Cell> cell(int property) {
        var now = cells;
        return property > 0 && property < now.length() ? Optional.ofNullable(now.get(property)) : Optional.empty();
    }

    /// All properties, by their numbers.
    public List<Cell> all() {
        var now = cells;
        var all = new ArrayList<Cell>();
        for (int p = 1; p < now.length(); p++) {
            Cell cell = now.get(p);
            if (cell != null) all.add(cell);
        }
        return all;
    }

    /// The alarms of the site as they stand, by their numbers.
    public List<AlarmState> alarms() {
        return alarms.values().stream()
                .sorted(java.util.Comparator.comparingInt(AlarmState::alarm))
                .toList();
    }

    /// The messages that wait to be delivered, the oldest first.
    public List<Note> notes() {
        return notes.values().stream()
                .sorted(java.util.Comparator.comparingLong(Note::number))
                .toList();
    }

    /// Alarms that moved, and those of a new definition.
    void putAlarms(List<AlarmState> moved, Directory newDirectory) {
        for (var alarm : moved) alarms.put(alarm.alarm(), alarm);
        if (newDirectory == alarmsOf) return;
        alarmsOf = newDirectory;
        var there = new java.util.HashSet<Integer>();
        for (var rule : newDirectory.file().rules().values())
            if (rule.alarm().isPresent()) there.add(newDirectory.rule(rule.id()));
        alarms.keySet().retainAll(there);
        for (int alarm : there) alarms.putIfAbsent(alarm, AlarmState.fresh(alarm));
    }

    private Directory alarmsOf = Directory.EMPTY; // of the one thread that puts

    void putNote(Note note) {
        notes.put(note.number(), note);
    }

    void triedNote(long number, String why) {
        notes.computeIfPresent(number, (_, note) -> note.tried(why));
    }

    void endNote(long number) {
        notes.remove(number);
    }

    void put(List<Cell> changed, Directory newDirectory, boolean newArmed) {
        var now = cells;
        int end = now.length();
        for (Cell c : changed) end = Math.max(end, c.property() + 1);
        if (end > now.length()) {
            var grown = new AtomicReferenceArray<Cell>(Math.max(end, now.length() * 2));
            for (int p = 0; p < now.length(); p++) grown.set(p, now.get(p));
            now = grown;
        }
        for (Cell c : changed) now.set(c.property(), c);
        if (newDirectory != directory) forget(now, newDirectory);
        cells = now;
        directory = newDirectory;
        armed = newArmed;
        changes = changes + 1;
    }

    void put(List<RuleCell> changed, String newMode) {
        mode = newMode;
        if (changed.isEmpty()) return;
        var all = new HashMap<>(rules); // rules change seldom
        for (var each : changed) all.put(each.rule(), each);
        rules = Map.copyOf(all);
    }

    /// Properties that were taken out are shown no more.
    private static void forget(AtomicReferenceArray<Cell> cells, Directory next) {
        var there = new java.util.HashSet<Integer>();
        for (String path : next.file().paths()) there.add(next.property(path));
        for (int p = 1; p < cells.length(); p++) if (!there.contains(p)) cells.set(p, null);
    }
}
