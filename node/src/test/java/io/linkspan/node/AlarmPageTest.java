package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.AlarmState;
import io.linkspan.model.AlarmState.Standing;
import io.linkspan.model.Input;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.site.Site;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The example of docs/alarms.md does what the paragraph behind it says.
class AlarmPageTest {
    private static final long MINUTE = 60_000_000;
    private static final Pattern BLOCK = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    private final Site site = new Site();
    private final List<Result.NoteOpened> notes = new ArrayList<>();
    private long now;
    private long seq;

    private void step(Input input) {
        take(site.step(Log.Position.pack(1, ++seq), Principal.person("anna"), input, moment(now))
                .results());
    }

    private void pass(long micros) {
        long end = now + micros;
        while (site.nextDue() <= end)
            take(site.stepDue(Log.Position.pack(1, ++seq), moment(end)).results());
        now = end;
    }

    private Moment moment(long at) {
        return new Moment(at, 1_790_000_000_000_000L + at);
    }

    private void take(List<Result> results) {
        for (var r : results) if (r instanceof Result.NoteOpened n) notes.add(n);
    }

    private void reads(double temperature) {
        int number = site.directory().property("freezer_1.temperature");
        step(new Input.Frame(1, List.of(Reading.good(number, new Value.Num(temperature))), 0, 0));
    }

    private AlarmState alarm() {
        int number = site.directory().rule("too_warm.freezer_1");
        return site.allAlarms().stream()
                .filter(a -> a.alarm() == number)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theExampleDoesWhatThePageSays() throws Exception {
        var page = BLOCK.matcher(Files.readString(SiteSchemaTest.root().resolve("docs/alarms.md")));
        assertThat(page.find()).isTrue();
        var file = Yaml.parseFields("docs/alarms.md", page.group(1));
        Node.check(file);
        step(new Input.Started("test", true, 0));
        now++;
        step(new Input.Apply(Json.write(file)));
        step(new Input.LineChanged(1, true, ""));
        reads(-20);
        reads(-12);
        pass(10 * MINUTE - 1);
        assertThat(alarm().standing()).isEqualTo(Standing.NORMAL);
        pass(1);
        assertThat(alarm().standing()).isEqualTo(Standing.UNACKNOWLEDGED);
        assertThat(alarm().text()).isEqualTo("Freezer at -12 °C");
        assertThat(notes).extracting(Result.NoteOpened::channel).containsExactly("phone");
        pass(15 * MINUTE);
        assertThat(notes).extracting(Result.NoteOpened::channel).containsExactly("phone", "boss");
        assertThat(notes.getLast().subject())
                .isEqualTo("[corner_shop] high, not acknowledged for 15min: Freezer at -12 °C");
        reads(-18);
        pass(2 * MINUTE);
        assertThat(alarm().standing()).isEqualTo(Standing.RETURNED_UNACKNOWLEDGED);
        assertThat(notes).extracting(Result.NoteOpened::channel).containsExactly("phone", "boss", "phone");
        step(new Input.AlarmsAcknowledged(List.of(alarm().alarm()), "seen"));
        assertThat(alarm().standing()).isEqualTo(Standing.NORMAL);
    }
}
