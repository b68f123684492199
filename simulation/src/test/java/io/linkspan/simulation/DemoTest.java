package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.access.PageView;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole demo in this process, over its real lines.
class DemoTest {
    @TempDir
    private Path folder;

    /// Looks until it has seen a shed (or so many looks), and remembers all.
    private static final class Watching implements DemoScreen {
        private static final int LOOKS_MAX = 400;

        private final List<PageView> views = new ArrayList<>();
        private final List<String> lines = new ArrayList<>();
        private String introduction = "";
        private boolean ended;

        @Override
        public void begin(String text) {
            introduction = text;
        }

        @Override
        public boolean show(PageView site, LocalDateTime recorded) {
            views.add(site);
            return views.size() == LOOKS_MAX || sheds();
        }

        boolean sheds() {
            return properties().stream()
                    .anyMatch(p -> p.path().equals("boiler.on") && p.value().equals("off"));
        }

        List<PageView.PropertyView> properties() {
            return views.getLast().things().stream()
                    .flatMap(t -> t.properties().stream())
                    .toList();
        }

        @Override
        public void end() {
            ended = true;
        }

        @Override
        public void line(String text) {
            lines.add(text);
        }

        String figure(String what) {
            return lines.stream()
                    .filter(l -> l.startsWith(what))
                    .findFirst()
                    .orElseThrow()
                    .substring(20)
                    .strip();
        }
    }

    private Watching watch(Optional<Path> data) throws Exception {
        var screen = new Watching();
        new Demo(new Demo.Options(400, Optional.empty(), data, Optional.of(0)), screen).run();
        return screen;
    }

    @Test
    void theHouseShedsAndNothingIsLost() throws Exception {
        var screen = watch(Optional.of(folder));
        assertThat(screen.sheds()).isTrue();
        assertThat(screen.ended).isTrue();
        assertThat(screen.introduction).contains("DSMR P1 on 127.0.0.1:").contains("http://127.0.0.1:");
        assertThat(screen.figure("readings lost")).isEqualTo("0");
        assertThat(screen.figure("sheds")).startsWith("1 in");
        assertThat(screen.figure("link reactions")).contains("p50").contains("p99");
        assertThat(screen.figure("readings stored")).isNotEqualTo("0");
        assertThat(screen.properties())
                .filteredOn(p -> p.path().startsWith("hall."))
                .hasSize(2)
                .allMatch(p -> p.state() == PageView.State.CLOSED && p.value().isEmpty());
        assertThat(folder.resolve("journal")).isNotEmptyDirectory();
    }

    @Test
    void withoutAFolderNothingIsLeft() throws Exception {
        var screen = watch(Optional.empty());
        String line = screen.introduction.lines().toList().getLast();
        Path used = Path.of(
                line.substring(line.indexOf("--data ") + "--data ".length()).strip());
        assertThat(used.getFileName().toString()).startsWith("linkspan-demo-");
        assertThat(Files.exists(used)).isFalse();
    }

    @Test
    void aSpeedThatRealLinesCanNotFollowIsRefused() {
        for (double speed : new double[] {0, -1, 3_601, Double.NaN})
            assertThatThrownBy(() -> new Demo.Options(speed, Optional.empty(), Optional.empty(), Optional.empty()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("real lines");
    }

    @Test
    void plainLinesTellAnActuatorEachTimeAndASensorNowAndThen() {
        var bytes = new ByteArrayOutputStream();
        var screen = new LineScreen(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        var at = LocalDateTime.of(2016, 1, 14, 7, 0);
        screen.show(site("on", "4.2"), at);
        screen.show(site("off", "4.3"), at);
        assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
                .hasSize(3)
                .anyMatch(l -> l.contains("boiler.on")
                        && l.contains("off")
                        && l.contains("in charge: link shed_peak. Because."))
                .noneMatch(l -> l.contains("4.3"));
    }

    private static PageView site(String on, String power) {
        var known = PageView.State.KNOWN;
        return new PageView(
                "s",
                "S",
                "UTC",
                true,
                0,
                400,
                "",
                List.of(new PageView.ThingView(
                        "t",
                        "T",
                        List.of(
                                new PageView.PropertyView(
                                        "boiler.on",
                                        "On",
                                        known,
                                        on,
                                        "",
                                        1,
                                        false,
                                        0,
                                        "",
                                        "link shed_peak",
                                        "Because.",
                                        ""),
                                new PageView.PropertyView(
                                        "meter.power", "P", known, power, "kW", 1, false, 0, "", "", "", "")))));
    }

    @Test
    void patienceGrowsWithTheSpeed() throws Exception {
        var slow = HouseSite.at(1);
        var fast = HouseSite.at(400);
        assertThat(slow.interval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(slow.silent()).isEqualTo(Duration.ofSeconds(60));
        assertThat(fast.interval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(fast.silent()).isEqualTo(Duration.ofSeconds(800));
        assertThat(fast.file(1, 2).fields()).containsKey("links");
    }
}
