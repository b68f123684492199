package io.linkspan.node;

import io.linkspan.model.Input;
import io.linkspan.model.Invalid;
import io.linkspan.model.Note;
import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Delivers the messages that the sites of a node decided on and that are on disk. What becomes of each try goes back
/// to its site as an input, so that a message is open until its channel took it, refused it, or it is too old, through
/// restarts. A message whose channel took it and whose "delivered" was not on disk when the power went is sent once
/// more, with the same id.
///
/// One thread looks; each channel has one message on its way at most, on a thread of its own, so that one that is slow
/// keeps nobody else waiting. Thread-safety: safe for many threads.
final class Notifier implements AutoCloseable {
    /// How long the thread rests between two looks while messages wait.
    static final Duration REST = Duration.ofMillis(200);
    /// How long it rests while none does; a new one wakes it.
    static final Duration REST_WITHOUT = Duration.ofMinutes(1);
    /// How long a channel rests after its first failure; then twice as long each time.
    static final Duration RETRY_FIRST = Duration.ofSeconds(5);
    /// The longest rest.
    static final Duration RETRY_MOST = Duration.ofMinutes(5);
    /// Longest text of an outcome in the log, in characters.
    static final int DETAIL_CHARACTERS_MAX = 500;

    private static final Logger LOG = LoggerFactory.getLogger("linkspan.notify");

    private final Node node;
    private final Duration retryFirst;
    private final Map<Key, Way> ways = new HashMap<>(); // of the looking thread
    private final Set<Sent> ended = ConcurrentHashMap.newKeySet();
    private final Set<Thread> working = ConcurrentHashMap.newKeySet();
    private final Thread looking;
    private volatile boolean open = true;

    /// A channel of a site.
    private record Key(SiteId site, String channel) {}

    /// A message whose end is known, though perhaps not on disk.
    private record Sent(SiteId site, long note) {}

    /// How a channel is doing. Changed by the thread that delivers, then read by the one that looks.
    private static final class Way {
        private volatile boolean busy;
        private volatile int failures;
        private volatile long restsUntil = System.nanoTime();
    }

    /// Delivers nothing before [#start].
    Notifier(Node node, Duration retryFirst) {
        this.node = node;
        this.retryFirst = retryFirst;
        looking = Thread.ofPlatform().name("linkspan notify").unstarted(this::work);
    }

    void start() {
        looking.start();
    }

    private void work() {
        try {
            while (open) {
                boolean waits = false;
                for (var site : node.sites()) waits |= look(site);
                LockSupport.parkNanos(this, (waits ? REST : REST_WITHOUT).toNanos());
            }
        } catch (RuntimeException | Error e) { // thread top
            LOG.error("Nobody is told of alarms any more; they stand in the log. Restart, and report this", e);
        }
    }

    /// A message is there.
    void wake() {
        LockSupport.unpark(looking);
    }

    /// @return whether messages wait
    private boolean look(SiteId site) {
        var board = node.board(site);
        var notes = board.notes();
        ended.removeIf(sent -> sent.site.equals(site) && notes.stream().noneMatch(n -> n.number() == sent.note));
        for (var channel : board.directory().file().channels().keySet()) {
            var way = ways.computeIfAbsent(new Key(site, channel), _ -> new Way());
            if (way.busy || System.nanoTime() - way.restsUntil < 0) continue;
            next(site, channel, notes).ifPresent(note -> begin(site, way, note));
        }
        return !notes.isEmpty();
    }

    /// The message that was tried least, of these the oldest: one that fails each time keeps no other waiting.
    private Optional<Note> next(SiteId site, String channel, List<Note> notes) {
        return notes.stream()
                .filter(n -> n.channel().equals(channel) && !ended.contains(new Sent(site, n.number())))
                .min(Comparator.comparingInt(Note::tries).thenComparingLong(Note::number));
    }

    private void begin(SiteId site, Way way, Note note) {
        way.busy = true;
        var thread = Thread.ofVirtual()
                .name("linkspan notify " + note.channel())
                .unstarted(() -> {
                    try {
                        deliver(site, way, note);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt(); // the node ends
                    } finally {
                        way.busy = false;
                        working.remove(Thread.currentThread());
                        LockSupport.unpark(looking);
                    }
                });
        working.add(thread);
        thread.start();
    }

    private void deliver(SiteId site, Way way, Note note) throws InterruptedException {
        var told = Input.Told.FAILED;
        String detail;
        try {
            detail = channel(site, note).deliver(message(site, note));
            told = Input.Told.DELIVERED;
        } catch (Channel.Refused e) {
            detail = String.valueOf(e.getMessage());
            told = Input.Told.REFUSED;
        } catch (Invalid | IOException e) {
            detail = String.valueOf(e.getMessage());
        } catch (RuntimeException e) { // thread top
            LOG.error("A message over {} failed in a way that nobody thought of; report this", note.channel(), e);
            detail = e.toString();
        }
        if (told == Input.Told.FAILED) failed(way, note, detail);
        else {
            ended.add(new Sent(site, note.number()));
            way.failures = 0;
        }
        String cut = detail.substring(0, Math.min(detail.length(), DETAIL_CHARACTERS_MAX));
        node.ask(site, Principal.SYSTEM, new Input.NoteTold(note.number(), told, cut))
                .await(Requests.STORE_TIMEOUT);
    }

    private void failed(Way way, Note note, String why) {
        if (way.failures == 0)
            LOG.warn("A message over {} could not be delivered: {}; it is tried again", note.channel(), why);
        int before = way.failures;
        way.failures = before + 1;
        int doublings = Math.min(before, Integer.SIZE - 2);
        var rest = retryFirst.multipliedBy(1L << doublings);
        var most = rest.compareTo(RETRY_MOST) > 0 ? RETRY_MOST : rest;
        way.restsUntil = System.nanoTime() + most.toNanos();
    }

    private Channel channel(SiteId site, Note note) throws Invalid, IOException {
        var entry = node.board(site).directory().file().channels().get(note.channel());
        if (entry == null) throw new IOException("the site has no channel " + note.channel() + " any more");
        return Channels.create(entry);
    }

    private Channel.Message message(SiteId site, Note note) {
        var directory = node.board(site).directory();
        return new Channel.Message(
                "linkspan_" + site + "_" + note.number(),
                directory.file().name(),
                note.alarm() == 0 ? "" : Lexicon.of(directory).rule(note.alarm()),
                Telling.instant(note.openedWall()),
                note);
    }

    /// Stops; what is on its way is given up, and tried again by the next run.
    @Override
    public void close() {
        open = false;
        LockSupport.unpark(looking);
        try {
            if (looking.isAlive()) looking.join(Node.STOP_TIMEOUT);
            for (var thread : working) thread.interrupt();
            for (var thread : working) thread.join(Node.STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
