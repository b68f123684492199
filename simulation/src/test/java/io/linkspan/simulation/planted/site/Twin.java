package io.linkspan.simulation.planted.site;

/// Innocent: a machine that knows nobody.
public final class Twin {
    int readings(String text) {
        return text.length();
    }
}
