package io.linkspan.node;

import io.linkspan.journal.Head;
import io.linkspan.journal.JournalCheck;
import io.linkspan.journal.RealDisk;
import io.linkspan.model.Tree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The commands that keep what was stored: `verify`, `backup`, `restore`. They read the folder, whether a node runs or
/// not.
final class Keeping {
    private static final long TELL_EVERY_BYTES = 64L << 20;

    private Keeping() {}

    /// Tells on a terminal how far long work is.
    private static LongConsumer progress(Where where) {
        if (where.json() || !Terminal.isInteractive()) return _ -> {};
        long[] told = {TELL_EVERY_BYTES};
        return bytes -> {
            if (bytes < told[0]) return;
            told[0] = bytes + TELL_EVERY_BYTES;
            where.err().printf("  %d MiB ...%n", bytes >> 20);
            where.err().flush();
        };
    }

    private static Tree.Fields told(Head head) {
        return Trees.fields()
                .text("site", head.at().site().toString())
                .text("position", Trees.position(head.at()))
                .text("hash", head.hash().toString())
                .time("time", head.wallTimeMicros())
                .done();
    }

    private static String words(Head head) {
        var id = head.at().site();
        boolean isNode = id.equals(io.linkspan.model.SiteId.NODE);
        String what = id.isConnectors() ? "own log of a connector, " + id : "site " + id;
        return (isNode ? "accounts of the node" : what) + ": complete to entry "
                + Trees.position(head.at())
                + (head.wallTimeMicros() == 0 ? "" : " of " + Telling.instant(head.wallTimeMicros())) + ", head "
                + head.hash().toString().substring(0, SHOWN_DIGITS);
    }

    private static final int SHOWN_DIGITS = 16;

    @Command(name = "verify", description = "reads every byte of the log and recomputes every hash")
    static final class Verify implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Override
        public Integer call() throws Exception {
            Path journal = where.data().resolve(Node.JOURNAL);
            if (!Files.isDirectory(journal)) throw new NoSuch("there is no site in " + where.data());
            var report = JournalCheck.check(new RealDisk(journal), List.of(), progress(where));
            if (where.json()) where.printed(told(report));
            else print(report);
            return report.whole() ? Exit.DONE : Exit.DAMAGED;
        }

        private static Tree.Fields told(JournalCheck.Report report) {
            var sites = new ArrayList<Tree>();
            for (var site : report.sites())
                sites.add(Trees.fields()
                        .put("head", Keeping.told(site.head()))
                        .plain("entries", site.entries())
                        .plain("readings_dropped", site.readingsDropped())
                        .done());
            return Trees.fields()
                    .plain("whole", report.whole())
                    .plain("bytes", report.bytes())
                    .put("sites", Tree.items(sites))
                    .texts(
                            "findings",
                            report.findings().stream().map(Object::toString).toList())
                    .done();
        }

        private void print(JournalCheck.Report report) {
            for (var finding : report.findings()) where.print("DAMAGED  " + finding);
            for (var site : report.sites())
                where.print(words(site.head()) + " (" + site.entries() + " entries"
                        + (site.readingsDropped() == 0
                                ? ")"
                                : ", " + site.readingsDropped() + " without their readings)"));
            report.tail()
                    .ifPresent(t -> where.print("behind the end there are " + t.bytes()
                            + " bytes that are being written, or were when it was killed"));
            where.print(
                    report.whole()
                            ? "whole: " + report.bytes() + " bytes read, each hash is right"
                            : report.findings().size()
                                    + " findings; control goes on from what is good, nothing was deleted");
        }
    }

    @Command(name = "backup", description = "writes the site into one file, while it runs or not")
    static final class BackupCommand implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "FILE", description = "a new file: riverside.zip")
        private Path file = Path.of("backup.zip");

        @Override
        public Integer call() throws Exception {
            var progress = progress(where);
            var heads = Backup.write(where.data(), file, progress::accept);
            if (where.json())
                where.printed(Trees.fields()
                        .text("file", file.toString())
                        .plain("bytes", Files.size(file))
                        .put(
                                "heads",
                                Tree.items(
                                        heads.stream().map(h -> (Tree) told(h)).toList()))
                        .done());
            else {
                for (var head : heads) where.print(words(head));
                where.print(file + ": " + Files.size(file)
                        + " bytes. Private values and the bytes on the wire are not in it; of passwords and tokens only"
                        + " hashes are");
            }
            return Exit.DONE;
        }
    }

    @Command(
            name = "restore",
            description = "puts a backup into a new folder; it opens no line before it is told to lead")
    static final class Restore implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "FILE", description = "what backup wrote")
        private @Nullable Path file;

        @Option(names = "--lead", description = "its node opens its lines: the old box is gone")
        private boolean lead;

        @Override
        public Integer call() throws Exception {
            if (file == null) return Exit.USAGE;
            var progress = progress(where);
            var heads = Backup.restore(file, where.data(), lead, progress::accept);
            if (where.json())
                where.printed(Trees.fields()
                        .text("data", where.data().toString())
                        .plain("leads", lead)
                        .put(
                                "heads",
                                Tree.items(
                                        heads.stream().map(h -> (Tree) told(h)).toList()))
                        .done());
            else {
                for (var head : heads) where.print(words(head));
                where.print("Restored into " + where.data() + "; start it with: linkspan run --data " + where.data()
                        + (lead ? "" : " (it only shows what was; with --lead it opens its lines)"));
            }
            return Exit.DONE;
        }
    }
}
