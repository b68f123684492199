package io.linkspan.connectors.modbus;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// What a master knows of one unit: whether it answers, when to try it again, which functions it lacks. Belongs to the
/// connector's thread.
final class UnitState {
    /// After so many failures in a row a unit counts as silent, and the site is told.
    static final int FAILURES_TOLD = 2;

    private static final int DOUBLINGS_MAX = 20;

    private final int unit;
    private final Set<Integer> lacking = new HashSet<>();
    private Optional<SunSpecSurvey> survey = Optional.empty();
    private long surveyAtNanos = Long.MIN_VALUE;
    private int failures;
    private long notBeforeNanos = Long.MIN_VALUE;

    UnitState(int unit) {
        this.unit = unit;
    }

    int unit() {
        return unit;
    }

    /// It did not answer, or answered what is no answer.
    ///
    /// @param atOnce the first failure is tried again without a pause (a disturbed frame: the unit is alive)
    void failed(long nowNanos, Duration timeout, Duration most, boolean atOnce) {
        failures++;
        long pause = Math.min(most.toNanos(), timeout.toNanos() << Math.min(failures - 1, DOUBLINGS_MAX));
        notBeforeNanos = nowNanos + (atOnce && failures == 1 ? 0 : Math.max(0, pause));
    }

    /// It was asked and is not asked again before then.
    void rest(long untilNanos) {
        notBeforeNanos = untilNanos;
    }

    /// It answered.
    ///
    /// @return whether it had been told to be silent
    boolean answered() {
        boolean was = silent();
        failures = 0;
        notBeforeNanos = Long.MIN_VALUE;
        return was;
    }

    int failures() {
        return failures;
    }

    /// Whether it has failed often enough to be called silent.
    boolean silent() {
        return failures >= FAILURES_TOLD;
    }

    /// When it may be asked again.
    long notBeforeNanos() {
        return notBeforeNanos;
    }

    /// Whether it refused this function as unknown.
    boolean lacks(int function) {
        return lacking.contains(function);
    }

    void lacking(int function) {
        lacking.add(function);
    }

    /// The walk through its SunSpec models; none while nobody needs it.
    Optional<SunSpecSurvey> survey() {
        return survey;
    }

    void survey(Optional<SunSpecSurvey> begun, long atNanos) {
        survey = begun;
        surveyAtNanos = atNanos;
    }

    long surveyAtNanos() {
        return surveyAtNanos;
    }
}
