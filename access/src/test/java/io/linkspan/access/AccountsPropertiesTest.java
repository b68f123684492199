package io.linkspan.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.AccountsResult.End;
import io.linkspan.feed.Contract;
import io.linkspan.model.Log;
import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/// Whatever people do, in any order: the log gives the same state again, a snapshot does too, and somebody is owner.
class AccountsPropertiesTest {
    private static final List<String> NAMES = List.of("anna", "bert", "carla", "dirk");
    private static final int STEPS = 120;

    @Property(tries = 60)
    void replayAndSnapshotGiveTheState(@ForAll long seed) {
        var random = new Random(seed);
        var state = AccountsState.EMPTY;
        var replayed = AccountsState.EMPTY;
        long now = 1_000_000;
        for (int i = 0; i < STEPS; i++) {
            now += random.nextInt(1_000);
            var input = input(random, now);
            var results = AccountsMachine.decide(state, input, now);
            assertThat(AccountsMachine.decide(state, input, now)).isEqualTo(results);
            boolean hadOwner = state.owners() > 0;
            state = state.with(results);
            if (hadOwner) assertThat(state.owners()).isPositive();
            var by = Principal.person(NAMES.get(random.nextInt(4)));
            var stored = stored(new AccountsEntry(by, AccountsEntry.Act.of(input), results));
            var back = AccountsCodec.decode(stored).orElseThrow();
            assertThat(back.by()).isEqualTo(by);
            replayed = replayed.with(back.results());
            if (random.nextInt(10) == 0) replayed = AccountsCodec.state(ByteBuffer.wrap(AccountsCodec.image(replayed)));
            assertThat(replayed).isEqualTo(state);
        }
        for (var session : state.sessions().values())
            assertThat(state.accounts()).containsKey(session.account());
        for (var token : state.tokens().values()) assertThat(state.accounts()).containsKey(token.account());
        assertThat(state.applicationTokens()).hasSameSizeAs(state.applications());
    }

    private static Log.Stored stored(AccountsEntry entry) {
        var bytes = AccountsCodec.encode(entry);
        var none = ByteBuffer.allocate(0);
        boolean passing = AccountsCodec.isPassing(entry);
        return new Log.Stored(
                new Log.Position(SiteId.NODE, 1, 1), 0, 0, passing ? none : bytes, passing ? bytes : none, false);
    }

    private static AccountsInput input(Random random, long now) {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        var role = Role.values()[random.nextInt(Role.values().length)];
        var digest = Digest.of("s" + random.nextInt(12));
        var site = new SiteId(1, random.nextInt(2));
        return switch (random.nextInt(12)) {
            case 0 -> new AccountsInput.SetUp(name, "$first", Language.NL);
            case 1, 2 -> new AccountsInput.Add(name, role, "$h" + random.nextInt(3), Language.EN);
            case 3 ->
                new AccountsInput.Change(
                        name,
                        random.nextBoolean() ? Optional.of(role) : Optional.empty(),
                        random.nextBoolean() ? Optional.of("$other") : Optional.empty(),
                        Optional.of(Language.NL),
                        random.nextBoolean() ? Optional.of(digest) : Optional.empty());
            case 4 -> new AccountsInput.Remove(name);
            case 5 -> new AccountsInput.SignedIn(digest, name, now + random.nextInt(20_000));
            case 6 -> new AccountsInput.SignedOut(digest, End.ASKED);
            case 7 ->
                new AccountsInput.MakeToken(
                        "t" + random.nextInt(6),
                        Digest.of("t" + random.nextLong()),
                        "title",
                        name,
                        role,
                        now + random.nextInt(50_000));
            case 8 -> new AccountsInput.RevokeToken("t" + random.nextInt(6));
            case 9 ->
                new AccountsInput.PutApplication(
                        site,
                        "app" + random.nextInt(3),
                        new Contract("p", 0, Set.of("a", "b.c"), Duration.ofMinutes(15), Duration.ZERO, Long.MAX_VALUE),
                        1 + random.nextInt(9),
                        Digest.of("a" + random.nextLong()));
            case 10 ->
                random.nextBoolean()
                        ? new AccountsInput.RemoveApplication(site, "app" + random.nextInt(3))
                        : new AccountsInput.MoveCursor(site, "app" + random.nextInt(3), random.nextLong());
            default ->
                new AccountsInput.Refusals(List.of(new Refusal(
                        Refusal.What.SIGN_IN, name, "10.0.0." + random.nextInt(9), 1 + random.nextInt(9), now)));
        };
    }
}
