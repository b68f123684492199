package io.linkspan.history;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;

/// Copies the folder of a history, also while a process writes it: whole as of one of its manifests. Segments are never
/// changed, only replaced, so what was copied of an older manifest does no harm: the next start deletes it. No state.
public final class HistoryCopy {
    /// How often a newer manifest is taken because a segment was merged away meanwhile.
    private static final int TRIES_MAX = 100;

    private HistoryCopy() {}

    /// Takes a file.
    @FunctionalInterface
    public interface Sink {
        /// Takes the content of a file to its end.
        void file(String name, InputStream content) throws IOException;
    }

    /// Hands over all files of a history, the manifest last; none when there is no history in the folder.
    ///
    /// @throws IOException a file can not be read, or taken
    public static void write(Path folder, Sink sink) throws IOException {
        var done = new HashSet<String>();
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            var path = folder.resolve(Manifest.NAME);
            if (!Files.exists(path)) return;
            byte[] bytes = Files.readAllBytes(path);
            var manifest = Manifest.decode(bytes, path.toString());
            var names = new ArrayList<String>();
            for (var s : manifest.segments()) names.add(s.file());
            if (!manifest.ledger().isEmpty()) names.add(manifest.ledger());
            if (!copied(folder, names, done, sink)) continue;
            sink.file(Manifest.NAME, new java.io.ByteArrayInputStream(bytes));
            return;
        }
        throw new IOException("The history in " + folder + " changed " + TRIES_MAX
                + " times while it was copied; try again when it is quieter");
    }

    /// @return whether all of them were there
    private static boolean copied(Path folder, Iterable<String> names, HashSet<String> done, Sink sink)
            throws IOException {
        for (var name : names) {
            if (done.contains(name)) continue;
            try (var content = Files.newInputStream(folder.resolve(name))) {
                sink.file(name, content);
                done.add(name);
            } catch (NoSuchFileException e) {
                return false; // merged away: a newer manifest says into what
            }
        }
        return true;
    }
}
