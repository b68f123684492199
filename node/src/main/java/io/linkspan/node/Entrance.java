package io.linkspan.node;

import io.linkspan.access.BoxNames;
import io.linkspan.access.DoorTls;
import io.linkspan.access.LocalCa;
import io.linkspan.access.Passwords;
import io.linkspan.access.SetUpCode;
import io.linkspan.access.SignIn;
import io.linkspan.access.TlsIdentity;
import io.linkspan.model.Invalid;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
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

    /// The door's TLS, as `node.yaml` has it; none without.
    ///
    /// @throws Invalid the certificate or its key can not be taken; the message says what would be right
    public static Optional<Guarded> tls(HttpFile http, Path data) throws Invalid, IOException {
        var random = new SecureRandom();
        return switch (http.tls()) {
            case HttpFile.Security.None _ -> Optional.empty();
            case HttpFile.Security.Own own ->
                Optional.of(new Guarded(
                        new DoorTls(() -> TlsIdentity.read(own.certificate(), own.key()), random), Optional.empty()));
            case HttpFile.Security.Local _ -> {
                var ca = new LocalCa(data.resolve(TLS), random, Instant::now);
                var door = new DoorTls(() -> ca.identity(BoxNames.here()), random);
                yield Optional.of(new Guarded(door, ca.certificate()));
            }
        };
    }

    /// Folder of the local authority within the data folder.
    static final String TLS = "tls";

    /// A door under TLS; its [DoorTls#renew] is to be called about each hour.
    ///
    /// @param authority that of this box, to be offered by [io.linkspan.access.TrustRoutes]; none when the
    /// certificate
    ///     is somebody's own
    public record Guarded(DoorTls door, Optional<X509Certificate> authority) {}

    @Override
    public void close() {
        passwords.close();
    }
}
