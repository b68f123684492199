package io.linkspan.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.access.AccountsResult.Denied;
import io.linkspan.access.AccountsResult.End;
import io.linkspan.access.AccountsResult.Why;
import io.linkspan.feed.Contract;
import io.linkspan.model.Invalid;
import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountsTest {
    private static final SiteId SITE = new SiteId(7, 9);
    private static final SiteId OTHER = new SiteId(7, 10);

    @TempDir
    Path folder;

    private House house;

    @BeforeEach
    void open() {
        house = new House(folder);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private List<AccountsResult> put(AccountsInput input) throws IOException, InterruptedException {
        return house.accounts.put(House.OWNER, input);
    }

    private static Contract contract(String... paths) {
        return new Contract(
                "Energy Ltd", 0, Set.of(paths), Duration.ofMinutes(15), Duration.ofHours(1), Long.MAX_VALUE);
    }

    private String signedIn(String name) throws IOException, InterruptedException {
        String cookie = "cookie of " + name + house.log.entries.size();
        put(new AccountsInput.SignedIn(Digest.of(cookie), name, house.micros.get() + 1_000_000_000_000L));
        return cookie;
    }

    private Optional<Why> why(List<AccountsResult> results) {
        return results.stream()
                .filter(Denied.class::isInstance)
                .map(r -> ((Denied) r).why())
                .findFirst();
    }

    @Test
    void theLastOwnerStaysAndIsOwner() throws Exception {
        house.account("anna", Role.OWNER);
        house.account("bert", Role.VIEWER);
        var demote = new AccountsInput.Change(
                "anna", Optional.of(Role.INSTALLER), Optional.empty(), Optional.empty(), Optional.empty());
        assertThat(why(put(demote))).contains(Why.LAST_OWNER);
        assertThat(why(put(new AccountsInput.Remove("anna")))).contains(Why.LAST_OWNER);
        house.account("carla", Role.OWNER);
        assertThat(why(put(demote))).isEmpty();
        assertThat(why(put(new AccountsInput.Remove("carla")))).contains(Why.LAST_OWNER);
        assertThat(house.accounts.state().account("anna").orElseThrow().role()).isEqualTo(Role.INSTALLER);
    }

    @Test
    void setUpWorksOnce() throws Exception {
        assertThat(why(put(new AccountsInput.SetUp("anna", "$h", Language.NL)))).isEmpty();
        assertThat(why(put(new AccountsInput.SetUp("mallory", "$h", Language.EN))))
                .contains(Why.SET_UP_ALREADY);
        assertThat(house.accounts.state().accounts().keySet()).containsExactly("anna");
    }

    @Test
    void anotherPasswordEndsTheOtherSessions() throws Exception {
        house.account("anna", Role.OWNER);
        house.account("bert", Role.VIEWER);
        String here = signedIn("anna");
        String there = signedIn("anna");
        String bert = signedIn("bert");
        put(new AccountsInput.Change(
                "anna", Optional.empty(), Optional.of("$new"), Optional.empty(), Optional.of(Digest.of(here))));
        assertThat(house.accounts.bySession(here)).isPresent();
        assertThat(house.accounts.bySession(there)).isEmpty();
        assertThat(house.accounts.bySession(bert)).isPresent();
    }

    @Test
    void whoGoesTakesSessionsAndTokensAlong() throws Exception {
        house.account("anna", Role.OWNER);
        house.account("bert", Role.INSTALLER);
        String cookie = signedIn("bert");
        put(new AccountsInput.MakeToken("t1", Digest.of("secret"), "meter", "bert", Role.INSTALLER, Long.MAX_VALUE));
        assertThat(house.accounts.byToken("secret").orElseThrow().role()).isEqualTo(Role.INSTALLER);
        put(new AccountsInput.Change(
                "bert", Optional.of(Role.VIEWER), Optional.empty(), Optional.empty(), Optional.empty()));
        assertThat(house.accounts.byToken("secret").orElseThrow().role()).isEqualTo(Role.VIEWER);
        assertThat(house.accounts.bySession(cookie).orElseThrow().role()).isEqualTo(Role.VIEWER);
        put(new AccountsInput.Remove("bert"));
        assertThat(house.accounts.byToken("secret")).isEmpty();
        assertThat(house.accounts.bySession(cookie)).isEmpty();
        house.account("bert", Role.OWNER); // another one of this name gets nothing of it back
        assertThat(house.accounts.byToken("secret")).isEmpty();
    }

    @Test
    void sessionsEndWhenTheyRestAndInAnyCase() throws Exception {
        house.account("anna", Role.OWNER);
        String idle = signedIn("anna");
        String used = signedIn("anna");
        for (int i = 0; i < 3; i++) {
            house.pass(Accounts.SESSION_IDLE_MAX.minusMinutes(1));
            assertThat(house.accounts.bySession(used)).isPresent();
        }
        assertThat(house.accounts.bySession(idle)).isEmpty();
        house.accounts.tend(0);
        assertThat(house.accounts.state().sessions()).hasSize(1);
        house.pass(Duration.ofDays(30));
        assertThat(house.accounts.bySession(used)).isEmpty();
        house.account("bert", Role.VIEWER);
        assertThat(house.accounts.state().sessions()).isEmpty();
    }

    @Test
    void thereAreSoManySessionsAndTheOldestGoes() throws Exception {
        house.account("anna", Role.OWNER);
        String first = signedIn("anna");
        for (int i = 0; i < AccountsMachine.SESSIONS_PER_ACCOUNT_MAX - 1; i++) {
            house.pass(Duration.ofSeconds(1));
            signedIn("anna");
        }
        assertThat(house.accounts.bySession(first)).isPresent();
        house.pass(Duration.ofSeconds(1));
        signedIn("anna");
        assertThat(house.accounts.bySession(first)).isEmpty();
        assertThat(house.accounts.state().sessions()).hasSize(AccountsMachine.SESSIONS_PER_ACCOUNT_MAX);
    }

    @Test
    void applicationsKeepTheirTokenAndCursorAndCountTheirContract() throws Exception {
        house.account("anna", Role.OWNER);
        var here = house.accounts.applications(SITE, () -> "drawn " + house.log.entries.size());
        String token = here.put(House.OWNER, "billing", contract("meter.energy_import"), 10)
                .orElseThrow();
        here.cursor("billing", 42);
        assertThat(here.put(House.OWNER, "billing", contract("meter"), 20)).isEmpty();
        var who = house.accounts.byToken(token).orElseThrow();
        var application = who.application().orElseThrow();
        assertThat(who.principal()).isEqualTo(new Principal(Principal.Kind.APPLICATION, "billing"));
        assertThat(who.maySee(SITE)).isTrue();
        assertThat(who.maySee(OTHER)).isFalse();
        assertThat(application.cursor()).contains(42L);
        assertThat(application.contract().version()).isEqualTo(2);
        assertThat(application.contract().paths()).containsExactly("meter");
        assertThat(house.accounts.applications(OTHER, () -> "x").all()).isEmpty();
        assertThat(here.remove(House.OWNER, "billing")).isTrue();
        assertThat(house.accounts.byToken(token)).isEmpty();
        assertThat(here.remove(House.OWNER, "billing")).isFalse();
    }

    @Test
    void aContractThatIsOverOpensNothing() throws Exception {
        var until = new Contract("x", 0, Set.of(), Duration.ZERO, Duration.ZERO, house.micros.get() + 10);
        var here = house.accounts.applications(SITE, () -> "drawn");
        String token = here.put(House.OWNER, "guest", until, 1).orElseThrow();
        assertThat(house.accounts.byToken(token)).isPresent();
        house.pass(Duration.ofSeconds(1));
        assertThat(house.accounts.byToken(token)).isEmpty();
    }

    @Test
    void namesOfApplicationsAreNames() {
        var here = house.accounts.applications(SITE, () -> "drawn");
        for (String wrong : List.of("", "Ünï", "a\nb", "../x", "x".repeat(64), "while"))
            assertThatThrownBy(() -> here.put(House.OWNER, wrong, contract(), 1))
                    .isInstanceOf(Invalid.class);
        assertThat(house.log.entries).isEmpty();
    }

    @Test
    void cursorsCanBeDroppedAndAllElseIsControl() throws Exception {
        house.account("anna", Role.OWNER);
        var here = house.accounts.applications(SITE, () -> "drawn");
        here.put(House.OWNER, "billing", contract(), 10);
        here.cursor("billing", 1);
        assertThat(house.log.entries.getLast().control().hasRemaining()).isFalse();
        for (var entry : house.log.entries.subList(0, 2))
            assertThat(entry.readings().hasRemaining()).isFalse();
    }

    @Test
    void nobodyIsLetInBeforeItIsOnDisk() throws Exception {
        house.account("anna", Role.OWNER);
        house.log.hang(true);
        var waits = Thread.ofVirtual().start(() -> {
            try {
                put(new AccountsInput.SignedIn(Digest.of("early"), "anna", Long.MAX_VALUE));
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        while (house.log.entries.size() < 2) Thread.onSpinWait();
        assertThat(house.accounts.bySession("early")).isEmpty();
        house.log.hang(false);
        house.log.urge();
        waits.join();
        assertThat(house.accounts.bySession("early")).isPresent();
    }

    @Test
    void refusalsAreCountedAndFewAreWritten() throws Exception {
        int entries = 0;
        long nanos = 0;
        for (int minute = 0; minute < 24 * 60; minute++) {
            for (int i = 0; i < 100; i++)
                house.accounts.refused(Refusal.What.SIGN_IN, "user" + i + "\u001b[31m", "10.0." + minute + "." + i);
            house.accounts.tend(nanos);
            nanos += Duration.ofMinutes(1).toNanos();
            if (house.log.entries.size() > entries) entries = house.log.entries.size();
        }
        house.accounts.finish();
        assertThat(house.accounts.state().refused()).isEqualTo(24L * 60 * 100);
        assertThat(entries).isLessThan(40);
        long bytes = house.log.entries.stream()
                .mapToLong(e -> e.control().remaining())
                .sum();
        assertThat(bytes).isLessThan(100_000);
        assertThat(house.accounts.state().refusals())
                .hasSizeLessThanOrEqualTo(AccountsState.REFUSALS_KEPT)
                .allMatch(r -> r.name().chars().allMatch(c -> c >= 0x20 && c < 0x7F));
    }

    @Test
    void theLogHoldsNoSecret() throws Exception {
        var made = house.signIn;
        house.account("anna", Role.OWNER);
        var token = made.makeToken(House.OWNER, "anna", "laptop", Role.VIEWER, Long.MAX_VALUE);
        String cookie = signedIn("anna");
        var all = new StringBuilder();
        for (var entry : house.log.entries)
            all.append(new String(entry.control().array(), StandardCharsets.ISO_8859_1));
        all.append(new String(AccountsCodec.image(house.accounts.state()), StandardCharsets.ISO_8859_1));
        assertThat(all.toString())
                .contains("laptop")
                .doesNotContain(token.secret())
                .doesNotContain(token.secret().substring(4))
                .doesNotContain(cookie);
        assertThat(house.accounts.state().account("anna").orElseThrow().toString())
                .doesNotContain("argon2");
    }

    @Test
    void aNewerFormatIsRefusedWithASentence() {
        assertThatThrownBy(() -> AccountsCodec.state(ByteBuffer.wrap(new byte[] {0x22, 0})))
                .hasMessageContaining("newer version")
                .hasMessageContaining("update Linkspan");
        assertThatThrownBy(() -> AccountsCodec.state(ByteBuffer.wrap(new byte[] {0x11, 0})))
                .hasMessageContaining("family 1");
        assertThatThrownBy(() -> AccountsCodec.state(ByteBuffer.wrap(new byte[] {0x21, 1, 99})))
                .hasMessageContaining("result 99");
    }

    @Test
    void signingOutEndsTheSession() throws Exception {
        house.account("anna", Role.OWNER);
        String cookie = signedIn("anna");
        house.signIn.signOut(cookie);
        assertThat(house.accounts.bySession(cookie)).isEmpty();
        assertThat(why(put(new AccountsInput.SignedOut(Digest.of(cookie), End.ASKED))))
                .contains(Why.NO_SUCH);
    }
}
