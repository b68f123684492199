package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Report;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Devices that announce themselves.
final class Discovery {
    private final Optional<String> prefix;

    Discovery(String connector, Optional<String> prefix) {
        this.prefix = prefix;
    }

    static Set<String> filters(String prefix) {
        return Set.of(prefix + "/+/+/config", prefix + "/+/+/+/config");
    }

    boolean isFilter(String filter) {
        return prefix.map(p -> filters(p).contains(filter)).orElse(false);
    }

    List<Report.Found> take(String topic, byte[] payload) {
        return List.of();
    }
}
