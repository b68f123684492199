package io.linkspan.connectors.dsmrp1;

import java.util.List;

/// One object of a telegram: an id and what stands in its brackets (P1 5.0.2, 6.4):
/// `0-1:24.2.1(170102161005W)(00000.107*m3)`.
///
/// @param groups the content of each pair of brackets, as on the wire; at least one
public record P1Object(Obis id, List<String> groups) {
    /// Most pairs of brackets: a Belgian meter sends 3 + 13 x 3 for the peaks of 13 months.
    public static final int GROUPS_MAX = 64;

    /// Most characters between two brackets: a message has 1024 characters, two digits each.
    public static final int GROUP_CHARS_MAX = 2_048;

    public P1Object {
        groups = List.copyOf(groups);
        if (groups.isEmpty() || groups.size() > GROUPS_MAX)
            throw new IllegalArgumentException(
                    id + " has 1.." + GROUPS_MAX + " pairs of brackets, not " + groups.size());
        for (var each : groups) checkGroup(id, each);
    }

    /// An object with these groups.
    public static P1Object of(String id, String... groups) {
        return new P1Object(
                Obis.parse(id)
                        .orElseThrow(
                                () -> new IllegalArgumentException("\"" + id + "\" is no OBIS id such as 1-0:1.8.1")),
                List.of(groups));
    }

    private static void checkGroup(Obis id, String group) {
        if (group.length() > GROUP_CHARS_MAX)
            throw new IllegalArgumentException(
                    id + " has at most " + GROUP_CHARS_MAX + " characters in brackets, not " + group.length());
        for (int i = 0; i < group.length(); i++) {
            char c = group.charAt(i);
            if (c < ' ' || c > 0xFF || "()/!".indexOf(c) >= 0)
                throw new IllegalArgumentException(
                        "%s has a character 0x%02X in brackets, which ends or begins something else"
                                .formatted(id, (int) c));
        }
    }

    /// The last group: where the value is, behind its time stamp if it has one.
    public String last() {
        return groups.getLast();
    }

    @Override
    public String toString() {
        return id + "(" + String.join(")(", groups) + ")";
    }
}
