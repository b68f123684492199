package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Reads every byte of a journal, recomputes each hash and each site's chain, and names what is wrong. Needs no lock
/// and changes nothing. Not thread-safe.
public final class JournalCheck {
    private static final int STEP_BYTES = 1 << 18;

    private final Segments segments;
    private final Digests digests = new Digests();
    private final Map<SiteId, Chain> chains = new HashMap<>();
    private final Map<Log.Position, Head> noted = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private Optional<Recovery.Cut> tail = Optional.empty();
    private long bytes;

    /// Something wrong.
    ///
    /// @param what a sentence
    public record Finding(
            Optional<SiteId> site,
            String file,
            long offset,
            Optional<Log.Position> first,
            Optional<Log.Position> last,
            String what) {
        @Override
        public String toString() {
            return what + " (" + file + " at offset " + offset + ")";
        }
    }

    /// What a site has.
    ///
    /// @param head up to here all is complete, as far as the findings do not say otherwise
    /// @param readingsDropped entries whose readings part was dropped by retention or never stored
    public record SiteReport(Head head, long entries, long readingsDropped, List<Finding> findings) {}

    /// What was found.
    ///
    /// @param findings all of them, in the order of the stream; empty when the journal is whole
    /// @param tail bytes behind the end, which the next process to open the journal will cut; or another one writes
    ///     now
    public record Report(List<SiteReport> sites, List<Finding> findings, Optional<Recovery.Cut> tail, long bytes) {
        /// Nothing is wrong.
        public boolean whole() {
            return findings.isEmpty();
        }
    }

    /// Where one site has come to.
    private static final class Chain {
        Head head;
        long entries;
        long readingsDropped;
        boolean broken;

        Chain(SiteId site) {
            head = SiteState.none(site).head();
        }
    }

    private JournalCheck(Segments segments, List<Head> noted) {
        this.segments = segments;
        for (var head : noted) this.noted.put(head.at(), head);
    }

    /// Checks the journal in a folder.
    ///
    /// @param noted heads that were noted outside: each must be in the log, with the same hash
    /// @param progress hears the bytes that are done
    public static Report check(Disk disk, List<Head> noted, LongConsumer progress) throws IOException {
        return new JournalCheck(new Segments(disk), noted).run(progress);
    }

    private Report run(LongConsumer progress) throws IOException {
        var numbers = segments.numbers();
        int newest = Opening.look(segments).map(it -> it.header().number()).orElse(0);
        for (int number = 1; number <= newest; number++) {
            var header = numbers.contains(number) ? segments.header(number) : Optional.<Segments.Header>empty();
            if (header.isEmpty()) {
                lost(Segments.name(number), 0, "The file is missing or nothing in it can be read");
            } else {
                segment(header.get(), number == newest);
                progress.accept(bytes);
            }
        }
        for (int number : numbers.tailSet(newest + 1)) {
            Opening.unreadable(segments, number)
                    .ifPresent(damage -> lost(damage.file(), 0, "Nothing in the file can be read"));
        }
        noted.values().stream().sorted(Comparator.comparing(Head::at)).forEach(this::notFound);
        return report();
    }

    private Report report() {
        var sites = new ArrayList<SiteReport>();
        chains.values().stream()
                .sorted(Comparator.comparing(chain -> chain.head.at().site().toString()))
                .forEach(chain -> {
                    var site = chain.head.at().site();
                    var own = findings.stream()
                            .filter(it -> it.site().isEmpty() || it.site().get().equals(site))
                            .toList();
                    sites.add(new SiteReport(chain.head, chain.entries, chain.readingsDropped, own));
                });
        return new Report(List.copyOf(sites), List.copyOf(findings), tail, bytes);
    }

    private void segment(Segments.Header header, boolean isLast) throws IOException {
        var name = Segments.name(header.number());
        int cutFrom = Integer.MAX_VALUE;
        if (isLast) {
            tail = SegmentScan.scan(segments, header, states(), true).cut();
            cutFrom = tail.map(cut -> (int) cut.offset()).orElse(Integer.MAX_VALUE);
        }
        try (var window = segments.window(header, STEP_BYTES)) {
            int at = Segments.HEADER_BYTES;
            while (at < cutFrom) {
                var here = window.read(at);
                var found = here.isPresent() ? here : window.find(at + 1);
                int next = found.isPresent() ? found.get().offset() : isLast ? at : window.endOfContent(at);
                if (next > at && next <= cutFrom) lost(name, at, (next - at) + " bytes cannot be read");
                if (found.isEmpty() || next >= cutFrom) break;
                block(name, window.read(next).orElseThrow());
                at = next + found.get().length();
            }
            bytes += at;
        }
    }

    private Map<SiteId, SiteState> states() {
        var states = new HashMap<SiteId, SiteState>();
        chains.forEach((site, chain) -> states.put(site, new SiteState(chain.head, List.of(), false)));
        return states;
    }

    /// Bytes are lost: what the next block of each site names as its previous one cannot be compared.
    private void lost(String file, int offset, String what) {
        findings.add(new Finding(Optional.empty(), file, offset, Optional.empty(), Optional.empty(), what));
        chains.values().forEach(chain -> chain.broken = true);
    }

    private void block(String file, Block block) {
        if (block.kind() == BlockKind.CLOSED) return;
        var chain = chains.computeIfAbsent(block.site(), Chain::new);
        var before = chain.head;
        boolean gap = checkOrder(file, block, before.at());
        if (!gap && !chain.broken && !block.previous().equals(before.hash()))
            wrong(
                    file,
                    block,
                    "The chain breaks: the block before " + block.first()
                            + " is not the one that it was written after");
        chain.broken = false;
        var hash = block.hash(digests);
        long site = before.siteTimeMicros();
        long wall = before.wallTimeMicros();
        var entries = new BlockEntries(block);
        try {
            while (entries.next()) {
                chain.entries++;
                if (entries.stored().readingsDropped()) chain.readingsDropped++;
                site = entries.siteTimeMicros();
                wall = entries.wallTimeMicros();
            }
        } catch (IOException unreadable) {
            wrong(file, block, String.valueOf(unreadable.getMessage()));
        }
        chain.head = new Head(block.last(), hash, site, wall);
        compareNoted(file, block, hash);
    }

    private boolean checkOrder(String file, Block block, Log.Position before) {
        boolean follows = block.kind() == BlockKind.EPOCH
                ? block.epoch() > before.epoch() || (before.seq() == 0 && before.epoch() == 1)
                : block.epoch() == before.epoch() && block.firstSeq() == before.seq() + 1;
        if (follows) return false;
        if (block.first().compareTo(before) <= 0) {
            wrong(file, block, "Entries " + block.first() + " to " + block.last() + " come after " + before);
            return true;
        }
        long from = block.epoch() == before.epoch() ? before.seq() + 1 : 1;
        var first = new Log.Position(block.site(), block.epoch(), from);
        var last = new Log.Position(block.site(), block.epoch(), Math.max(from, block.firstSeq() - 1));
        findings.add(new Finding(
                Optional.of(block.site()),
                file,
                block.offset(),
                Optional.of(first),
                Optional.of(last),
                "Entries " + first + " to " + last + " are missing"));
        return true;
    }

    private void wrong(String file, Block block, String what) {
        findings.add(new Finding(
                Optional.of(block.site()),
                file,
                block.offset(),
                Optional.of(block.first()),
                Optional.of(block.last()),
                what));
    }

    private void compareNoted(String file, Block block, ChainHash hash) {
        var outside = noted.remove(block.last());
        if (outside != null && !outside.hash().equals(hash))
            wrong(
                    file,
                    block,
                    "The log up to " + block.last() + " is not the one that was noted outside: its hash is " + hash
                            + ", noted was " + outside.hash());
    }

    private void notFound(Head head) {
        if (head.hash().equals(ChainHash.NONE) && head.at().seq() == 0) return;
        findings.add(new Finding(
                Optional.of(head.at().site()),
                Segments.FOLDER,
                0,
                Optional.of(head.at()),
                Optional.of(head.at()),
                "The head " + head.at() + " that was noted outside is not in the log"));
    }
}
