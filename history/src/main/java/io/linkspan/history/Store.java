package io.linkspan.history;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What a history has at this moment, on disk and in memory, and how that changes: as a whole, by a new manifest.
///
/// Thread-safety: safe for many threads. Whoever looks pins a view, and blocks nobody.
final class Store implements AutoCloseable {
    private final Folder folder;
    private final Closeable lock;
    private final ReentrantLock manifests = new ReentrantLock(); // held while one is written
    private final Object views = new Object(); // held for a moment
    private final AtomicLong nextFile;
    private volatile View view;
    private @Nullable Table spare; // under `views`

    /// Everything at one moment.
    ///
    /// @param frozen tables that are closed and not yet in a segment, oldest first
    record View(Manifest manifest, List<Segment> raw, List<Segment> rolled, List<Table> frozen, Table active) {}

    /// How a manifest changes.
    @FunctionalInterface
    interface Change {
        Manifest apply(Manifest now);
    }

    Store(Folder folder, String site, String zone) throws IOException {
        this.folder = folder;
        lock = folder.lock();
        var bytes = folder.read(Manifest.NAME);
        Manifest manifest;
        try {
            manifest = bytes.isEmpty()
                    ? Manifest.empty(site, zone)
                    : Manifest.decode(bytes.get(), folder.path(Manifest.NAME).toString());
            clean(manifest);
        } catch (IOException e) {
            lock.close();
            throw e;
        }
        nextFile = new AtomicLong(manifest.nextFile());
        view = view(manifest, new HashMap<>(), List.of(), new Table());
    }

    /// What an interrupted run left belongs to no manifest.
    private void clean(Manifest manifest) throws IOException {
        var known = new HashSet<String>();
        for (var info : manifest.segments()) {
            known.add(info.file());
            if (!folder.has(info.file()))
                throw new IOException("The segment " + folder.path(info.file())
                        + " is missing; restore it from a backup, or move the history's folder away and let it grow"
                        + " anew from the log");
        }
        known.add(Manifest.NAME);
        known.add("lock");
        known.add(manifest.ledger());
        for (var name : folder.names()) if (!known.contains(name)) folder.delete(name);
    }

    private View view(Manifest manifest, HashMap<String, Segment> known, List<Table> frozen, Table active) {
        var raw = new ArrayList<Segment>();
        var rolled = new ArrayList<Segment>();
        for (var info : manifest.segments()) {
            var segment = known.remove(info.file());
            if (segment == null) segment = new Segment(info, folder, manifest.site());
            (info.isRollUp() ? rolled : raw).add(segment);
        }
        return new View(manifest, List.copyOf(raw), List.copyOf(rolled), frozen, active);
    }

    View view() {
        return view;
    }

    Folder folder() {
        return folder;
    }

    /// A name that no file of this history ever had.
    String fileName(String kind, String ending) {
        return "%s-%08d%s".formatted(kind, nextFile.getAndIncrement(), ending);
    }

    /// Closes the active table and begins another.
    ///
    /// @param ledger as it is after the table's last entry
    void freeze(byte[] ledger) {
        synchronized (views) {
            var active = view.active;
            active.ledger = ledger;
            var frozen = new ArrayList<>(view.frozen);
            frozen.add(active);
            var next = spare == null ? new Table() : spare;
            spare = null;
            view = new View(view.manifest, view.raw, view.rolled, List.copyOf(frozen), next);
        }
    }

    /// Makes a change last: its files are there and synced, then the manifest takes the place of the old one.
    ///
    /// @param sealed a table that is in a segment from now on; null: none
    void publish(Change change, @Nullable Table sealed) throws IOException {
        publish(change, sealed == null ? List.of() : List.of(sealed), false);
    }

    /// Makes a change last after which nothing of what is in memory counts.
    void publishWithoutTables(Change change) throws IOException {
        publish(change, List.of(), true);
    }

    private void publish(Change change, List<Table> sealed, boolean empties) throws IOException {
        manifests.lock();
        try {
            String ledger = view.manifest.ledger();
            var next = change.apply(view.manifest).withNextFile(nextFile.get());
            folder.replace(Manifest.NAME, next.encode());
            var known = new HashMap<String, Segment>();
            var gone = new ArrayList<>(sealed);
            synchronized (views) {
                for (var s : view.raw) known.put(s.info.file(), s);
                for (var s : view.rolled) known.put(s.info.file(), s);
                if (empties) {
                    gone.addAll(view.frozen);
                    gone.add(view.active);
                }
                var frozen = view.frozen.stream().filter(t -> !gone.contains(t)).toList();
                view = view(next, known, frozen, empties ? new Table() : view.active);
            }
            for (var segment : known.values()) segment.retire();
            for (var table : gone) release(table);
            if (!ledger.isEmpty() && !ledger.equals(next.ledger())) folder.delete(ledger);
        } finally {
            manifests.unlock();
        }
    }

    /// The view of now, whose segments stay until it is closed.
    Query pin() {
        while (true) {
            var now = view;
            var pinned = new ArrayList<Segment>();
            for (var s : now.raw) if (s.pin()) pinned.add(s);
            for (var s : now.rolled) if (s.pin()) pinned.add(s);
            var tables = new ArrayList<Table>();
            for (var t : now.frozen) if (t.pin()) tables.add(t);
            if (now.active.pin()) tables.add(now.active);
            if (pinned.size() == now.raw.size() + now.rolled.size() && tables.size() == now.frozen.size() + 1)
                return new Query(this, now, pinned, tables);
            for (var s : pinned) s.release(); // one was merged or sealed meanwhile: take the newer view
            for (var t : tables) release(t);
        }
    }

    /// A table is no longer looked at. The last one who does so makes it ready for another life.
    void release(Table table) {
        if (!table.release()) return;
        table.clear();
        synchronized (views) {
            spare = table;
        }
    }

    @Override
    public void close() throws IOException {
        var now = view;
        for (var s : now.raw) s.release();
        for (var s : now.rolled) s.release();
        lock.close();
    }
}
