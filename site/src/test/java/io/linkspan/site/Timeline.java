package io.linkspan.site;

import io.linkspan.model.ByteWriter;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import java.nio.ByteBuffer;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A site over a long time, on a wall clock that a test may set, killed and started again from its newest image and its
/// log. Unlike [Bench] it holds no second site beside, so it is quick.
final class Timeline {
    static final long SECOND = 1_000_000;

    /// What happened, and when on the site's clock.
    record Happened(long site, long wall, Result result) {}

    final List<Happened> all = new ArrayList<>();
    private final EntryCodec codec = new EntryCodec();
    private final SiteId id = new SiteId(1, 2);
    private final List<Entry> log = new ArrayList<>();
    private Site site = new Site();
    private Optional<byte[]> image = Optional.empty();
    private int imageAt;
    private long seq;
    private long now;
    private long offset;

    /// A running, armed site whose clock shows this.
    Timeline(String json, LocalDateTime begin, ZoneId zone) {
        offset = begin.atZone(zone).toInstant().toEpochMilli() * 1_000;
        input(new Input.Started("test", true, 0));
        now += 1_000;
        input(new Input.Apply(json));
        input(new Input.Arm(true));
        lineUp();
        if (site.directory().file().rules().isEmpty()) throw new AssertionError("the file was not taken: " + all);
    }

    long now() {
        return now;
    }

    long wall() {
        return now + offset;
    }

    Site site() {
        return site;
    }

    void lineUp() {
        input(new Input.LineChanged(1, true, ""));
    }

    void reads(String path, Value value) {
        input(new Input.Frame(1, List.of(Reading.good(site.directory().property(path), value)), 0, 0));
    }

    /// Lets time pass up to then.
    void to(long until) {
        while (site.nextDue() <= until) {
            long due = Math.max(site.nextDue(), now);
            take(site.stepDue(here(), new Moment(until, until + offset)));
            now = Math.max(now, Math.min(due, until));
        }
        now = Math.max(now, until);
    }

    /// Somebody sets the clock on the wall.
    void setClock(long by) {
        offset += by;
        input(new Input.ClockStepped(by));
    }

    /// An image of now, from which a later start begins.
    void snapshot() {
        var bytes = new ByteWriter();
        site.image().write(bytes);
        image = Optional.of(bytes.copy());
        imageAt = log.size();
    }

    /// The program is killed and started again after a while; the line is up a little later.
    void kill(long down, long lineAfter) {
        long lastWall = wall();
        var hash = site.image().hash();
        site = image.isPresent() ? Site.restore(ByteBuffer.wrap(image.get())) : new Site();
        for (var entry : log.subList(image.isPresent() ? imageAt : 0, log.size())) site.replay(entry);
        site.replayed();
        if (!java.util.Arrays.equals(hash, site.image().hash()))
            throw new AssertionError("image and log give another state than was there");
        now += down;
        take(site.step(here(), Principal.SYSTEM, new Input.Started("test", false, lastWall), new Moment(now, wall())));
        now += 1_000;
        to(now);
        to(now + lineAfter);
        lineUp();
    }

    void input(Input input) {
        to(now);
        take(site.step(here(), Principal.SYSTEM, input, new Moment(now, wall())));
    }

    private long here() {
        return Log.Position.pack(1, seq + 1);
    }

    private void take(Step step) {
        for (var result : step.results())
            all.add(new Happened(step.at().site(), step.at().wall(), result));
        if (!step.logged()) return;
        seq++;
        codec.encode(seq, step.at(), step.by(), step.input(), step.results(), site);
        log.add(EntryCodec.decode(new Log.Stored(
                new Log.Position(id, 1, seq),
                step.at().site(),
                step.at().wall(),
                copy(codec.control()),
                copy(codec.readings()),
                false)));
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        var copy = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate());
        return copy.flip();
    }

    /// What an actuator shall do.
    Optional<Value> desired(String path) {
        int number = site.directory().property(path);
        for (var cell : site.allCells())
            if (cell.property() == number) return cell.duty().orElseThrow().desired();
        throw new AssertionError("no cell for " + path);
    }

    /// When people were told exactly this, on the site's clock.
    List<Long> told(String text) {
        return all.stream()
                .filter(h -> h.result() instanceof Result.Noticed n && n.text().equals(text))
                .map(Happened::site)
                .toList();
    }
}
