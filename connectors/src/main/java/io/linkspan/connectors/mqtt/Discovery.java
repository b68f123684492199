package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Devices that announce themselves as Home Assistant's MQTT discovery has it. A device announces each of its entities
/// on
/// a topic of its own, so it is proposed once nothing new came for a moment, and only while no point of ours uses it.
///
/// Safe for many threads.
final class Discovery {
    /// Most devices that are remembered; more are counted alone.
    static final int DEVICES_MAX = 1_000;

    /// How long nothing new must come of a device before it is proposed.
    private static final Duration QUIET = Duration.ofSeconds(2);

    private final String connector;
    private final Optional<String> prefix;
    private final Map<String, Device> devices = new LinkedHashMap<>(); // guarded by this

    Discovery(String connector, Optional<String> prefix) {
        this.connector = connector;
        this.prefix = prefix;
    }

    private static final class Device {
        private final Map<String, List<Announced>> byTopic = new LinkedHashMap<>();
        private long changedNanos;
        private boolean told = true;
    }

    /// What is subscribed to.
    static Set<String> filters(String prefix) {
        return Set.of(prefix + "/+/+/config", prefix + "/+/+/+/config");
    }

    boolean isFilter(String filter) {
        return prefix.map(p -> filters(p).contains(filter)).orElse(false);
    }

    /// Takes an announcement; other messages are left alone.
    synchronized void take(String topic, byte[] payload, long nowNanos) {
        if (prefix.isEmpty() || !topic.startsWith(prefix.get() + "/") || !topic.endsWith("/config")) return;
        var path = List.of(topic.substring(prefix.get().length() + 1).split("/", -1));
        var entities = Announced.read(path, payload);
        for (var device : devices.values()) if (device.byTopic.remove(topic) != null) device.changedNanos = nowNanos;
        for (var entity : entities) {
            var device = devices.get(entity.device());
            if (device == null) {
                if (devices.size() >= DEVICES_MAX) continue;
                device = new Device();
                devices.put(entity.device(), device);
            }
            device.byTopic.computeIfAbsent(topic, _ -> new ArrayList<>()).add(entity);
            device.changedNanos = nowNanos;
            device.told = false;
        }
    }

    /// The devices that can be proposed now.
    ///
    /// @param used the topics that points of ours hear
    synchronized List<Report.Found> due(Set<String> used, long nowNanos) {
        var due = new ArrayList<Report.Found>();
        for (var device : devices.values()) {
            if (device.told || nowNanos - device.changedNanos < QUIET.toNanos()) continue;
            device.told = true;
            proposal(device)
                    .filter(p -> p.topics().stream().noneMatch(used::contains))
                    .flatMap(Proposal::found)
                    .ifPresent(due::add);
        }
        return due;
    }

    private Optional<Proposal> proposal(Device device) {
        var entities = device.byTopic.values().stream().flatMap(List::stream).toList();
        return entities.isEmpty() ? Optional.empty() : Optional.of(new Proposal(connector, entities));
    }
}
