package io.linkspan.simulation;

import io.linkspan.access.AccountsCodec;
import io.linkspan.access.AccountsState;
import io.linkspan.broker.GoldenBroker;
import io.linkspan.journal.JournalCheck;
import io.linkspan.journal.JournalView;
import io.linkspan.journal.RealDisk;
import io.linkspan.journal.Snapshot;
import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.site.Site;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A log as readable lines: what `verify` says, each entry with its results, and the hash of the state that they give.
/// Reads only.
final class GoldenText {
    private static final Pattern PROPERTY = Pattern.compile("\\b(property|action)=(\\d+)");
    private static final Pattern PROPERTIES = Pattern.compile("\\bproperties=\\[([0-9, ]+)]");
    private static final Pattern LINK = Pattern.compile("\\blink=(\\d+)");
    private static final Pattern CONNECTOR = Pattern.compile("\\bconnector=(\\d+)");
    private static final Pattern POSITION = Pattern.compile("\\b(placed|cause)=(\\d{14,})");

    private final List<String> lines = new ArrayList<>();
    private final JournalView journal;

    private GoldenText(JournalView journal) {
        this.journal = journal;
    }

    /// All of a folder.
    static String of(Path folder) throws IOException {
        var disk = new RealDisk(folder);
        var text = new GoldenText(JournalView.open(disk).orElseThrow());
        var report = JournalCheck.check(disk, List.of(), _ -> {});
        if (report.whole()) text.lines.add("verify: whole");
        for (var finding : report.findings()) text.lines.add("verify: " + finding);
        for (var site : text.journal.sites())
            if (site.equals(SiteId.NODE)) text.accounts();
            else if (site.isConnectors()) text.broker(site);
            else text.site(site);
        return String.join("\n", text.lines) + "\n";
    }

    private void site(SiteId id) throws IOException {
        lines.add("");
        lines.add("site " + id);
        var all = new Site(); // knows the names; its state lacks what retention dropped
        try (var reader = journal.read(new Log.Position(id, 1, 0))) {
            for (Log.@Nullable Stored stored = next(reader); stored != null; stored = next(reader)) {
                var entry = EntryCodec.decode(stored);
                all.replay(entry);
                entry(entry, all.directory());
            }
        }
        lines.add("state " + HexFormat.of().formatHex(state(id).image().hash()));
    }

    private void broker(SiteId id) throws IOException {
        lines.add("");
        lines.add("broker " + id);
        lines.addAll(GoldenBroker.lines(journal, id));
    }

    private void accounts() throws IOException {
        lines.add("");
        lines.add("accounts");
        var snapshot = journal.newestSnapshot(SiteId.NODE);
        var state = AccountsState.EMPTY;
        try (var reader = journal.read(new Log.Position(SiteId.NODE, 1, 0))) {
            for (Log.@Nullable Stored stored = next(reader); stored != null; stored = next(reader)) {
                state = AccountsCodec.replay(state, stored);
                var at = Instant.EPOCH.plus(stored.wallTimeMicros(), ChronoUnit.MICROS);
                var entry = AccountsCodec.decode(stored).orElseThrow();
                lines.add(stored.at().epoch() + ":" + stored.at().seq() + "  " + at + "  " + entry.by() + "  "
                        + entry.act() + (stored.control().hasRemaining() ? "" : "  (passing)"));
                for (var result : entry.results()) lines.add("    -> " + result);
            }
        }
        if (snapshot.isPresent())
            lines.add("snapshot at " + snapshot.get().at().seq() + ", "
                    + AccountsCodec.state(snapshot.get().bytes()).accounts().size() + " accounts");
        lines.add("state " + HexFormat.of().formatHex(sha256(AccountsCodec.image(state))));
        for (var account : state.accounts().values()) lines.add("  " + account + " " + account.passwordHash());
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return java.security.MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (java.security.NoSuchAlgorithmException broken) {
            throw new AssertionError(broken);
        }
    }

    private Log.@Nullable Stored next(Log.Reader reader) throws IOException {
        while (true) {
            try {
                return reader.next();
            } catch (Log.Damaged damaged) {
                lines.add(String.valueOf(damaged.getMessage()));
            }
        }
    }

    /// The state as a start would have it: the newest snapshot and what follows it, up to a damage.
    private Site state(SiteId id) throws IOException {
        Optional<Snapshot> snapshot = journal.newestSnapshot(id);
        var site = snapshot.isPresent() ? Site.restore(snapshot.get().bytes()) : new Site();
        var from = snapshot.map(Snapshot::at).orElse(new Log.Position(id, 1, 0));
        snapshot.ifPresent(s -> lines.add("snapshot at " + s.at().epoch() + ":" + s.at().seq()));
        try (var reader = journal.read(new Log.Position(id, from.epoch(), from.seq() + 1))) {
            for (var stored = reader.next(); stored != null; stored = reader.next())
                site.replay(EntryCodec.decode(stored));
        } catch (Log.Damaged damaged) {
            lines.add("replayed up to " + damaged.first());
        }
        return site;
    }

    private void entry(Entry entry, Directory names) {
        var at = Instant.EPOCH.plus(entry.at().wall(), ChronoUnit.MICROS);
        lines.add(entry.epoch() + ":" + entry.seq() + "  site " + entry.at().site() / 1e6 + " s  " + at + "  "
                + entry.by() + (entry.readingsDropped() ? "  (readings dropped)" : ""));
        lines.add("  " + input(entry.input(), names));
        for (var result : entry.results()) lines.add("    -> " + result(result, names));
    }

    private static String input(Input input, Directory names) {
        if (input instanceof Input.Frame f)
            return "Frame of " + name(names, Result.Sort.CONNECTOR, f.connector()) + readings(f.readings(), names);
        if (input instanceof Input.Apply a)
            return "Apply, a file of " + a.text().length() + " characters";
        return named(input.toString(), names);
    }

    private static String result(Result result, Directory names) {
        if (result instanceof Result.Took t) return "Took" + readings(t.readings(), names);
        if (result instanceof Result.Adopted a)
            return "Adopted revision " + a.revision() + ", a file of "
                    + a.text().length() + " characters, "
                    + a.numbers().stream().map(GoldenText::numbered).collect(Collectors.joining(", "));
        return named(result.toString(), names);
    }

    private static String numbered(Result.Numbered n) {
        return n.path() + " = " + n.sort().name().toLowerCase(java.util.Locale.ROOT) + " " + n.number()
                + (n.version() == 0 ? " taken out" : " version " + n.version());
    }

    private static String readings(List<Reading> readings, Directory names) {
        return readings.stream().map(r -> reading(r, names)).collect(Collectors.joining(",", "", ""));
    }

    private static String reading(Reading r, Directory names) {
        String text = r.value().toString();
        return " " + name(names, Result.Sort.PROPERTY, r.property()) + " "
                + (text.length() > 100 ? text.length() + " characters" : text) + " " + r.quality()
                + (r.hasDeviceTime() ? " of " + Instant.EPOCH.plus(r.deviceTimeMicros(), ChronoUnit.MICROS) : "");
    }

    /// The text of a record with names for numbers.
    private static String named(String text, Directory names) {
        String t = replaced(PROPERTY, text, m -> m.group(1) + "=" + name(names, Result.Sort.PROPERTY, number(m, 2)));
        t = replaced(PROPERTIES, t, m -> "properties=[" + properties(m.group(1), names) + "]");
        t = replaced(LINK, t, m -> "link=" + name(names, Result.Sort.LINK, number(m, 1)));
        t = replaced(CONNECTOR, t, m -> "connector=" + name(names, Result.Sort.CONNECTOR, number(m, 1)));
        t = replaced(POSITION, t, m -> {
            var p = Log.Position.of(GoldenSite.HOME, Long.parseLong(m.group(2)));
            return m.group(1) + "=" + p.epoch() + ":" + p.seq();
        });
        return t.replace(Long.toString(Long.MAX_VALUE), "never");
    }

    private static String properties(String list, Directory names) {
        return List.of(list.split(", ")).stream()
                .map(n -> name(names, Result.Sort.PROPERTY, Integer.parseInt(n)))
                .collect(Collectors.joining(", "));
    }

    private static int number(MatchResult m, int group) {
        return Integer.parseInt(m.group(group));
    }

    private static String name(Directory names, Result.Sort sort, int number) {
        return number == 0 ? "-" : names.name(sort, number);
    }

    private static String replaced(Pattern pattern, String text, java.util.function.Function<MatchResult, String> by) {
        return pattern.matcher(text).replaceAll(m -> java.util.regex.Matcher.quoteReplacement(by.apply(m)));
    }
}
