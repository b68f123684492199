package io.linkspan.access;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Makes certificates (RFC 5280). The only class that knows the library for it. No state.
final class Certificates {
    private static final String SIGNED = "SHA256withECDSA";

    /// What the authority may sign: names that only a private network gives (RFC 6761, RFC 6762, RFC 8375), and
    /// names
    /// without a dot are below none of them, so the box's own is added.
    private static final List<String> DOMAINS = List.of("localhost", "local", "lan", "home.arpa", "internal");
    /// Addresses of loopback and of private networks (RFC 1122, RFC 1918, RFC 4193, RFC 4291).
    private static final List<String> NETWORKS =
            List.of("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7");

    private Certificates() {}

    /// An authority that signs for private networks alone (RFC 5280, 4.2.1.10).
    static X509Certificate authority(KeyPair pair, String name, BigInteger serial, Instant from, Instant to)
            throws IOException {
        try {
            var subject = new X500Principal("CN=" + name);
            var builder = new JcaX509v3CertificateBuilder(
                    subject, serial, Date.from(from), Date.from(to), subject, pair.getPublic());
            var utils = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(pair.getPublic()));
            builder.addExtension(Extension.nameConstraints, true, privateOnly(boxOf(name)));
            return sign(builder, pair.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("no certificate could be made: " + e.getMessage(), e);
        }
    }

    /// The box's own name in that of its authority, `Linkspan on BOX 1a2b`.
    static String boxOf(String name) {
        String[] words = name.split(" ");
        return words[words.length - 2];
    }

    private static NameConstraints privateOnly(String box) {
        var permitted = new ArrayList<GeneralSubtree>();
        for (String domain : DOMAINS) permitted.add(new GeneralSubtree(new GeneralName(GeneralName.dNSName, domain)));
        permitted.add(new GeneralSubtree(new GeneralName(GeneralName.dNSName, box)));
        for (String network : NETWORKS)
            permitted.add(new GeneralSubtree(new GeneralName(GeneralName.iPAddress, network)));
        return new NameConstraints(permitted.toArray(GeneralSubtree[]::new), null);
    }

    /// A certificate for the door, signed by the authority.
    static X509Certificate server(
            TlsIdentity ca, PublicKey key, BoxNames names, BigInteger serial, Instant from, Instant to)
            throws IOException {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    ca.certificate(), serial, Date.from(from), Date.from(to), new X500Principal("CN=Linkspan"), key);
            var utils = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, utils.createAuthorityKeyIdentifier(ca.certificate()));
            builder.addExtension(Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(key));
            builder.addExtension(Extension.subjectAlternativeName, false, alternatives(names));
            return sign(builder, ca.key());
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("no certificate could be made: " + e.getMessage(), e);
        }
    }

    private static GeneralNames alternatives(BoxNames names) {
        var all = new ArrayList<GeneralName>();
        for (String host : names.hosts()) all.add(new GeneralName(GeneralName.dNSName, host));
        for (String address : names.addresses()) all.add(new GeneralName(GeneralName.iPAddress, address));
        return new GeneralNames(all.toArray(GeneralName[]::new));
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, java.security.PrivateKey by)
            throws GeneralSecurityException, OperatorCreationException {
        var signer = new JcaContentSignerBuilder(SIGNED).build(by);
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }
}
