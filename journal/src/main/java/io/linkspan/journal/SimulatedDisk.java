package io.linkspan.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/// A disk in memory that fails as real ones do, from a seed. A power cut keeps what was forced and any of the rest:
/// each sector that was written since may be there or not, so may each new length and each change of a name.
///
/// Thread-safe, by one lock.
public final class SimulatedDisk implements Disk {
    /// What is written whole or not at all.
    public static final int SECTOR_BYTES = 512;

    private final SplittableRandom random;
    private final TreeMap<String, Node> names = new TreeMap<>();
    private final TreeMap<String, Node> durableNames = new TreeMap<>();
    private final List<NameChange> unsynced = new ArrayList<>();
    private final Map<String, Boolean> locks = new HashMap<>();
    private int life;
    private long capacityBytes = Long.MAX_VALUE;
    private long stepsUntilFailure = Long.MAX_VALUE;
    private boolean nextForceFails;
    private boolean forcesIgnored;
    private long forces;
    private Runnable onForce = () -> {};

    private record NameChange(String folder, String removed, String added, Node node) {}

    /// What a file holds: as the running program sees it, and as it is on the medium.
    private static final class Node {
        byte[] now = new byte[0];
        int nowLength;
        byte[] durable = new byte[0];
        int durableLength;
        final BitSet dirty = new BitSet();

        void write(ByteBuffer from, int length, int offset) {
            if (offset + length > now.length)
                now = Arrays.copyOf(now, Math.max(offset + length, now.length + (now.length >> 1)));
            from.get(now, offset, length);
            nowLength = Math.max(nowLength, offset + length);
            if (length > 0) dirty.set(offset / SECTOR_BYTES, (offset + length - 1) / SECTOR_BYTES + 1);
        }

        void truncate(int length) {
            if (length >= nowLength) return;
            Arrays.fill(now, length, nowLength, (byte) 0);
            dirty.set(length / SECTOR_BYTES, (nowLength - 1) / SECTOR_BYTES + 1);
            nowLength = length;
        }

        void keep(int sector) {
            int from = sector * SECTOR_BYTES;
            int to = Math.min(from + SECTOR_BYTES, now.length);
            if (durable.length < now.length) durable = Arrays.copyOf(durable, now.length);
            if (from < to) System.arraycopy(now, from, durable, from, to - from);
        }

        void force() {
            dirty.stream().forEach(this::keep);
            dirty.clear();
            durableLength = nowLength;
        }

        void lose(SplittableRandom random) {
            dirty.stream().filter(_ -> random.nextBoolean()).forEach(this::keep);
            dirty.clear();
            if (random.nextBoolean()) durableLength = nowLength;
            if (durable.length < durableLength) durable = Arrays.copyOf(durable, durableLength);
            Arrays.fill(durable, durableLength, durable.length, (byte) 0);
            now = durable.clone();
            nowLength = durableLength;
        }
    }

    /// All that goes wrong by chance goes wrong by this seed.
    public SimulatedDisk(long seed) {
        random = new SplittableRandom(seed);
    }

    // What can go wrong.

    /// The power goes: what was not forced is there in part. Whoever had files open, or the lock, has them no more.
    public synchronized void cutPower() {
        for (var change : unsynced) if (random.nextBoolean()) apply(change, durableNames);
        names.clear();
        names.putAll(durableNames);
        unsynced.clear();
        forget();
        names.values().stream().distinct().forEach(node -> node.lose(random));
    }

    /// The program is killed: what it wrote stays, forced or not.
    public synchronized void kill() {
        forget();
    }

    private void forget() {
        locks.clear();
        life++;
        stepsUntilFailure = Long.MAX_VALUE;
        nextForceFails = false;
    }

    /// After so many more writes, syncs and changes of names, all of them fail, as if the power went in the middle:
    /// call [#cutPower] next.
    public synchronized void failAfter(long steps) {
        stepsUntilFailure = steps;
    }

    /// The files together cannot be longer than this many bytes.
    public synchronized void capacity(long bytes) {
        capacityBytes = bytes;
    }

    /// The next sync fails; what it should have written is lost, and later syncs do not tell.
    public synchronized void failNextForce() {
        nextForceFails = true;
    }

    /// From now on syncs only say that they did: the disk that the tests of power cuts must find.
    public synchronized void ignoreForces() {
        forcesIgnored = true;
    }

    /// Runs at each sync, before it is done: lets a simulated world take its time.
    public synchronized void onForce(Runnable action) {
        onForce = action;
    }

    /// Turns one bit of a file over, on the medium too.
    ///
    /// @param bit counted from the file's first, 0 to 8 times its length
    public synchronized void flip(String name, long bit) throws IOException {
        var node = find(name);
        int at = Math.toIntExact(bit / 8);
        if (at >= node.nowLength) throw new IllegalArgumentException(name + " has no bit " + bit);
        node.now[at] ^= (byte) (1 << bit % 8);
        if (at < node.durable.length) node.durable[at] ^= (byte) (1 << bit % 8);
    }

    // What can be asked.

    /// Bytes of all files together.
    public synchronized long usedBytes() {
        return names.values().stream().mapToLong(node -> node.nowLength).sum();
    }

    /// Syncs of files since the disk was made.
    public synchronized long forces() {
        return forces;
    }

    /// The names of all files, with their folders.
    public synchronized List<String> files() {
        return List.copyOf(names.keySet());
    }

    // The disk.

    @Override
    public synchronized File open(String name) throws IOException {
        var node = names.get(name);
        if (node == null) {
            step();
            node = new Node();
            change(new NameChange(folder(name), "", name, node));
        }
        return new OpenFile(name, node, life);
    }

    @Override
    public synchronized File openToRead(String name) throws IOException {
        return new OpenFile(name, find(name), life);
    }

    @Override
    public synchronized boolean exists(String name) {
        return names.containsKey(name);
    }

    @Override
    public synchronized List<String> list(String folder) {
        var prefix = folder.isEmpty() ? "" : folder + "/";
        var found = new TreeSet<String>();
        for (var name : names.tailMap(prefix).keySet()) {
            if (!name.startsWith(prefix)) break;
            var rest = name.substring(prefix.length());
            found.add(rest.contains("/") ? rest.substring(0, rest.indexOf('/')) : rest);
        }
        return List.copyOf(found);
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        var node = find(from);
        step();
        change(new NameChange(folder(to), from, to, node));
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        var node = names.get(name);
        if (node == null) return;
        step();
        change(new NameChange(folder(name), name, "", node));
    }

    @Override
    public synchronized void syncFolder(String folder) throws IOException {
        step();
        if (forcesIgnored) return;
        for (var change : List.copyOf(unsynced)) {
            if (!change.folder.equals(folder)) continue;
            apply(change, durableNames);
            unsynced.remove(change);
        }
    }

    @Override
    public synchronized Closeable lock(String name) throws IOException {
        if (locks.putIfAbsent(name, true) != null) throw new InUse("of the simulated disk", "another journal");
        int taken = life;
        return () -> {
            synchronized (this) {
                if (taken == life) locks.remove(name);
            }
        };
    }

    @Override
    public String toString() {
        return "simulated disk";
    }

    private void change(NameChange change) {
        apply(change, names);
        unsynced.add(change);
    }

    private static void apply(NameChange change, Map<String, Node> to) {
        if (!change.removed.isEmpty()) to.remove(change.removed, change.node);
        if (!change.added.isEmpty()) to.put(change.added, change.node);
    }

    private static String folder(String name) {
        return name.contains("/") ? name.substring(0, name.lastIndexOf('/')) : "";
    }

    private Node find(String name) throws IOException {
        var node = names.get(name);
        if (node == null) throw new NoSuchFileException(name);
        return node;
    }

    private void step() throws IOException {
        if (stepsUntilFailure == 0) throw new IOException("The power went");
        stepsUntilFailure--;
    }

    private final class OpenFile implements File {
        private final String name;
        private final Node node;
        private final int opened;

        OpenFile(String name, Node node, int opened) {
            this.name = name;
            this.node = node;
            this.opened = opened;
        }

        private void check() throws IOException {
            if (opened != life) throw new IOException("The program that had " + name + " open is gone");
        }

        @Override
        public void write(ByteBuffer from, long offset) throws IOException {
            synchronized (SimulatedDisk.this) {
                check();
                step();
                int at = Math.toIntExact(offset);
                int length = from.remaining();
                long room = capacityBytes - usedBytes();
                int fits = Math.clamp(node.nowLength - at + room, 0, length);
                node.write(from, fits, at);
                if (fits < length) throw new NoSpace(name);
            }
        }

        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            synchronized (SimulatedDisk.this) {
                check();
                int length = Math.clamp(node.nowLength - offset, 0, into.remaining());
                if (length > 0) into.put(node.now, Math.toIntExact(offset), length);
                return length;
            }
        }

        @Override
        public void force() throws IOException {
            Runnable hook;
            synchronized (SimulatedDisk.this) {
                hook = onForce;
            }
            hook.run();
            synchronized (SimulatedDisk.this) {
                check();
                step();
                forces++;
                if (nextForceFails) {
                    nextForceFails = false;
                    node.dirty.clear();
                    throw new IOException("Input/output error");
                }
                if (!forcesIgnored) node.force();
            }
        }

        @Override
        public void truncate(long length) throws IOException {
            synchronized (SimulatedDisk.this) {
                check();
                step();
                node.truncate(Math.toIntExact(length));
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (SimulatedDisk.this) {
                check();
                return node.nowLength;
            }
        }

        @Override
        public void close() {}
    }
}
