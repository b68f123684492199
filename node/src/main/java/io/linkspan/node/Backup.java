package io.linkspan.node;

import io.linkspan.history.HistoryCopy;
import io.linkspan.journal.ChainHash;
import io.linkspan.journal.Head;
import io.linkspan.journal.Journal;
import io.linkspan.journal.JournalCheck;
import io.linkspan.journal.JournalSettings;
import io.linkspan.journal.JournalView;
import io.linkspan.journal.RealDisk;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// A journal with the pictures of its sites in one file (ZIP), taken while the node runs or not, and put back.
///
/// It is consistent without stopping anything: blocks of the log are only ever added, so the heads are noted first,
/// then the
/// snapshots are copied, which are never ahead of the log, then the log from its first file to its last. What was added
/// behind
/// the heads meanwhile comes along or is cut as a torn tail. Before all that the histories are copied, each as one of
/// its
/// manifests has it, so that nothing is in them that the log's copy lacks. The ring of frames and private values are in
/// no backup. No
/// state.
final class Backup {
    /// The list of heads within the file.
    private static final String HEADS = "backup.json";
    /// Says in a data folder that its node opens no line.
    private static final String PASSIVE = "restored-backup";
    /// Most files in a backup, and most bytes that one may unpack to.
    private static final int FILES_MAX = 1_000_000;

    private static final long FILE_BYTES_MAX = 2L << 30;
    private static final long STARTS_ZIP = 1L << 20;

    private Backup() {}

    /// Writes a backup of a data folder to a file and returns the heads up to which it is complete.
    ///
    /// @param progress hears the bytes of the folder that are done
    static List<Head> write(Path data, Path file, Consumer<Long> progress) throws IOException {
        Path journal = data.resolve(Node.JOURNAL);
        var view = JournalView.open(new RealDisk(journal))
                .orElseThrow(() -> new NoSuch("there is no site in " + data + ", so there is nothing to back up"));
        if (view.sites().isEmpty()) throw new NoSuch("there is no site in " + data);
        if (Files.exists(file)) throw new SaidNo(file + " is there already; name a new file");
        List<Head> heads;
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (var out = new ZipOutputStream(Files.newOutputStream(fresh))) {
                out.setComment("Linkspan backup");
                long done = histories(data, out, progress); // first: so it has nothing that the log's copy lacks
                var now = JournalView.open(new RealDisk(journal)).orElseThrow();
                heads = now.sites().stream().map(now::head).toList();
                entry(out, HEADS, Json.pretty(told(heads)).getBytes(StandardCharsets.UTF_8));
                for (String folder : List.of("snapshots", "log"))
                    for (Path each : files(journal.resolve(folder))) {
                        if (each.toString().endsWith(".tmp")) continue;
                        out.putNextEntry(new ZipEntry(journal.relativize(each).toString()));
                        done += copy(each, out);
                        out.closeEntry();
                        progress.accept(done);
                    }
                for (Path each : files(data.resolve(PictureFolder.FOLDER))) {
                    if (each.toString().endsWith(".new")) continue;
                    out.putNextEntry(new ZipEntry(data.relativize(each).toString()));
                    done += copy(each, out);
                    out.closeEntry();
                    progress.accept(done);
                }
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
        return heads;
    }

    private static long histories(Path data, ZipOutputStream out, Consumer<Long> progress) throws IOException {
        Path all = data.resolve(Histories.FOLDER);
        if (!Files.isDirectory(all)) return 0;
        long[] done = {0};
        try (var folders = Files.list(all)) {
            for (Path folder : folders.filter(Files::isDirectory).sorted().toList())
                HistoryCopy.write(folder, (name, content) -> {
                    out.putNextEntry(new ZipEntry(Histories.FOLDER + "/" + folder.getFileName() + "/" + name));
                    done[0] += content.transferTo(out);
                    out.closeEntry();
                    progress.accept(done[0]);
                });
        }
        return done[0];
    }

    private static void entry(ZipOutputStream out, String name, byte[] bytes) throws IOException {
        out.putNextEntry(new ZipEntry(name));
        out.write(bytes);
        out.closeEntry();
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        try (var all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /// A file that retention takes away meanwhile was not needed: what replaces it has another name or is read
    /// instead.
    private static long copy(Path file, OutputStream out) throws IOException {
        try {
            return Files.copy(file, out);
        } catch (java.nio.file.NoSuchFileException e) {
            return 0;
        }
    }

    private static Tree.Fields told(List<Head> heads) {
        var all = new ArrayList<Tree>();
        for (var head : heads)
            all.add(Trees.fields()
                    .text("site", head.at().site().toString())
                    .plain("epoch", head.at().epoch())
                    .plain("seq", head.at().seq())
                    .text("hash", head.hash().toString())
                    .time("time", head.wallTimeMicros())
                    .done());
        return Trees.fields()
                .plain("linkspan_backup", 1)
                .text("version", Version.NUMBER)
                .put("heads", Tree.items(all))
                .done();
    }

    /// Puts a backup into a new data folder, checks every byte of it, and begins a new epoch of each site: what the
    /// old box
    /// may have done since is on another branch. Its node opens no line before somebody says so.
    ///
    /// @throws Log.Damaged the backup is not whole
    static List<Head> restore(Path file, Path data, boolean leads, Consumer<Long> progress)
            throws Invalid, IOException {
        if (!Files.isRegularFile(file)) throw new NoSuch("there is no file " + file);
        if (Files.isDirectory(data) && !isEmpty(data))
            throw new SaidNo("the folder " + data + " is not empty; a backup is put into a new one");
        Path journal = Files.createDirectories(data.resolve(Node.JOURNAL));
        var heads = unpack(file, data, journal);
        var report = JournalCheck.check(new RealDisk(journal), heads, progress::accept);
        if (!report.whole())
            throw new IOException(
                    "the backup is not whole: " + report.findings().getFirst() + "; nothing runs on " + data);
        if (!leads) Files.writeString(data.resolve(PASSIVE), "restored from " + file.getFileName() + "\n");
        var disk = new RealDisk(journal);
        try (var opened = Journal.open(disk, JournalSettings.standard(new SecureRandom().nextLong()))) {
            for (var head : heads) opened.open(head.at().site()).openEpoch("restored from a backup");
            opened.commitNow(System.nanoTime());
        }
        return heads;
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var all = Files.list(folder)) {
            return all.findAny().isEmpty();
        }
    }

    private static List<Head> unpack(Path file, Path data, Path journal) throws Invalid, IOException {
        List<Head> heads = List.of();
        boolean known = false;
        try (var in = new ZipInputStream(Files.newInputStream(file))) {
            int files = 0;
            for (ZipEntry entry; (entry = in.getNextEntry()) != null; ) {
                if (++files > FILES_MAX) throw new IOException(file + " has more than " + FILES_MAX + " files");
                if (entry.getName().equals(HEADS)) {
                    heads = heads(file.toString(), new String(in.readNBytes((int) STARTS_ZIP), StandardCharsets.UTF_8));
                    known = true;
                    continue;
                }
                String first =
                        entry.getName().substring(0, Math.max(0, entry.getName().indexOf('/')));
                String beside = first.equals(Histories.FOLDER) || first.equals(PictureFolder.FOLDER) ? first : "";
                Path within = beside.isEmpty() ? journal : data.resolve(beside);
                Path to = (beside.isEmpty() ? journal : data)
                        .resolve(entry.getName())
                        .normalize();
                if (!to.startsWith(within) || entry.isDirectory())
                    throw new IOException(file + " names a file outside of itself: " + entry.getName());
                Files.createDirectories(to.getParent());
                try (var out = Files.newOutputStream(to)) {
                    long left = FILE_BYTES_MAX;
                    byte[] buffer = new byte[1 << 16];
                    for (int n; (n = in.read(buffer)) > 0; ) {
                        left -= n;
                        if (left < 0) throw new IOException(file + " has a file that is too large: " + entry.getName());
                        out.write(buffer, 0, n);
                    }
                }
            }
        }
        if (!known) throw new SaidNo(file + " is no backup of Linkspan");
        return heads;
    }

    private static List<Head> heads(String file, String json) throws Invalid {
        var all = new ArrayList<Head>();
        for (var f : Where.list(Json.parseFields(file, json), "heads")) {
            var at = new Log.Position(
                    SiteId.parse(Where.text(f, "site")),
                    Integer.parseInt(Where.text(f, "epoch")),
                    Long.parseLong(Where.text(f, "seq")));
            all.add(new Head(at, ChainHash.parse(Where.text(f, "hash")), 0, 0));
        }
        return all;
    }

    /// Whether the folder is a restored backup that nobody said shall lead.
    static boolean isPassive(Path data) {
        return Files.exists(data.resolve(PASSIVE));
    }

    /// From now on the folder's node opens its lines.
    static void lead(Path data) throws IOException {
        Files.deleteIfExists(data.resolve(PASSIVE));
    }
}
