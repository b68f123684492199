package io.linkspan.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlowingTest {
    private final Slowing slowing = new Slowing(new byte[] {1, 2, 3});
    private long now = 5_000_000_000L;

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    private int attemptsWithin(Duration time, String account, InetAddress from) {
        long end = now + time.toNanos();
        int attempts = 0;
        while (now < end) {
            var wait = slowing.attempt(account, from, now);
            if (wait.isEmpty()) attempts++;
            now += wait.map(Duration::toNanos).orElse(1_000_000L);
        }
        return attempts;
    }

    @Test
    void eachWrongAttemptWaitsTwiceAsLong() throws Exception {
        var from = address("192.0.2.7");
        for (int i = 0; i <= Slowing.FREE; i++)
            assertThat(slowing.attempt("anna", from, now)).isEmpty();
        for (int seconds = 1; seconds <= 32; seconds *= 2) {
            assertThat(slowing.attempt("anna", from, now)).contains(Duration.ofSeconds(seconds));
            now += Duration.ofSeconds(seconds).toNanos();
            assertThat(slowing.attempt("anna", from, now)).isEmpty();
        }
    }

    @Test
    void anAddressGetsFewGuessesADay() throws Exception {
        int guesses = attemptsWithin(Duration.ofDays(1), "anna", address("192.0.2.7"));
        assertThat(guesses).isBetween(50, 120);
    }

    @Test
    void manyAddressesDoNotHelpAgainstOneAccount() throws Exception {
        int guesses = 0;
        long end = now + Duration.ofHours(1).toNanos();
        for (int i = 0; now < end; i++) {
            var wait = slowing.attempt("anna", address("10.1." + (i >> 8 & 255) + "." + (i & 255)), now);
            if (wait.isEmpty()) guesses++;
            now += Math.min(1_000_000_000L, wait.map(Duration::toNanos).orElse(0L) + 1);
        }
        assertThat(guesses).isLessThan(80);
    }

    @Test
    void manyAccountsDoNotHelpFromOneAddress() throws Exception {
        var from = address("2001:db8:1:2::1");
        for (int i = 0; i <= Slowing.FREE; i++) slowing.attempt("user" + i, from, now);
        assertThat(slowing.attempt("another", address("2001:db8:1:2::ffff"), now))
                .isPresent(); // the same customer
        assertThat(slowing.attempt("another", address("2001:db8:1:3::1"), now)).isEmpty();
    }

    @Test
    void aRightOneFreesTheAccountAndNotTheAddress() throws Exception {
        var from = address("192.0.2.7");
        for (int i = 0; i < Slowing.FREE; i++) slowing.attempt("anna", from, now);
        slowing.attempt("mallory", from, now);
        slowing.right("mallory", from, now);
        slowing.attempt("anna", address("192.0.2.8"), now);
        assertThat(slowing.attempt("anna", address("192.0.2.9"), now)).isPresent();
        slowing.right("anna", address("192.0.2.8"), now);
        assertThat(slowing.attempt("anna", address("192.0.2.9"), now)).isEmpty();
        assertThat(slowing.attempt("x", from, now)).isEmpty();
        assertThat(slowing.attempt("y", from, now)).isPresent();
    }

    @Test
    void itIsForgotten() throws Exception {
        var from = address("192.0.2.7");
        attemptsWithin(Duration.ofHours(3), "anna", from);
        now += Slowing.FORGOTTEN.toNanos() + Slowing.ADDRESS_MAX.toNanos();
        for (int i = 0; i <= Slowing.FREE; i++)
            assertThat(slowing.attempt("anna", from, now)).isEmpty();
    }
}
