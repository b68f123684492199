package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads one segment from its first byte, without an index: finds the whole blocks, tells a torn tail from damage, and
/// follows each site. For the newest segment when the journal opens, and for any whose index is missing.
final class SegmentScan {
    private static final int STEP_BYTES = 1 << 18;

    private final String file;
    private final BlockWindow window;
    private final SegmentIndex index;
    private final Map<SiteId, SiteState> states;
    private final Map<SiteId, Integer> newest = new HashMap<>();
    private final Digests digests = new Digests();
    private final List<Damage> damage = new ArrayList<>();
    private final List<Hole> holes = new ArrayList<>();
    private final List<Integer> offsets = new ArrayList<>();
    private final List<Log.Position> cutEntries = new ArrayList<>();
    private int durable;
    private boolean closed;

    private record Hole(int from, int to) {}

    /// @param closedInOrder the last block says that the journal was closed
    record Scanned(
            SegmentIndex index,
            Map<SiteId, SiteState> states,
            List<Damage> damage,
            Optional<Recovery.Cut> cut,
            boolean closedInOrder,
            int end,
            int blocks) {}

    private SegmentScan(String file, BlockWindow window, SegmentIndex index, Map<SiteId, SiteState> before) {
        this.file = file;
        this.window = window;
        this.index = index;
        states = new HashMap<>(before);
    }

    /// @param before where the sites stood before this segment
    /// @param isLast no later segment was begun: its tail may be torn
    static Scanned scan(Segments segments, Segments.Header header, Map<SiteId, SiteState> before, boolean isLast)
            throws IOException {
        var name = Segments.name(header.number());
        var index = new SegmentIndex(header.number(), header.generation());
        try (var window = segments.window(header, STEP_BYTES)) {
            return new SegmentScan(name, window, index, before).scan(isLast);
        }
    }

    private Scanned scan(boolean isLast) throws IOException {
        int end = findBlocks();
        int content = window.endOfContent(end);
        if (!isLast) {
            if (content > end) holes.add(new Hole(end, content));
            durable = Integer.MAX_VALUE;
        }
        int cutFrom = end;
        for (var hole : holes.reversed()) if (hole.from >= durable) cutFrom = hole.from;
        follow(cutFrom);
        boolean cutSomething = isLast && content > cutFrom;
        return new Scanned(
                index,
                states,
                damage,
                cutSomething
                        ? Optional.of(new Recovery.Cut(file, cutFrom, content - cutFrom, cutEntries))
                        : Optional.empty(),
                closed,
                cutFrom,
                offsets.size());
    }

    /// Notes the whole blocks, what lies between them, and how far the segment was durable; returns where they end.
    private int findBlocks() throws IOException {
        int at = Segments.HEADER_BYTES;
        while (true) {
            var here = window.read(at);
            var block = here.isPresent() ? here : window.find(at + 1);
            if (block.isEmpty()) return at;
            int found = block.get().offset();
            if (found > at) holes.add(new Hole(at, found));
            offsets.add(found);
            durable = Math.max(durable, block.get().durable());
            at = found + block.get().length();
        }
    }

    private void follow(int cutFrom) throws IOException {
        int nextHole = 0;
        for (int offset : offsets) {
            var block = window.read(offset).orElseThrow(() -> new IOException(file + " changes while it is read"));
            if (offset >= cutFrom) {
                if (block.kind() == BlockKind.ENTRIES) cutEntries.addAll(List.of(block.first(), block.last()));
                continue;
            }
            while (nextHole < holes.size() && holes.get(nextHole).from < offset) damaged(holes.get(nextHole++));
            block = window.read(offset).orElseThrow();
            follow(block);
        }
        while (nextHole < holes.size() && holes.get(nextHole).from < cutFrom) damaged(holes.get(nextHole++));
        settleAll();
    }

    private void follow(Block block) throws IOException {
        closed = block.kind() == BlockKind.CLOSED;
        if (closed) {
            index.add(block);
            return;
        }
        var state = states.getOrDefault(block.site(), SiteState.none(block.site()));
        var head = state.head();
        if (block.first().compareTo(head.at()) < 0
                || (block.epoch() == head.at().epoch() && block.firstSeq() == 0)) {
            damage.add(new Damage(
                    file, block.offset(), block.length(), Optional.of(block.first()), Optional.of(block.last())));
            return;
        }
        index.add(block);
        if (block.kind() == BlockKind.EPOCH) {
            settle(block.site());
            states.put(
                    block.site(),
                    opened(
                            states.getOrDefault(block.site(), state),
                            window.read(block.offset()).orElseThrow()));
            newest.remove(block.site());
            return;
        }
        long expected = block.epoch() == head.at().epoch() ? head.at().seq() + 1 : 1;
        if (block.firstSeq() > expected) missing(block, expected);
        newest.put(block.site(), block.offset());
        var at = new Head(block.last(), head.hash(), block.siteTimeMicros(), block.wallTimeMicros());
        states.put(block.site(), new SiteState(at, state.epochs(), false));
    }

    private void missing(Block next, long expected) {
        var first = new Log.Position(next.site(), next.epoch(), expected);
        var last = new Log.Position(next.site(), next.epoch(), next.firstSeq() - 1);
        boolean known = damage.stream()
                .anyMatch(one ->
                        one.first().equals(Optional.of(first)) && one.last().equals(Optional.of(last)));
        if (!known) damage.add(new Damage(file, next.offset(), 0, Optional.of(first), Optional.of(last)));
    }

    /// Names a hole below the durable mark. Where its first bytes still say whose it was, and that fits, only that
    /// site is in doubt; else every site is, until its next block shows that nothing of it was lost.
    private void damaged(Hole hole) throws IOException {
        var guess = window.guess(hole.from)
                .filter(block -> block.kind() == BlockKind.ENTRIES && block.count() > 0)
                .filter(block -> {
                    var state = states.get(block.site());
                    return state != null
                            && state.head().at().epoch() == block.epoch()
                            && state.head().at().seq() + 1 == block.firstSeq();
                })
                .filter(block -> hole.from + Block.OVERHEAD_BYTES + block.bodyLength() == hole.to);
        damage.add(new Damage(file, hole.from, hole.to - hole.from, guess.map(Block::first), guess.map(Block::last)));
        if (guess.isPresent()) states.computeIfPresent(guess.get().site(), (_, state) -> state.unsureFromHere());
        else states.replaceAll((_, state) -> state.unsureFromHere());
    }

    private void settleAll() throws IOException {
        for (var site : List.copyOf(newest.keySet())) settle(site);
    }

    /// Works out the hash and the times of a site's newest block; the ones before it need neither.
    private void settle(SiteId site) throws IOException {
        var offset = newest.get(site);
        if (offset == null) return;
        var block = window.read(offset).orElseThrow();
        var hash = block.hash(digests);
        var entries = new BlockEntries(block);
        while (entries.next()) {
            // Only the last one's times are of interest.
        }
        states.computeIfPresent(
                site,
                (_, state) ->
                        state.at(new Head(block.last(), hash, entries.siteTimeMicros(), entries.wallTimeMicros())));
    }

    private SiteState opened(SiteState before, Block block) {
        return before.opened(readStart(block), block.hash(digests));
    }

    /// What the opening block of an epoch says.
    static SiteState.EpochStart readStart(Block block) {
        return readStart(block.epoch(), block.site(), block.control());
    }

    static SiteState.EpochStart readStart(int epoch, SiteId site, ByteBuffer control) {
        var after = new Log.Position(site, control.getInt(), control.getLong());
        var hash = ChainHash.get(control);
        return new SiteState.EpochStart(
                epoch, after, hash, StandardCharsets.UTF_8.decode(control).toString());
    }

    /// The control section of an opening block.
    static byte[] writeStart(SiteState.EpochStart start) {
        var why = start.why().getBytes(StandardCharsets.UTF_8);
        var out = ByteBuffer.allocate(12 + ChainHash.BYTES + why.length);
        out.putInt(start.after().epoch()).putLong(start.after().seq());
        start.hash().put(out);
        return out.put(why).array();
    }
}
