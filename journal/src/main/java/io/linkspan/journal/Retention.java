package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Drops readings sections from segments that are full: the segment is written anew without them, synced, and takes the
/// old one's name. Control sections, hashes and the chain stay as they were. One call at a time.
final class Retention {
    private static final int STEP_BYTES = 1 << 18;

    private final BlockSource source;
    private final Map<Integer, Kept> kept = new HashMap<>();

    /// What is known of a segment without opening it again.
    ///
    /// @param tried the hash of the limits for which nothing could be dropped
    private record Kept(long readingsBytes, long newestWallMicros, int tried) {}

    Retention(BlockSource source) {
        this.source = source;
    }

    /// Rewrites the oldest segment that has something to drop; empty when none has.
    Optional<DroppedReadings> dropOne(RetentionLimits limits) throws IOException {
        int newest = source.newest();
        long total = 0;
        for (int number = 1; number < newest; number++) total += kept(number).readingsBytes;
        for (int number = 1; number < newest; number++) {
            var known = kept(number);
            boolean tooMuch = total > limits.readingsBytesMax();
            boolean isDue = tooMuch || known.newestWallMicros < limits.beforeWallMicros();
            if (known.readingsBytes == 0
                    || !isDue
                    || known.tried == limits.floors().hashCode()) continue;
            long before = tooMuch ? Long.MAX_VALUE : limits.beforeWallMicros();
            var dropped = rewrite(number, limits.floors(), before);
            if (dropped.blocks() > 0) return Optional.of(dropped);
            kept.put(
                    number,
                    new Kept(
                            known.readingsBytes,
                            known.newestWallMicros,
                            limits.floors().hashCode()));
        }
        return Optional.empty();
    }

    private Kept kept(int number) throws IOException {
        var known = kept.get(number);
        if (known == null) {
            var header = source.segments().header(number);
            if (header.isEmpty()) {
                known = new Kept(0, 0, 0);
            } else {
                var index = source.index(header.get());
                known = new Kept(index.readingsBytes(), index.newestWallMicros(), 0);
            }
            kept.put(number, known);
        }
        return known;
    }

    private DroppedReadings rewrite(int number, Map<SiteId, Log.Position> floors, long beforeWallMicros)
            throws IOException {
        var segments = source.segments();
        var disk = segments.disk();
        var old = segments.existing(number);
        var oldIndex = source.index(old);
        var header = new Segments.Header(number, old.generation() + 1, old.salt());
        var index = new SegmentIndex(number, header.generation());
        var aside = Segments.name(number) + ".tmp";
        disk.delete(aside);
        var copy = new Copy(floors, beforeWallMicros, index);
        try (var window = segments.window(old, STEP_BYTES);
                var out = disk.open(aside)) {
            if (!copy.hasSomethingToDrop(window, oldIndex)) {
                disk.delete(aside);
                return new DroppedReadings(number, 0, 0);
            }
            out.write(header.encode(), 0);
            copy.run(window, oldIndex, out);
            out.force();
        } catch (Disk.NoSpace full) {
            disk.delete(aside);
            throw full;
        }
        disk.rename(aside, Segments.name(number));
        disk.syncFolder(Segments.FOLDER);
        index.seal(oldIndex.statesAtEnd());
        segments.keep(index);
        kept.remove(number);
        segments.writeIndex(index);
        return new DroppedReadings(number, copy.bytes, copy.blocks);
    }

    /// The way of the blocks of one segment into its new file.
    private static final class Copy {
        private final Map<SiteId, Log.Position> floors;
        private final long beforeWallMicros;
        private final SegmentIndex index;
        private final Digests digests = new Digests();
        long bytes;
        long blocks;

        Copy(Map<SiteId, Log.Position> floors, long beforeWallMicros, SegmentIndex index) {
            this.floors = floors;
            this.beforeWallMicros = beforeWallMicros;
            this.index = index;
        }

        boolean hasSomethingToDrop(BlockWindow window, SegmentIndex old) throws IOException {
            for (int at = Segments.HEADER_BYTES; at < old.end(); ) {
                var block = window.read(at);
                if (block.isEmpty()) return false; // Damage stays as it is found, for whoever wants to look.
                if (mayDrop(block.get())) return wholeFrom(window, at, old.end());
                at += block.get().length();
            }
            return false;
        }

        private static boolean wholeFrom(BlockWindow window, int from, int end) throws IOException {
            int at = from;
            while (at < end) {
                var block = window.read(at);
                if (block.isEmpty()) return false;
                at += block.get().length();
            }
            return true;
        }

        private boolean mayDrop(Block block) {
            var floor = floors.get(block.site());
            return floor != null
                    && block.kind() == BlockKind.ENTRIES
                    && block.readingsLength() > 0
                    && !block.readingsDropped()
                    && block.wallTimeMicros() < beforeWallMicros
                    && block.last().compareTo(floor) <= 0;
        }

        void run(BlockWindow window, SegmentIndex old, Disk.File out) throws IOException {
            int to = Segments.HEADER_BYTES;
            for (int at = Segments.HEADER_BYTES; at < old.end(); ) {
                var block = window.read(at).orElseThrow(() -> new IOException("A segment changes while it is copied"));
                at += block.length();
                var written =
                        mayDrop(block) ? withoutReadings(block) : block.bytes().duplicate();
                int length = written.remaining();
                var copied = Block.parse(written.duplicate(), to, block.bytes().getInt(Block.CRC_FROM))
                        .orElseThrow(() -> new IllegalStateException("A block was copied wrongly"));
                out.write(written, to);
                index.add(copied);
                to += length;
            }
        }

        private ByteBuffer withoutReadings(Block block) {
            bytes += block.readingsLength();
            blocks++;
            var out = ByteBuffer.allocate(Block.OVERHEAD_BYTES + ChainHash.BYTES + block.controlLength());
            out.put(block.bytes().slice(0, Block.OVERHEAD_BYTES));
            digests.of(block.readings()).put(out);
            out.put(block.control()).flip();
            out.putInt(4, out.limit()).putInt(20, block.flags() | Block.READINGS_DROPPED);
            var crc = new CRC32C();
            crc.update(out.slice(Block.CRC_FROM, out.limit() - Block.CRC_FROM));
            return out.putInt(8, (int) crc.getValue());
        }
    }
}
