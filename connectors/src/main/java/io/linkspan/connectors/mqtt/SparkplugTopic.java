package io.linkspan.connectors.mqtt;

import java.util.Optional;

/// A topic of the Sparkplug B namespace: `spBv1.0/GROUP/TYPE/NODE` or `spBv1.0/GROUP/TYPE/NODE/DEVICE` (Sparkplug
/// 3.0.0,
/// chapter 4, Topic Namespace Elements).
///
/// @param group the group of the edge node; no `+`, `/` or `#`, as in the other two
/// @param node the edge node, unique within its group
/// @param device the device behind the node; empty for the node's own messages
record SparkplugTopic(String group, Type type, String node, String device) {
    /// First element of each topic of payload B (tck-id-topic-structure-namespace-a).
    static final String NAMESPACE = "spBv1.0";

    /// What a message is about.
    enum Type {
        NBIRTH,
        NDEATH,
        DBIRTH,
        DDEATH,
        NDATA,
        DDATA,
        NCMD,
        DCMD;

        /// Whether the topic names a device
        /// (tck-id-topic-structure-namespace-device-id-associated-message-types).
        boolean ofDevice() {
            return this == DBIRTH || this == DDEATH || this == DDATA || this == DCMD;
        }
    }

    SparkplugTopic {
        checkElement("group", group);
        checkElement("edge node", node);
        if (type.ofDevice()) checkElement("device", device);
        else if (!device.isEmpty())
            throw new IllegalArgumentException("A " + type + " is of an edge node and names no device");
    }

    /// Reads a topic; none for one that is not in the namespace or is the state of a host application.
    static Optional<SparkplugTopic> parse(String topic) {
        var parts = topic.split("/", -1);
        if (parts.length < 4 || parts.length > 5 || !parts[0].equals(NAMESPACE)) return Optional.empty();
        for (var type : Type.values())
            if (type.name().equals(parts[2]) && type.ofDevice() == (parts.length == 5)) {
                for (int i = 1; i < parts.length; i++) if (parts[i].isEmpty()) return Optional.empty();
                return Optional.of(new SparkplugTopic(parts[1], type, parts[3], parts.length == 5 ? parts[4] : ""));
            }
        return Optional.empty();
    }

    /// The command topic of a node (`device` empty) or of a device.
    static SparkplugTopic command(String nodeId, String device) {
        int slash = nodeId.indexOf('/');
        return new SparkplugTopic(
                nodeId.substring(0, slash),
                device.isEmpty() ? Type.NCMD : Type.DCMD,
                nodeId.substring(slash + 1),
                device);
    }

    /// Checks `GROUP/NODE`, as a site file writes an edge node.
    ///
    /// @throws IllegalArgumentException with what would be right
    static String checkNode(String nodeId) {
        int slash = nodeId.indexOf('/');
        if (slash < 0)
            throw new IllegalArgumentException("is group and edge node, such as Plant1/Press3, not \"" + nodeId + "\"");
        checkElement("group", nodeId.substring(0, slash));
        checkElement("edge node", nodeId.substring(slash + 1));
        return nodeId;
    }

    /// Group and node: unique within a broker (tck-id-topic-structure-namespace-unique-edge-node-descriptor).
    String nodeId() {
        return group + "/" + node;
    }

    private static void checkElement(String what, String element) {
        if (element.isEmpty() || element.chars().anyMatch(c -> c == '+' || c == '/' || c == '#' || c == 0))
            throw new IllegalArgumentException(
                    "has a " + what + " that is empty or has one of + / # in it: \"" + element + "\"");
    }

    @Override
    public String toString() {
        return NAMESPACE + "/" + group + "/" + type + "/" + node + (device.isEmpty() ? "" : "/" + device);
    }
}
