package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Walks the durable entries of one site, block by block and segment by segment. Not thread-safe.
final class EntryReader implements Log.Reader {
    private static final int STEP_BYTES = 1 << 15;

    private final BlockSource source;
    private final Supplier<SiteState> state;
    private final SiteId site;
    private Log.Position next;
    private SegmentIndex index;
    private @Nullable BlockWindow window;
    private int block;
    private @Nullable BlockEntries entries;
    private long lastToTake;
    private @Nullable String broken;

    private EntryReader(BlockSource source, Supplier<SiteState> state, Log.Position from, SegmentIndex index) {
        this.source = source;
        this.state = state;
        this.index = index;
        site = from.site();
        next = new Log.Position(site, from.epoch(), Math.max(1, from.seq()));
    }

    /// @param state where the site stands now, as far as it is durable
    /// @param appended the newest entry, durable or not
    static EntryReader at(BlockSource source, Supplier<SiteState> state, Log.Position appended, Log.Position from)
            throws IOException {
        if (!from.site().equals(appended.site()))
            throw new IllegalArgumentException("Position " + from + " is of another site than " + appended.site());
        checkBranch(state.get(), appended, from);
        int number = firstSegment(source, from);
        var reader = new EntryReader(source, state, from, source.index(source.header(number)));
        reader.enter(number);
        return reader;
    }

    private static void checkBranch(SiteState state, Log.Position appended, Log.Position from) throws Log.BeyondBranch {
        if (from.compareTo(new Log.Position(appended.site(), appended.epoch(), appended.seq() + 1)) > 0)
            throw new Log.BeyondBranch(from, appended);
        if (from.epoch() == appended.epoch()) return;
        boolean known = state.hasEpoch(from.epoch());
        if (!known || state.lastOnBranch(from.epoch()) < from.seq() - 1)
            throw new Log.BeyondBranch(from, state.resetFor(from));
    }

    /// The first segment at whose end the site has come to `from`, by halving.
    private static int firstSegment(BlockSource source, Log.Position from) throws IOException {
        int low = source.segments().numbers().first();
        int high = source.newest();
        while (low < high) {
            int middle = (low + high) >>> 1;
            var there = source.index(source.header(middle)).statesAtEnd().get(from.site());
            if (there != null && there.head().at().compareTo(from) >= 0) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    /// Opens a segment with the index that belongs to it. Retention may put a rewritten one in its place at any
    /// moment: with the same header before and after, what was opened in between is of one generation.
    private void enter(int number) throws IOException {
        while (true) {
            close();
            var header = source.header(number);
            index = source.index(header);
            window = source.segments().window(header, STEP_BYTES);
            if (source.header(number).equals(header)) break;
        }
        block = firstBlock(opened());
    }

    /// The last of the site's blocks here that begins at or before the wanted entry, by halving.
    private int firstBlock(BlockWindow in) throws IOException {
        var blocks = index.blocks(site);
        int low = 0;
        int high = blocks.count();
        while (low + 1 < high) {
            int middle = (low + high) >>> 1;
            var there = in.read(blocks.offset(middle));
            if (there.isEmpty()) return low;
            if (there.get().first().compareTo(next) <= 0) low = middle;
            else high = middle;
        }
        return low;
    }

    @Override
    public Log.@Nullable Stored next() throws IOException {
        while (true) {
            var current = entries;
            if (current != null) {
                while (current.next() && current.seq() <= lastToTake) {
                    if (current.seq() < next.seq()) continue;
                    next = new Log.Position(site, next.epoch(), current.seq() + 1);
                    return current.stored();
                }
                entries = null;
            }
            if (!nextBlock()) return null;
        }
    }

    /// Goes to the next block that has something to read; false at the end of what is durable.
    private boolean nextBlock() throws IOException {
        while (true) {
            boolean sealed = index.sealed();
            var blocks = index.blocks(site);
            if (block < blocks.count()) {
                int offset = blocks.offset(block);
                var read = opened().readNow(offset);
                if (read.isPresent()) {
                    if (take(read.get())) return true;
                } else {
                    broken = Segments.name(index.number) + " at offset " + offset;
                    block++;
                }
            } else if (sealed && index.number < source.newest()) {
                enter(index.number + 1);
            } else if (source.refresh()) {
                index = source.index(source.header(index.number));
            } else {
                reportBroken(state.get().head().at());
                return false;
            }
        }
    }

    private BlockWindow opened() {
        var open = window;
        if (open == null) throw new IllegalStateException("This reader is closed");
        return open;
    }

    /// Takes a block if it has what comes next. What is missing before it is told first; it is taken the next time.
    private boolean take(Block read) throws IOException {
        long last = state.get().lastOnBranch(read.epoch());
        boolean isPast = read.last().compareTo(next) < 0 || read.firstSeq() > last;
        if (read.kind() == BlockKind.EPOCH && read.epoch() > next.epoch()) {
            long before = state.get().lastOnBranch(next.epoch());
            if (before != Long.MAX_VALUE) reportBroken(new Log.Position(site, next.epoch(), before));
            next = new Log.Position(site, read.epoch(), 1);
        }
        if (read.kind() != BlockKind.ENTRIES || isPast) {
            block++;
            return false;
        }
        if (read.epoch() == next.epoch() && read.firstSeq() > next.seq()) {
            var missing = new Log.Damaged(next, new Log.Position(site, read.epoch(), read.firstSeq() - 1), where(read));
            broken = null;
            next = read.first();
            throw missing;
        }
        if (read.epoch() > next.epoch()) next = read.first();
        broken = null;
        block++;
        entries = new BlockEntries(read);
        lastToTake = last;
        return true;
    }

    private String where(Block after) {
        return Optional.ofNullable(broken).orElse(Segments.name(index.number) + " before offset " + after.offset());
    }

    private void reportBroken(Log.Position last) throws Log.Damaged {
        var where = broken;
        if (where == null) return;
        broken = null;
        if (last.compareTo(next) < 0 || last.epoch() != next.epoch()) return;
        var first = next;
        next = new Log.Position(site, last.epoch(), last.seq() + 1);
        throw new Log.Damaged(first, last, where);
    }

    @Override
    public void close() {
        var open = window;
        if (open == null) return;
        window = null;
        try {
            open.close();
        } catch (IOException ignored) {
            // A file that was only read has nothing to lose when it closes.
        }
    }
}
