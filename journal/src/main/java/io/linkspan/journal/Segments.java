package io.linkspan.journal;

import io.linkspan.model.SiteId;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/// The files of the stream, numbered from 1, and their indexes. Thread-safe.
final class Segments {
    static final String FOLDER = "log";
    static final int HEADER_BYTES = 64;
    static final int VERSION = 1;
    private static final byte[] MAGIC = "LINKSPAN".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HINT = "see journal/README.md".getBytes(StandardCharsets.US_ASCII);
    private static final int CRC_AT = HEADER_BYTES - Integer.BYTES;
    private static final int INDEXES_KEPT_MAX = 16;

    private final Disk disk;
    private final Map<Integer, SegmentIndex> indexes = new LinkedHashMap<>(16, 0.75f, true);

    /// The first bytes of a segment.
    ///
    /// @param generation how often retention rewrote it
    /// @param salt stands in each block of the segment; unknown to those who send us bytes
    record Header(int number, int generation, int salt) {
        ByteBuffer encode() {
            var out = ByteBuffer.allocate(HEADER_BYTES);
            out.put(MAGIC)
                    .putInt(VERSION)
                    .putInt(number)
                    .putInt(generation)
                    .putInt(salt)
                    .put(HINT);
            var crc = new CRC32C();
            crc.update(out.array(), 0, CRC_AT);
            return out.putInt(CRC_AT, (int) crc.getValue()).clear();
        }

        static Optional<Header> parse(ByteBuffer in) throws IOException {
            if (in.remaining() < HEADER_BYTES || in.mismatch(ByteBuffer.wrap(MAGIC)) < MAGIC.length)
                return Optional.empty();
            var crc = new CRC32C();
            crc.update(in.slice(0, CRC_AT));
            if ((int) crc.getValue() != in.getInt(CRC_AT)) return Optional.empty();
            if (in.getInt(8) != VERSION)
                throw new IOException("This log has format " + in.getInt(8) + ", this program reads " + VERSION
                        + "; use a newer Linkspan, or the snapshot taken before the upgrade");
            return Optional.of(new Header(in.getInt(12), in.getInt(16), in.getInt(20)));
        }
    }

    Segments(Disk disk) {
        this.disk = disk;
    }

    Disk disk() {
        return disk;
    }

    static String name(int number) {
        return "%s/%08d.seg".formatted(FOLDER, number);
    }

    static String indexName(int number) {
        return "%s/%08d.idx".formatted(FOLDER, number);
    }

    /// The numbers of the files that are there, begun or not.
    NavigableSet<Integer> numbers() throws IOException {
        var numbers = new TreeSet<Integer>();
        for (var file : disk.list(FOLDER))
            if (file.matches("[0-9]{8}\\.seg")) numbers.add(Integer.parseInt(file, 0, 8, 10));
        return numbers;
    }

    /// A segment's header. Where it is damaged, the first whole block tells the salt; empty when the segment was
    /// never begun, or when nothing in it can be read.
    Optional<Header> header(int number) throws IOException {
        try (var file = disk.openToRead(name(number))) {
            var start = ByteBuffer.allocate(HEADER_BYTES);
            file.read(start, 0);
            var header = Header.parse(start.flip());
            if (header.isPresent() && header.get().number() == number) return header;
            var salt = saltOfFirstBlock(file, number);
            return salt.map(it -> new Header(number, 0, it));
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        }
    }

    /// The header of a segment that must be there.
    Header existing(int number) throws IOException {
        return header(number)
                .orElseThrow(
                        () -> new IOException("The file " + name(number) + " of the log is missing or unreadable"));
    }

    private Optional<Integer> saltOfFirstBlock(Disk.File file, int number) throws IOException {
        long size = file.size();
        var bytes = ByteBuffer.allocate(1 << 16);
        for (long from = HEADER_BYTES; from < size; from += bytes.capacity() - Block.OVERHEAD_BYTES) {
            file.read(bytes.clear(), from);
            bytes.flip();
            for (int at = 0; at + Block.PREFIX_BYTES <= bytes.limit(); at++) {
                if (bytes.getInt(at) != Block.MAGIC) continue;
                int salt = bytes.getInt(at + Block.CRC_FROM);
                try (var window = new BlockWindow(disk.openToRead(name(number)), salt, 1 << 12)) {
                    if (window.read(Math.toIntExact(from + at)).isPresent()) return Optional.of(salt);
                }
            }
        }
        return Optional.empty();
    }

    BlockWindow window(Header header, int stepBytes) throws IOException {
        return new BlockWindow(disk.openToRead(name(header.number())), header.salt(), stepBytes);
    }

    /// The index of a sealed segment: kept, read, or made anew from the segment.
    SegmentIndex index(Header header) throws IOException {
        synchronized (indexes) {
            var kept = indexes.get(header.number());
            if (kept != null && kept.generation == header.generation()) return kept;
        }
        var index = readIndex(header);
        if (index.isPresent()) return keep(index.get());
        var before = header.number() == 1 ? Map.<SiteId, SiteState>of() : statesAtEnd(header.number() - 1);
        var scanned = SegmentScan.scan(this, header, before, false);
        scanned.index().seal(scanned.states());
        return keep(scanned.index());
    }

    private Map<SiteId, SiteState> statesAtEnd(int number) throws IOException {
        var header = header(number);
        return header.isPresent() ? index(header.get()).statesAtEnd() : Map.of();
    }

    SegmentIndex keep(SegmentIndex index) {
        synchronized (indexes) {
            indexes.put(index.number, index);
            var oldest = indexes.keySet().iterator();
            while (indexes.size() > INDEXES_KEPT_MAX) {
                oldest.next();
                oldest.remove();
            }
        }
        return index;
    }

    /// Reads an index file; empty when it is missing, damaged or belongs to another generation of the segment.
    Optional<SegmentIndex> readIndex(Header header) throws IOException {
        try (var file = disk.openToRead(indexName(header.number()))) {
            var bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(bytes, 0);
            return IndexFile.parse(bytes.flip())
                    .filter(index -> index.number == header.number() && index.generation == header.generation());
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        } catch (EOFException | ArithmeticException broken) {
            return Optional.empty();
        }
    }

    /// Writes an index beside its segment: aside, synced, then under its name. An index is derived, so where there
    /// is no room for it there is none, and the segment is read instead.
    void writeIndex(SegmentIndex index) throws IOException {
        var name = indexName(index.number);
        var aside = name + ".tmp";
        disk.delete(aside);
        try (var file = disk.open(aside)) {
            file.write(IndexFile.encode(index), 0);
            file.force();
        } catch (Disk.NoSpace full) {
            disk.delete(aside);
            return;
        }
        disk.rename(aside, name);
        disk.syncFolder(FOLDER);
    }
}
