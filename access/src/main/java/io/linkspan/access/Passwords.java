package io.linkspan.access;

import com.nulabinc.zxcvbn.Zxcvbn;
import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import java.io.IOException;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Hashes passwords with Argon2id, as OWASP's Password Storage Cheat Sheet asks: 19 MiB, 2 passes, 1 lane. That is dear
/// by intent, so few are made at once, and few may wait. Safe for many threads.
public final class Passwords implements AutoCloseable {
    /// Shortest password, in characters (NIST SP 800-63B-4, 3.1.1.2 asks for 8 beside a second factor, 15 without
    /// one
    /// but slowed guessing; with slowed guessing and a list of common ones 10 is our choice).
    public static final int CHARS_MIN = 10;
    /// Longest password, in characters.
    public static final int CHARS_MAX = 128;
    /// A password that falls within so many guesses is refused: at 100 guesses a day it lasts 27 years.
    static final double GUESSES_MIN = 1e6;
    /// Characters of a password whose guesses are estimated: the time for it grows faster than their number, and so
    /// many are enough.
    static final int ESTIMATED_CHARS_MAX = 40;
    /// Most hashes at once: each takes 19 MiB and a core for a tenth of a second.
    static final int AT_ONCE_MAX = 2;
    /// Most that wait for one; further ones are told to come again.
    static final int WAITING_MAX = 16;

    private static final int MEMORY_KIB = 19_456;
    private static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int HASH_BYTES = 32;
    private static final int SALT_BYTES = 16;

    /// What an unknown account's password is compared with, so that it costs the same. It is the hash of nothing
    /// that
    /// anybody knows.
    private static final String NOBODY =
            "$argon2id$v=19$m=19456,t=2,p=1$bGlua3NwYW4tbm9ib2R5IQ$T2Ygbm90aGluZyB0aGF0IGFueWJvZHkga25vd3MhISE";

    /// The commonest of ten characters and more, as lists of broken passwords have them.
    private static final Set<String> COMMON = Set.of(
            "1234567890",
            "0123456789",
            "0987654321",
            "9876543210",
            "12345678910",
            "123456789a",
            "1234567891",
            "1q2w3e4r5t",
            "1q2w3e4r5t6y",
            "1qaz2wsx3edc",
            "qwertyuiop",
            "qwerty12345",
            "qwerty123456",
            "qwerty1234",
            "azertyuiop",
            "asdfghjkl1",
            "asdfghjklm",
            "zaq12wsxcde3",
            "qazwsxedcrfv",
            "password12",
            "password123",
            "password1234",
            "password12345",
            "passw0rd123",
            "p@ssw0rd123",
            "passwordpassword",
            "wachtwoord",
            "wachtwoord1",
            "wachtwoord123",
            "welkom1234",
            "welkom12345",
            "welcome123",
            "welcome1234",
            "changeme123",
            "letmein123",
            "iloveyou123",
            "iloveyou12",
            "administrator",
            "adminadmin",
            "admin12345",
            "admin123456",
            "linkspan123",
            "linkspan1234",
            "sunshine123",
            "princess123",
            "football123",
            "baseball123",
            "superman123",
            "dragon12345",
            "monkey12345",
            "abcdefghij",
            "abcdefghijk",
            "abcdef12345",
            "abc1234567",
            "abcd123456",
            "a123456789",
            "aa12345678",
            "1111111111",
            "0000000000",
            "1212121212",
            "1122334455",
            "147258369a",
            "correcthorsebatterystaple",
            "correct horse battery staple",
            "unknown1234",
            "secret12345",
            "raspberry1",
            "raspberrypi",
            "homeassistant",
            "openhab123");

    private final ThreadPoolExecutor pool = new ThreadPoolExecutor(
            AT_ONCE_MAX,
            AT_ONCE_MAX,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().name("linkspan passwords ", 0).daemon().factory());

    /// Begins without a thread; the first password starts one.
    public Passwords() {
        pool.allowCoreThreadTimeOut(true);
    }

    /// Too many passwords wait to be looked at.
    public static final class Busy extends IOException {
        private static final long serialVersionUID = 1;

        Busy() {
            super("many people are signing in at this moment; try again in a few seconds");
        }
    }

    /// Says why a password can not be taken.
    ///
    /// @param account its account's name, which is no password
    /// @throws Invalid with what would be right
    public static void check(String password, String account) throws Invalid {
        int length = password.codePointCount(0, password.length());
        if (length < CHARS_MIN || length > CHARS_MAX)
            throw new Invalid(
                    Mark.NONE,
                    "a password has " + CHARS_MIN + " to " + CHARS_MAX + " characters, this one has " + length
                            + "; a sentence is easy to remember");
        String plain = normal(password).strip().toLowerCase(Locale.ROOT);
        boolean poor = COMMON.contains(plain)
                || plain.codePoints().distinct().count() < 4
                || plain.replace(account, "")
                                        .codePoints()
                                        .filter(Character::isLetter)
                                        .count()
                                == 0
                        && plain.contains(account)
                || isSoonGuessed(plain, account);
        if (poor)
            throw new Invalid(
                    Mark.NONE,
                    "this password is among the first that anybody would try; take another, such as a sentence");
    }

    /// Whether who guesses well has it within [#GUESSES_MIN] guesses: the 30,000 commonest of lists of broken
    /// passwords,
    /// what is made of them, of names, dates and rows of keys (OWASP ASVS 5.0.0, 6.2.4, 6.2.11, 6.2.12). Asks
    /// nobody.
    private static boolean isSoonGuessed(String plain, String account) {
        String head = plain.substring(
                0, plain.offsetByCodePoints(0, Math.min(ESTIMATED_CHARS_MAX, plain.codePointCount(0, plain.length()))));
        String rest = head.replace("linkspan", "").replace(account, ""); // words that are on the door are no secret
        var estimate = new Zxcvbn();
        return estimate.measure(head, List.of(account, "linkspan")).getGuesses() < GUESSES_MIN
                || !rest.equals(head) && estimate.measure(rest).getGuesses() < GUESSES_MIN;
    }

    /// The hash of a password, in PHC form.
    ///
    /// @throws Busy too many wait
    public String hash(String password) throws Busy, InterruptedException {
        return work(() -> Password.hash(normal(password))
                .addRandomSalt(SALT_BYTES)
                .with(Argon2Function.getInstance(MEMORY_KIB, PASSES, LANES, HASH_BYTES, Argon2.ID))
                .getResult());
    }

    /// Whether it is the password of this hash. Takes the same time for both answers.
    ///
    /// @throws Busy too many wait
    public boolean matches(String password, String hash) throws Busy, InterruptedException {
        return work(() -> Password.check(normal(password), hash).with(Argon2Function.getInstanceFromHash(hash)));
    }

    /// Costs what [#matches] costs, for an account that is not there.
    ///
    /// @throws Busy too many wait
    public void matchesNobody(String password) throws Busy, InterruptedException {
        matches(password, NOBODY);
    }

    /// One form of each character (NIST SP 800-63B-4, 3.1.1.2), so that another keyboard gives the same password.
    private static String normal(String password) {
        String all = password.length() <= 2 * CHARS_MAX ? password : password.substring(0, 2 * CHARS_MAX);
        return Normalizer.normalize(all, Normalizer.Form.NFKC);
    }

    private <T> T work(Callable<T> work) throws Busy, InterruptedException {
        try {
            return pool.submit(work).get();
        } catch (RejectedExecutionException full) {
            throw new Busy();
        } catch (ExecutionException broken) {
            throw new IllegalStateException("A password could not be hashed", broken.getCause());
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
