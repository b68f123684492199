package io.linkspan.node;

import io.linkspan.connector.Report;
import io.linkspan.journal.JournalSettings;
import io.linkspan.journal.RealDisk;
import io.linkspan.model.Input;
import io.linkspan.model.Json;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// A winter evening of a house with a boiler, in the log of a data folder, made in no time: by the site as it is, with
/// a
/// meter and a boiler that do what they are told. For one thread.
final class Evening {
    /// How often the meter and the boiler are read.
    private static final Duration STEP = Duration.ofSeconds(10);
    /// How long the boiler takes to answer.
    private static final Duration ANSWER = Duration.ofMillis(200);

    private static final double BOILER_KW = 2.5;

    private final SimulatedClock clock;
    private final ArrayDeque<Result.WriteOrdered> writes = new ArrayDeque<>();
    private boolean on = true;

    private Evening(Instant begin) {
        clock = new SimulatedClock(begin.toEpochMilli() * 1_000);
    }

    /// Makes the log.
    ///
    /// @param file with `meter.power` on `grid_meter` and `boiler.on` on `plant_room`
    /// @param house what the house draws beside its boiler, in kW, from so long after the beginning on
    static void make(Path data, Tree.Fields file, Instant begin, TreeMap<Duration, Double> house, Duration length)
            throws IOException {
        new Evening(begin).live(data, file, house, length);
    }

    private void live(Path data, Tree.Fields file, TreeMap<Duration, Double> house, Duration length)
            throws IOException {
        Files.createDirectories(data);
        var disk = new RealDisk(data.resolve(Node.JOURNAL));
        var site = SteppedNode.start(new SiteId(20_260_114, 1), disk, JournalSettings.standard(7), clock, writes::add);
        site.ask(Principal.person("anna"), new Input.Apply(Json.write(file)), new Asked());
        site.commit();
        for (String line : file(site).connectors().keySet())
            site.arrive(new Arrival.LineChanged(line, true, "", new Receipt()));
        for (var at = Duration.ZERO; at.compareTo(length) < 0; at = at.plus(STEP)) {
            site.turn();
            reads(
                    site,
                    "grid_meter",
                    "meter.power",
                    new Value.Num(house.floorEntry(at).getValue() + (on ? BOILER_KW : 0)));
            reads(site, "plant_room", "boiler.on", on ? Value.Flag.ON : Value.Flag.OFF);
            site.commit();
            clock.advance(ANSWER);
            answer(site);
            clock.advance(STEP.minus(ANSWER));
        }
        site.close();
        disk.delete("lock");
    }

    private static io.linkspan.model.SiteFile file(SteppedNode site) {
        return site.site().directory().file();
    }

    private static void reads(SteppedNode site, String line, String path, Value value) {
        int number = site.site().directory().property(path);
        site.arrive(new Arrival.Heard(
                line, new Report.Frame(List.of(Reading.good(number, value)), Report.Raw.NONE), new Receipt()));
    }

    private void answer(SteppedNode site) {
        while (!writes.isEmpty()) {
            var order = writes.remove();
            on = order.value().orElseThrow().equals(Value.Flag.ON);
            var outcome = new Report.Progress.Ended(new Outcome.Done(Optional.of(on ? Value.Flag.ON : Value.Flag.OFF)));
            site.arrive(new Arrival.Heard(
                    "plant_room", new Report.Answer(order.write(), outcome, Report.Raw.NONE), new Receipt()));
        }
    }
}
