package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// The snapshots of all sites, a file each: written aside, synced, then given its name. Thread-safe for different
/// sites.
final class Snapshots {
    private static final String FOLDER = "snapshots";
    private static final byte[] MAGIC = "LSSNAP01".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_BYTES = 36;
    private static final int TRAILER_BYTES = Long.BYTES + ChainHash.BYTES;
    private static final int OUT_BYTES = 1 << 16;

    private final Disk disk;

    Snapshots(Disk disk) {
        this.disk = disk;
    }

    /// Saves a snapshot; it is there, whole, when this returns.
    void save(Log.Position at, Snapshot.Body body) throws IOException {
        var name = name(at);
        var aside = name + ".tmp";
        disk.delete(aside);
        try (var file = disk.open(aside)) {
            var out = new HashedOutput(file);
            var header = ByteBuffer.allocate(HEADER_BYTES).put(MAGIC);
            header.putLong(at.site().high())
                    .putLong(at.site().low())
                    .putInt(at.epoch())
                    .putLong(at.seq());
            out.write(header.array());
            body.writeTo(out);
            out.finish();
            file.force();
        } catch (IOException failed) {
            disk.delete(aside);
            throw failed;
        }
        disk.rename(aside, name);
        disk.syncFolder(folder(at.site()));
        disk.syncFolder(FOLDER);
        disk.syncFolder("");
    }

    private static String folder(SiteId site) {
        return FOLDER + "/" + site;
    }

    private static String name(Log.Position at) {
        return "%s/%010d-%019d.snap".formatted(folder(at.site()), at.epoch(), at.seq());
    }

    /// Where the snapshots of a site stand, newest first, whole or not.
    List<Log.Position> list(SiteId site) throws IOException {
        var found = new ArrayList<Log.Position>();
        for (var name : disk.list(folder(site))) {
            if (name.matches("[0-9]{10}-[0-9]{19}\\.snap"))
                found.addFirst(
                        new Log.Position(site, Integer.parseInt(name, 0, 10, 10), Long.parseLong(name, 11, 30, 10)));
        }
        return found;
    }

    /// The newest whole one that is usable.
    Optional<Snapshot> newest(SiteId site, Predicate<Log.Position> usable) throws IOException {
        var skipped = new ArrayList<String>();
        for (var at : list(site)) {
            if (!usable.test(at)) continue;
            var bytes = load(at);
            if (bytes.isPresent()) return Optional.of(new Snapshot(at, bytes.get(), skipped));
            skipped.add("The snapshot " + name(at) + " is damaged; an older one is taken");
        }
        return Optional.empty();
    }

    private Optional<ByteBuffer> load(Log.Position at) throws IOException {
        try (var file = disk.openToRead(name(at))) {
            long size = file.size();
            if (size < HEADER_BYTES + TRAILER_BYTES || size > Integer.MAX_VALUE) return Optional.empty();
            var bytes = ByteBuffer.allocate((int) size);
            if (file.read(bytes, 0) < size) return Optional.empty();
            bytes.flip();
            var hash = new Digests().of(bytes.slice(0, (int) size - ChainHash.BYTES));
            var body = bytes.slice(HEADER_BYTES, (int) size - HEADER_BYTES - TRAILER_BYTES);
            boolean whole = hash.equals(ChainHash.get(bytes.slice((int) size - ChainHash.BYTES, ChainHash.BYTES)))
                    && bytes.getLong((int) size - TRAILER_BYTES) == body.remaining()
                    && bytes.getLong(8) == at.site().high()
                    && bytes.getLong(16) == at.site().low()
                    && bytes.getInt(24) == at.epoch()
                    && bytes.getLong(28) == at.seq();
            return whole ? Optional.of(body.asReadOnlyBuffer()) : Optional.empty();
        }
    }

    /// Removes all but the newest `keep` whole ones. A damaged one is removed only when enough whole ones are
    /// newer.
    void keep(SiteId site, int keep) throws IOException {
        int whole = 0;
        for (var at : list(site)) {
            if (whole >= keep) disk.delete(name(at));
            else if (load(at).isPresent()) whole++;
        }
        disk.syncFolder(folder(site));
    }

    /// Writes to a file through a hash.
    private static final class HashedOutput extends OutputStream {
        private final Disk.File file;
        private final MessageDigest sha256;
        private final ByteBuffer out = ByteBuffer.allocate(OUT_BYTES);
        private long written;

        HashedOutput(Disk.File file) {
            this.file = file;
            try {
                sha256 = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException broken) {
                throw new IllegalStateException("This Java runtime has no SHA-256, which every one must have", broken);
            }
        }

        @Override
        public void write(int one) throws IOException {
            if (!out.hasRemaining()) drain();
            out.put((byte) one);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int at = 0; at < length; ) {
                if (!out.hasRemaining()) drain();
                int part = Math.min(length - at, out.remaining());
                out.put(bytes, offset + at, part);
                at += part;
            }
        }

        private void drain() throws IOException {
            out.flip();
            sha256.update(out.duplicate());
            int length = out.remaining();
            file.write(out, written);
            written += length;
            out.clear();
        }

        void finish() throws IOException {
            drain();
            out.putLong(written - HEADER_BYTES);
            drain();
            file.write(ByteBuffer.wrap(sha256.digest()), written);
        }
    }
}
