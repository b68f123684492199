package io.linkspan.simulation.planted.model;

/// Uses only what the model may use, so no rule may name it.
public record Innocent(String text) {
    boolean is(javax.measure.Unit<?> unit) {
        return text.equals(unit.getSymbol());
    }
}
