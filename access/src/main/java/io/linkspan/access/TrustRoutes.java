package io.linkspan.access;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;

/// `/ca.pem` and `/trust`: the certificate of the local authority, and how to install it. To be registered at the root;
/// open to all, for a certificate is no secret. Safe for many threads.
public final class TrustRoutes implements HttpService {
    private final X509Certificate authority;

    /// @param authority of the local authority
    public TrustRoutes(X509Certificate authority) {
        this.authority = authority;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/ca.pem", this::certificate).get("/trust", this::page);
    }

    private void certificate(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "application/x-pem-file");
        response.header(HeaderNames.CONTENT_DISPOSITION, "attachment; filename=\"linkspan-ca.pem\"");
        response.send(LocalCa.pem(authority).getBytes(StandardCharsets.US_ASCII));
    }

    private void page(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
        response.send(PAGE.formatted(escaped(authority.getSubjectX500Principal().getName()), fingerprint(authority))
                .getBytes(StandardCharsets.UTF_8));
    }

    /// The SHA-256 of a certificate, as browsers show it.
    public static String fingerprint(X509Certificate certificate) {
        try {
            byte[] hash = Digest.sha256(certificate.getEncoded());
            return HexFormat.ofDelimiter(":").formatHex(hash).toUpperCase(Locale.ROOT);
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("A certificate that was read can not be written", broken);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private static final String PAGE = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Trust this Linkspan</title>
            <h1>Trust this Linkspan</h1>
            <p>Your browser does not know this box, so it warns. Install the box's own certificate once on each device,
            and the warning is gone - and would come back if somebody else pretended to be this box.</p>
            <p><a href="/ca.pem" download>Take the certificate</a>: %s</p>
            <p>First compare its SHA-256 fingerprint with the one that Linkspan wrote on its terminal or into its log.
            Are they not the same, then do not install it.</p>
            <p><code>%s</code></p>
            <h2>Where to put it</h2>
            <dl>
            <dt>Windows<dd>Open the file, Install Certificate, Local Machine, place it in Trusted Root Certification
            Authorities.
            <dt>macOS<dd>Open the file; in Keychain Access find it under System, open it, Trust: Always Trust.
            <dt>iPhone, iPad<dd>Open this page in Safari and take the file; Settings, Profile Downloaded, Install; then
            Settings, General, About, Certificate Trust Settings: switch it on.
            <dt>Android<dd>Settings, Security, Encryption and credentials, Install a certificate, CA certificate.
            <dt>Debian, Ubuntu<dd><code>sudo cp linkspan-ca.pem /usr/local/share/ca-certificates/linkspan.crt &amp;&amp;
            sudo update-ca-certificates</code>
            <dt>Firefox on any of them<dd>Settings, Privacy and Security, Certificates, View Certificates, Authorities,
            Import: trust it to identify websites.
            <dt>curl<dd><code>curl --cacert linkspan-ca.pem https://...</code>
            </dl>
            <p>The certificate can vouch for names and addresses of private networks alone, for no place on the
            internet.</p>
            """;
}
