package io.linkspan.insight;

import java.util.LinkedHashMap;
import java.util.Map;

/// The modes and scenes of a site, which a sentence can name: each id with what people call it. Immutable.
public record Presets(Map<String, String> modes, Map<String, String> scenes) {
    /// A site without any.
    public static final Presets NONE = new Presets(Map.of(), Map.of());

    public Presets {
        modes = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(modes));
        scenes = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(scenes));
    }
}
