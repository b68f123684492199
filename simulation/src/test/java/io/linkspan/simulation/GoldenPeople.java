package io.linkspan.simulation;

import io.linkspan.access.Accounts;
import io.linkspan.access.AccountsInput;
import io.linkspan.access.AccountsState;
import io.linkspan.access.Digest;
import io.linkspan.access.Refusal;
import io.linkspan.access.Role;
import io.linkspan.feed.Contract;
import io.linkspan.journal.Journal;
import io.linkspan.journal.SiteLog;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// Accounts in a golden log: on one thread, with a clock that goes a second a step, and secrets that are always the
/// same.
final class GoldenPeople {
    private static final long BEGAN = 1_452_800_000_000_000L;

    private final SiteLog log;
    private final Accounts accounts;
    private long now;

    GoldenPeople(Journal journal) {
        log = journal.open(SiteId.NODE);
        accounts = new Accounts(
                new Synced(journal, log), AccountsState.EMPTY, () -> new Moment(now, BEGAN + now), () -> true);
        journal.listen(new Journal.Listener() {
            @Override
            public void durable(Log.Position at) {
                accounts.durable(at);
            }
        });
    }

    /// Whoever waits for the disk has it at once.
    private record Synced(Journal journal, SiteLog log) implements Log {
        @Override
        public long append(long siteTime, long wallTime, ByteBuffer control, ByteBuffer readings) {
            return log.append(siteTime, wallTime, control, readings);
        }

        @Override
        public void urge() {
            journal.commitNow(0);
        }

        @Override
        public Position head() {
            return log.head();
        }

        @Override
        public long durable() {
            return log.durable();
        }

        @Override
        public Reader read(Position from) throws IOException {
            return log.read(from);
        }
    }

    void pass(Duration time) {
        now += time.toNanos() / 1_000;
    }

    void does(String name, AccountsInput input) throws IOException {
        pass(Duration.ofSeconds(1));
        try {
            accounts.put(Principal.person(name), input);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void signsIn(String name, String cookie) throws IOException {
        long expires = BEGAN + now + Duration.ofDays(30).toNanos() / 1_000;
        does(name, new AccountsInput.SignedIn(Digest.of(cookie), name, expires));
    }

    void token(String name, String id, Role role) throws IOException {
        does(name, new AccountsInput.MakeToken(id, Digest.of("secret " + id), "Laptop", name, role, Long.MAX_VALUE));
    }

    void application(String by, String name, String path) throws IOException {
        var contract = new Contract(
                "Energy Ltd", 0, Set.of(path), Duration.ofMinutes(15), Duration.ofHours(1), Long.MAX_VALUE);
        does(by, new AccountsInput.PutApplication(GoldenSite.HOME, name, contract, 10, Digest.of("app " + name)));
    }

    void cursor(String name, long position) throws IOException {
        does(name, new AccountsInput.MoveCursor(GoldenSite.HOME, name, position));
    }

    void refused(Refusal.What what, String name, String from, long times) throws IOException {
        does("", new AccountsInput.Refusals(List.of(new Refusal(what, name, from, times, BEGAN + now))));
    }

    void snapshot() throws IOException {
        var image = accounts.image();
        log.saveSnapshot(new Log.Position(SiteId.NODE, 1, image.seq()), out -> out.write(image.bytes()));
    }
}
