package io.linkspan.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// What the journal needs of a file system, so that a simulated one can lose, tear and refuse. Names are relative to
/// the journal's folder, with `/` between their parts. Thread-safe.
public interface Disk {
    /// Opens a file for reading and writing, and makes it and its folders when they are missing. That the file
    /// exists is only sure after [#syncFolder].
    File open(String name) throws IOException;

    /// Opens a file for reading.
    ///
    /// @throws java.nio.file.NoSuchFileException when it is missing
    File openToRead(String name) throws IOException;

    /// Whether a file of this name is there.
    boolean exists(String name) throws IOException;

    /// The plain names of the files and folders in a folder, sorted; empty when the folder is missing.
    List<String> list(String folder) throws IOException;

    /// Gives a file another name, in place of a file that has it, all or nothing; sure after [#syncFolder].
    void rename(String from, String to) throws IOException;

    /// Removes a file; sure after [#syncFolder]. A missing file is no error.
    void delete(String name) throws IOException;

    /// Waits until the names in this folder are on disk ("" is the journal's own folder).
    void syncFolder(String folder) throws IOException;

    /// Makes this process the only one that writes in the folder, until the result is closed.
    ///
    /// @throws InUse when another process, or another journal in this one, has the folder
    Closeable lock(String name) throws IOException;

    /// An open file. Reads and writes name their offset; any thread may call.
    interface File extends Closeable {
        /// Writes all of the buffer at an offset, and makes the file longer where needed.
        ///
        /// @throws NoSpace when the disk is full; a part may have been written
        void write(ByteBuffer from, long offset) throws IOException;

        /// Fills the buffer from an offset as far as the file goes and returns the number of bytes, 0 at its
        /// end.
        int read(ByteBuffer into, long offset) throws IOException;

        /// Waits until all that was written, and the length, is on disk (fdatasync).
        void force() throws IOException;

        /// Cuts the file at a length in bytes.
        void truncate(long length) throws IOException;

        /// Length in bytes.
        long size() throws IOException;
    }

    /// The disk, or this user's share of it, is full.
    final class NoSpace extends IOException {
        private static final long serialVersionUID = 1;

        /// Says for which file there was no room.
        public NoSpace(String name) {
            super("No space left on the disk for " + name);
        }
    }

    /// Somebody else writes in this folder.
    final class InUse extends IOException {
        private static final long serialVersionUID = 1;

        /// Says where, and who holds it as far as is known.
        public InUse(String folder, String holder) {
            super("The folder " + folder + " is in use by " + holder + "; stop that one first, or name another folder");
        }
    }
}
