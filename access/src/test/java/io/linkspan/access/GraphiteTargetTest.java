package io.linkspan.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.access.GraphiteTarget.Amount;
import io.linkspan.access.GraphiteTarget.Call;
import io.linkspan.access.GraphiteTarget.Path;
import io.linkspan.access.GraphiteTarget.Text;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraphiteTargetTest {
    @Test
    void readsFunctionsOfPaths() throws Problem {
        assertThat(GraphiteTarget.parse("alias(scale(home.{meter,boiler}.power, -0.5), \"Half (kW), negative\")"))
                .isEqualTo(new Call(
                        "alias",
                        List.of(
                                new Call("scale", List.of(new Path("home.{meter,boiler}.power"), new Amount(-0.5))),
                                new Text("Half (kW), negative"))));
        assertThat(GraphiteTarget.parse("constantLine(100)"))
                .isEqualTo(new Call("constantLine", List.of(new Amount(100))));
        assertThat(GraphiteTarget.parse("f()")).isEqualTo(new Call("f", List.of()));
        assertThat(GraphiteTarget.parse("home.*")).isEqualTo(new Path("home.*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "f(", "f(a", "f(a b)", "f(a))", "alias(a,'b)", ")", "f(,)"})
    void saysWhereItGoesWrong(String wrong) {
        assertThatThrownBy(() -> GraphiteTarget.parse(wrong))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("at character");
    }

    @Test
    void isNotLedAstrayByDepthOrLength() {
        assertThatThrownBy(() -> GraphiteTarget.parse("f(".repeat(1_000)))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("inside each other");
        assertThatThrownBy(() -> GraphiteTarget.parse("a".repeat(9_000))).isInstanceOf(Problem.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "home.boiler.on home.boiler.on true",
                "home.boiler.on home.boiler.of false",
                "*.*.on home.boiler.on true",
                "* home.boiler.on false",
                "home.* home.boiler.on false",
                "home.*.* home.boiler.on true",
                "home.b*r.on home.boiler.on true",
                "home.*il*r.on home.boiler.on true",
                "home.*x*r.on home.boiler.on false",
                "home.b?iler.on home.boiler.on true",
                "home.b?ler.on home.boiler.on false",
                "home.{meter,boiler}.on home.boiler.on true",
                "home.{meter,pump}.on home.boiler.on false",
                "home.hall[1-3].t home.hall2.t true",
                "home.hall[13].t home.hall2.t false",
                "home?boiler.on home.boiler.on false"
            })
    void wildcardsStayWithinAPart(String pattern, String path, boolean matches) throws Problem {
        assertThat(GraphiteGlob.of(pattern).matches(path)).isEqualTo(matches);
    }

    @Test
    void manyWildcardsCostLittle() throws Problem {
        assertThat(GraphiteGlob.of("*a".repeat(2_000) + "b").matches("a".repeat(5_000)))
                .isFalse();
        assertThatThrownBy(() -> GraphiteGlob.of("{a,b}".repeat(9))).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> GraphiteGlob.of("a[b")).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> GraphiteGlob.of("a{b")).isInstanceOf(Problem.class);
    }
}
