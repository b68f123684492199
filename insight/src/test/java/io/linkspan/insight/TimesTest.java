package io.linkspan.insight;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.insight.Corpus.Case;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Times and durations in sentences, said on Wednesday 2026-01-14 at 15:00.
class TimesTest {
    @ParameterizedTest
    @CsvSource({
        "until ten, until 2026-01-14T22:00",
        "until 10 pm, until 2026-01-14T22:00",
        "until 10am, until 2026-01-15T10:00",
        "until four, until 2026-01-14T16:00",
        "until 16:30, until 2026-01-14T16:30",
        "until 08:15, until 2026-01-15T08:15",
        "until half past nine, until 2026-01-14T21:30",
        "until quarter to eight, until 2026-01-14T19:45",
        "until ten past eight, until 2026-01-14T20:10",
        "until noon, until 2026-01-15T12:00",
        "until midnight, until 2026-01-15T00:00",
        "until tomorrow at 7, until 2026-01-15T07:00",
        "until seven tomorrow evening, until 2026-01-15T19:00",
        "until seven in the morning, until 2026-01-15T07:00",
        "for 2 hours, for 2h",
        "for an hour and a half, for 90min",
        "for half an hour, for 30min",
        "for one hour and twenty minutes, for 80min",
        "for 90 seconds, for 90s",
        "for two days, for 2d",
        "in ten minutes, at 2026-01-14T15:10",
        "at 11 pm, at 2026-01-14T23:00",
        "on friday at 6, at 2026-01-16T06:00"
    })
    void english(String said, String expected) {
        assertThat(Corpus.said(new Case("home", Language.EN, "turn on the hall light " + said, List.of())))
                .isEqualTo("set hall_light.on=true " + expected);
    }

    @ParameterizedTest
    @CsvSource({
        "tot tien uur, until 2026-01-14T22:00",
        "tot half tien, until 2026-01-14T21:30",
        "tot kwart voor acht, until 2026-01-14T19:45",
        "tot kwart over acht, until 2026-01-14T20:15",
        "tot 20:30, until 2026-01-14T20:30",
        "tot middernacht, until 2026-01-15T00:00",
        "tot morgen om 7 uur, until 2026-01-15T07:00",
        "gedurende twee uur, for 2h",
        "gedurende anderhalf uur, for 90min",
        "een half uur, for 30min",
        "een kwartier, for 15min",
        "over tien minuten, at 2026-01-14T15:10"
    })
    void dutch(String said, String expected) {
        assertThat(Corpus.said(new Case("home", Language.NL, "doe de hallamp aan " + said, List.of())))
                .isEqualTo("set hall_light.on=true " + expected);
    }
}
