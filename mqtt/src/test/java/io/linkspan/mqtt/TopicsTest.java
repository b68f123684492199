package io.linkspan.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {
    @ParameterizedTest
    @CsvSource({
        "sport/tennis/player1/#, sport/tennis/player1, true",
        "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon, true",
        "sport/#, sport, true",
        "#, sport, true",
        "sport/tennis/+, sport/tennis/player1, true",
        "sport/tennis/+, sport/tennis/player1/ranking, false",
        "sport/+, sport, false",
        "sport/+, sport/, true",
        "+/+, /finance, true",
        "/+, /finance, true",
        "+, /finance, false",
        "#, $SYS/monitor, false",
        "+/monitor/Clients, $SYS/monitor/Clients, false",
        "$SYS/#, $SYS/monitor, true",
        "$SYS/monitor/+, $SYS/monitor/Clients, true",
        "a//b, a//b, true",
        "a/+/b, a//b, true",
        "a/b, a/b/, false",
        "ab, a, false",
        "a, ab, false",
        "a/b/#, a, false",
    })
    void matchesAsTheStandardSays(String filter, String name, boolean matches) {
        assertThat(Topics.matches(filter, name)).isEqualTo(matches);
    }

    @Property(tries = 5_000)
    void matchesAsARegularExpressionWould(@ForAll("filters") String filter, @ForAll("names") String name) {
        var regex = new StringBuilder();
        var levels = filter.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            if (levels[i].equals("#")) regex.append(i == 0 ? ".*" : "(/.*)?");
            else regex.append(i == 0 ? "" : "/").append(levels[i].equals("+") ? "[^/]*" : Pattern.quote(levels[i]));
        }
        assertThat(Topics.matches(filter, name))
                .as("%s, %s", filter, name)
                .isEqualTo(Pattern.matches(regex.toString(), name));
    }

    @Provide
    Arbitrary<String> filters() {
        return Arbitraries.of("a", "b", "+", "")
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .flatMap(l -> Arbitraries.of(String.join("/", l), String.join("/", l) + "/#"))
                .filter(f -> !f.isEmpty());
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of("a", "b", "")
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(l -> String.join("/", l))
                .filter(n -> !n.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a#",
                "#/a",
                "a/#/b",
                "a+",
                "+a/b",
                "a/b+/c",
                "",
                "$share/g",
                "$share//a",
                "$share/g/",
                "$share/g+/a",
                "$share/g#/a",
                "$share/g/a#",
                "a\0b"
            })
    void refusesWhatIsNoFilter(String filter) {
        assertThat(Topics.whyNoFilter(filter)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"#", "+", "a/+/b", "/", "//", "+/+", "a/#", "$share/g/#", "$share/g//", "$SYS/#", "a b"})
    void takesWhatIsOne(String filter) {
        assertThat(Topics.whyNoFilter(filter)).isEmpty();
    }

    @Test
    void takesASharedFilterApart() {
        assertThat(Topics.shareOf("$share/g/a/b")).isEqualTo("g");
        assertThat(Topics.plain("$share/g/a/b")).isEqualTo("a/b");
        assertThat(Topics.plain("$share/g//b")).isEqualTo("/b");
        assertThat(Topics.plain("a")).isEqualTo("a");
        assertThat(Topics.levels("/a/")).isEqualTo(3);
    }

    @Test
    void aNameHasNoWildcard() {
        assertThat(Topics.whyNoName("a/+")).isPresent();
        assertThat(Topics.whyNoName("a#")).isPresent();
        assertThat(Topics.whyNoName("")).isPresent();
        assertThat(Topics.whyNoName("/ /$x")).isEmpty();
    }
}
