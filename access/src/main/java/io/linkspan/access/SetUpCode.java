package io.linkspan.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;

/// The code with which the first account is made: who can read the box's terminal or its files is its owner. It lies in
/// the data folder, readable for the user that runs Linkspan alone, until it is used. Safe for many threads.
public final class SetUpCode {
    /// Its file in the data folder.
    public static final String FILE = "setup-code";

    /// Letters and digits that nobody takes for another: 32, so each is 5 bits.
    private static final String LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private static final int GROUPS = 4;
    private static final int GROUP_LETTERS = 5;

    private final Path file;
    private final SecureRandom random;

    /// @param data the data folder
    public SetUpCode(Path data, SecureRandom random) {
        file = data.resolve(FILE);
        this.random = random;
    }

    /// The code that is there; none when there is none.
    public synchronized Optional<String> now() throws IOException {
        try {
            String code = Files.readString(file, StandardCharsets.US_ASCII).strip();
            return code.length() == GROUPS * (GROUP_LETTERS + 1) - 1 ? Optional.of(code) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// Makes a new one; the one before opens nothing any more.
    public synchronized String make() throws IOException {
        var code = new StringBuilder();
        for (int i = 0; i < GROUPS * GROUP_LETTERS; i++) {
            if (i > 0 && i % GROUP_LETTERS == 0) code.append('-');
            code.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        Path fresh = file.resolveSibling(FILE + ".new");
        Files.deleteIfExists(fresh);
        var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(fresh, mine);
        Files.writeString(fresh, code + "\n", StandardCharsets.US_ASCII);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return code.toString();
    }

    /// Whether this is the code; blanks, hyphens and small letters are as good. Takes the same time for both
    /// answers.
    public boolean matches(String typed) throws IOException {
        var code = now();
        byte[] asked = Digest.sha256(plain(typed));
        byte[] right = Digest.sha256(plain(code.orElse("")));
        return MessageDigest.isEqual(asked, right) && code.isPresent();
    }

    private static byte[] plain(String code) {
        String all = code.length() <= 100 ? code : code.substring(0, 100);
        return all.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    }

    /// It did its work: it is deleted.
    public synchronized void used() throws IOException {
        Files.deleteIfExists(file);
    }
}
