package io.linkspan.journal;

import io.linkspan.model.SiteId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the end of the stream and where each site stands: from the last index on, so the work is bounded by the size
/// of a segment.
///
/// @param header of the segment that is written on
record Opening(
        Recovery recovery,
        Map<SiteId, SiteState> states,
        SegmentWriter writer,
        Segments.Header header,
        SegmentIndex index) {

    static Opening open(Segments segments, JournalSettings settings) throws IOException {
        removeAsides(segments.disk(), Segments.FOLDER);
        var found = look(segments);
        if (found.isEmpty()) {
            var writer = SegmentWriter.first(segments, settings);
            var header = writer.header();
            var recovery = new Recovery(true, Optional.empty(), List.of(), Map.of(), List.of(), 0);
            return new Opening(recovery, Map.of(), writer, header, new SegmentIndex(header.number(), 0));
        }
        var newest = found.get();
        setAside(segments, newest);
        var scanned = newest.scanned;
        var writer = SegmentWriter.resume(segments, settings, newest.header, scanned.end());
        return new Opening(newest.recovery(), scanned.states(), writer, newest.header, scanned.index());
    }

    /// Files behind the newest segment: never begun, or so damaged that nothing in them can be read. The latter are
    /// kept under another name.
    private static void setAside(Segments segments, Newest newest) throws IOException {
        var disk = segments.disk();
        for (int number : segments.numbers().tailSet(newest.header.number(), false)) {
            var name = Segments.name(number);
            if (newest.damage.stream().anyMatch(one -> one.file().equals(name))) disk.rename(name, name + ".damaged");
            else disk.delete(name);
        }
        disk.delete(Segments.indexName(newest.header.number()));
        disk.syncFolder(Segments.FOLDER);
    }

    private static void removeAsides(Disk disk, String folder) throws IOException {
        for (var name : disk.list(folder)) if (name.endsWith(".tmp")) disk.delete(folder + "/" + name);
    }

    /// The newest segment that was begun and what is in it; empty when there is no log yet. Changes nothing.
    static Optional<Newest> look(Segments segments) throws IOException {
        var numbers = segments.numbers();
        var damage = new ArrayList<Damage>();
        for (int number : numbers.descendingSet()) {
            var header = segments.header(number);
            if (header.isEmpty()) {
                unreadable(segments, number).ifPresent(damage::add);
                continue;
            }
            boolean isLast = damage.isEmpty();
            var before = statesBefore(segments, number, damage);
            var scanned = SegmentScan.scan(segments, header.get(), before, isLast);
            damage.addAll(scanned.damage());
            if (!isLast) scanned.states().replaceAll((_, state) -> state.unsureFromHere());
            return Optional.of(new Newest(header.get(), scanned, damage));
        }
        return Optional.empty();
    }

    /// A segment in which no block can be read, and that yet was begun: there is more in it than a torn header.
    static Optional<Damage> unreadable(Segments segments, int number) throws IOException {
        var name = Segments.name(number);
        try (var window = new BlockWindow(segments.disk().openToRead(name), 0, 1 << 16)) {
            int end = window.endOfContent(Segments.HEADER_BYTES);
            return end == Segments.HEADER_BYTES
                    ? Optional.empty()
                    : Optional.of(new Damage(name, 0, end, Optional.empty(), Optional.empty()));
        }
    }

    /// What stands at the end of the segment before, by its index; where that is missing the segment is read.
    private static Map<SiteId, SiteState> statesBefore(Segments segments, int number, List<Damage> damage)
            throws IOException {
        if (number == 1) return Map.of();
        var header = segments.header(number - 1);
        if (header.isEmpty()) {
            damage.add(new Damage(Segments.name(number - 1), 0, 0, Optional.empty(), Optional.empty()));
            return Map.of();
        }
        return segments.index(header.get()).statesAtEnd();
    }

    /// What the newest segment holds.
    record Newest(Segments.Header header, SegmentScan.Scanned scanned, List<Damage> damage) {
        Recovery recovery() {
            var heads = new HashMap<SiteId, Head>();
            var unsure = new ArrayList<SiteId>();
            scanned.states().forEach((site, state) -> {
                heads.put(site, state.head());
                if (state.unsure()) unsure.add(site);
            });
            return new Recovery(scanned.closedInOrder(), scanned.cut(), damage, heads, unsure, scanned.blocks());
        }
    }
}
