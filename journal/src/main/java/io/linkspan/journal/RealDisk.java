package io.linkspan.journal;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/// The disk of this machine, below one folder.
public final class RealDisk implements Disk {
    /// With less than this many usable bytes an error of a write is taken for a full disk, whatever its words.
    private static final long FULL_BELOW_BYTES = 1 << 16;

    private final Path folder;

    /// All names are below this folder; it is made when the first file is.
    public RealDisk(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    @Override
    public File open(String name) throws IOException {
        var path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        return new OpenFile(name, path, READ, WRITE, CREATE);
    }

    @Override
    public File openToRead(String name) throws IOException {
        return new OpenFile(name, folder.resolve(name), READ);
    }

    @Override
    public boolean exists(String name) {
        return Files.isRegularFile(folder.resolve(name));
    }

    @Override
    public List<String> list(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(name))) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (NoSuchFileException | NotDirectoryException missing) {
            return List.of();
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(
                folder.resolve(from),
                folder.resolve(to),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
    }

    @Override
    public void syncFolder(String name) throws IOException {
        try (var channel = FileChannel.open(folder.resolve(name), READ)) {
            channel.force(true);
        }
    }

    @Override
    public Closeable lock(String name) throws IOException {
        var path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        var channel = FileChannel.open(path, READ, WRITE, CREATE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException ours) {
            // Falls to the refusal below: another journal of this process has it.
        }
        if (lock == null) {
            var holder = new byte[20];
            int length = Math.max(0, channel.read(ByteBuffer.wrap(holder), 0));
            channel.close();
            throw new InUse(
                    folder.toString(), "process " + new String(holder, 0, length, StandardCharsets.US_ASCII).strip());
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    @Override
    public String toString() {
        return folder.toString();
    }

    /// A file channel that survives an interrupt of the thread that uses it: NIO closes the channel then, so it is
    /// opened again, the step is repeated (each step names its offset), and the thread stays interrupted.
    private final class OpenFile implements File {
        private final String name;
        private final Path path;
        private final OpenOption[] options;
        private volatile FileChannel channel;
        private volatile boolean closed;

        OpenFile(String name, Path path, OpenOption... options) throws IOException {
            this.name = name;
            this.path = path;
            this.options = options;
            channel = FileChannel.open(path, options);
        }

        @Override
        public void write(ByteBuffer from, long offset) throws IOException {
            int start = from.position();
            try {
                uninterrupted(() -> {
                    from.position(start);
                    while (from.hasRemaining()) channel.write(from, offset + from.position() - start);
                    return 0L;
                });
            } catch (ClosedChannelException gone) {
                throw gone;
            } catch (IOException error) {
                if (isFull(error)) throw new NoSpace(name);
                throw error;
            }
        }

        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            int start = into.position();
            return (int) uninterrupted(() -> {
                into.position(start);
                while (into.hasRemaining()) {
                    if (channel.read(into, offset + into.position() - start) < 0) break;
                }
                return (long) into.position() - start;
            });
        }

        @Override
        public void force() throws IOException {
            uninterrupted(() -> {
                channel.force(false);
                return 0L;
            });
        }

        @Override
        public void truncate(long length) throws IOException {
            uninterrupted(() -> {
                channel.truncate(length);
                return 0L;
            });
        }

        @Override
        public long size() throws IOException {
            return uninterrupted(() -> channel.size());
        }

        @Override
        public void close() throws IOException {
            closed = true;
            channel.close();
        }

        private long uninterrupted(Step step) throws IOException {
            boolean interrupted = false;
            try {
                while (true) {
                    var used = channel;
                    try {
                        return step.run();
                    } catch (ClosedChannelException gone) {
                        if (closed) throw gone;
                        interrupted |= Thread.interrupted();
                        reopen(used);
                    }
                }
            } finally {
                if (interrupted) Thread.currentThread().interrupt();
            }
        }

        private synchronized void reopen(FileChannel gone) throws IOException {
            if (channel == gone && !closed) channel = FileChannel.open(path, options);
        }

        private boolean isFull(IOException error) throws IOException {
            var words = String.valueOf(error.getMessage());
            return words.contains("No space left")
                    || words.contains("quota exceeded")
                    || Files.getFileStore(folder).getUsableSpace() < FULL_BELOW_BYTES;
        }
    }

    private interface Step {
        long run() throws IOException;
    }
}
