package io.linkspan.node;

import io.linkspan.access.Passwords;
import io.linkspan.access.SetUpCode;
import io.linkspan.access.SignIn;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/// How people and programs get into a running node. Safe for many threads.
///
/// @param signIn what the routes of signing in do, and who is at the door
public record Entrance(SignIn signIn, Passwords passwords) implements AutoCloseable {
    /// That of a node with this data folder.
    public static Entrance of(Node node, Path data) {
        var passwords = new Passwords();
        var random = new SecureRandom();
        var code = new SetUpCode(data, random);
        return new Entrance(new SignIn(node.accounts(), passwords, code, random, System::nanoTime), passwords);
    }

    /// What a person must know to make the first account: two lines for the terminal, the code among them; none
    /// when
    /// there is an account.
    ///
    /// @param address of the page
    public Optional<String> welcome(String address) throws IOException {
        return signIn.setUpCode()
                .map(code -> "Nobody may sign in yet. Open " + address + " and set it up with this code: " + code
                        + "\n(it works once; for another: linkspan setup-code)");
    }

    @Override
    public void close() {
        passwords.close();
    }
}
