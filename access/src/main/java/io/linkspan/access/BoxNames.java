package io.linkspan.access;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Under which names and addresses the box is reached in its own network.
///
/// @param hosts in small letters, `localhost` among them
/// @param addresses as text; only those that are no public ones
public record BoxNames(Set<String> hosts, Set<String> addresses) {
    private static final Pattern HOST = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final int NAMES_MAX = 64;

    public BoxNames {
        hosts = new TreeSet<>(hosts);
        addresses = new TreeSet<>(addresses);
    }

    /// Those of this box, now.
    public static BoxNames here() throws IOException {
        var hosts = new TreeSet<>(Set.of("localhost"));
        String name = InetAddress.getLocalHost().getHostName().toLowerCase(java.util.Locale.ROOT);
        String first = name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
        if (HOST.matcher(first).matches()) {
            hosts.add(first);
            hosts.add(first + ".local"); // RFC 6762: what its neighbours call it
        }
        var addresses = new TreeSet<>(Set.of("127.0.0.1", "::1"));
        NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(BoxNames::isPrivate)
                .map(BoxNames::text)
                .limit(NAMES_MAX)
                .forEach(addresses::add);
        return new BoxNames(hosts, addresses);
    }

    /// Addresses that nobody has on the internet: RFC 1918 and RFC 4193.
    private static boolean isPrivate(InetAddress address) {
        return switch (address) {
            case Inet4Address a -> a.isSiteLocalAddress();
            case Inet6Address a -> (a.getAddress()[0] & 0xFE) == 0xFC;
            default -> false; // open: there is no third kind
        };
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }
}
