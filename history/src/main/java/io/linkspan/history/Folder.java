package io.linkspan.history;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The folder of a history. Each change of it is one step, which a test can make the last one. Safe for many threads.
class Folder {
    private static final String ASIDE = ".tmp";

    private final Path path;

    Folder(Path path) throws IOException {
        this.path = path;
        Files.createDirectories(path);
    }

    /// A folder that is only looked at: nothing is locked, deleted or written.
    static Folder toLook(Path path) throws IOException {
        if (!Files.isDirectory(path)) throw new NoSuchFileException(path.toString());
        return new Folder(path) {
            @Override
            void step(String what) throws IOException {
                throw new IOException("The history in " + path
                        + " is only looked at here, and what the log has beyond it does not fit into memory; run the node"
                        + " once");
            }

            @Override
            void delete(String name) {
                // the next run does
            }

            @Override
            Closeable lock() {
                return () -> {};
            }
        };
    }

    /// Called before each change; a test throws here.
    void step(String what) throws IOException {}

    Path path(String name) {
        return path.resolve(name);
    }

    /// Where a file is written before it has its name.
    Path aside(String name) throws IOException {
        step("write " + name);
        return path.resolve(name + ASIDE);
    }

    /// Gives a file that was written aside, and synced, its name.
    void keep(String name) throws IOException {
        step("rename " + name);
        Files.move(path.resolve(name + ASIDE), path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        step("sync the folder after " + name);
        syncNames();
    }

    /// Writes a small file aside, syncs it and puts it in the place of the one that has the name.
    void replace(String name, byte[] content) throws IOException {
        try (var file = FileChannel.open(
                aside(name),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            for (var left = ByteBuffer.wrap(content); left.hasRemaining(); ) file.write(left);
            step("sync " + name);
            file.force(true);
        }
        keep(name);
    }

    Optional<byte[]> read(String name) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(path.resolve(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    boolean has(String name) {
        return Files.isRegularFile(path.resolve(name));
    }

    void delete(String name) throws IOException {
        step("delete " + name);
        Files.deleteIfExists(path.resolve(name));
    }

    List<String> names() throws IOException {
        var names = new ArrayList<String>();
        try (var files = Files.newDirectoryStream(path)) {
            for (var file : files) names.add(file.getFileName().toString());
        }
        return names;
    }

    long size(String name) throws IOException {
        return Files.size(path.resolve(name));
    }

    private void syncNames() throws IOException {
        try (var folder = FileChannel.open(path, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /// Makes this the only history that writes here, until the result is closed.
    Closeable lock() throws IOException {
        var file = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = file.tryLock();
            if (lock != null) return file;
        } catch (OverlappingFileLockException e) {
            // the sentence below fits both
        }
        file.close();
        throw new IOException("The history in " + path + " is in use by another Linkspan; stop that one first");
    }
}
