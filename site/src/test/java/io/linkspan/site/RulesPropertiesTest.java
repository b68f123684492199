package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.ByteWriter;
import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Priority;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.Value.Flag;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/// Random rules and random events. After each event: no hold without a rule that says so, no rule with a hold that is
/// not there, nothing held by who sleeps, and an end to what one event sets going. That replay gives the same state is
/// held by [Bench] after each step, that an image does, here.
class RulesPropertiesTest {
    private static final int EVENTS = 40;
    private static final int RESULTS_MAX = 20_000;

    private record Condition(String text, Predicate<Map<String, Double>> met) {}

    private static final List<Condition> CONDITIONS = List.of(
            new Condition("a.x > 5", v -> v.get("a.x") > 5),
            new Condition("a.x < 3 || a.y > 7", v -> v.get("a.x") < 3 || v.get("a.y") > 7),
            new Condition("a.x > a.y", v -> v.get("a.x") > v.get("a.y")),
            new Condition("a.b && a.y <= 5", v -> v.get("a.b") != 0 && v.get("a.y") <= 5),
            new Condition("!a.b", v -> v.get("a.b") == 0));

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    private static <T> T one(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static String condition(Random random) {
        return quoted(one(random, CONDITIONS).text);
    }

    private static String time(Random random) {
        return quoted(1 + random.nextInt(20) + "min");
    }

    private static String step(Random random, boolean moment) {
        String value = one(
                random,
                List.of(
                        "\"hold\":{\"p.on\":true}",
                        "\"hold\":{\"p.on\":false}",
                        "\"hold\":{\"p.level\":3}",
                        "\"hold\":{\"p.level\":\"= a.x\"}",
                        "\"at-most\":{\"p.level\":5}",
                        "\"forbid\":{\"p.on\":true}"));
        String life = switch (random.nextInt(moment ? 3 : 5)) {
            case 0 -> ",\"for\":" + time(random);
            case 1 -> ",\"until\":" + condition(random);
            case 2 -> ",\"until\":\"released\"";
            case 3 -> ",\"linger\":" + time(random);
            default -> "";
        };
        return switch (random.nextInt(9)) {
            case 0 -> "{\"wait\":" + time(random) + "}";
            case 1 -> "{\"await\":" + condition(random) + ",\"at-most-for\":" + time(random) + "}";
            case 2 -> "{\"release\":\"p.on\"}";
            case 3 -> "{\"mode\":" + quoted(one(random, List.of("home", "away"))) + "}";
            default -> "{" + value + life + "}";
        };
    }

    private static String steps(Random random, boolean moment) {
        var all = new ArrayList<String>();
        for (int i = 0; i <= random.nextInt(3); i++) all.add(step(random, moment));
        return "[" + String.join(",", all) + "]";
    }

    private static String rule(Random random, int i) {
        boolean timed = random.nextInt(4) == 0;
        var all = new ArrayList<String>();
        all.add("\"id\":\"r" + i + "\"");
        if (timed) {
            all.add("\"at\":" + quoted(one(random, List.of("every 15min", "09:00", "cron 10 * * * *"))));
            all.add("\"missed\":" + quoted(one(random, List.of("late", "skip", "once"))));
        }
        if (!timed || random.nextBoolean()) all.add("\"when\":" + condition(random));
        if (!timed && random.nextInt(3) == 0) all.add("\"until\":" + condition(random));
        if (!timed && random.nextInt(3) == 0) all.add("\"for\":" + time(random));
        if (!timed && random.nextInt(3) == 0) all.add("\"else\":" + steps(random, true));
        if (random.nextInt(4) == 0) all.add("\"modes\":[\"home\"]");
        if (random.nextInt(3) == 0) all.add("\"silent\":{\"after\":\"5min\",\"then\":\"hold\"}");
        all.add("\"priority\":" + quoted(one(random, List.of("operate", "economy", "protect"))));
        all.add("\"then\":" + steps(random, timed));
        return "{" + String.join(",", all) + "}";
    }

    private static String site(Random random) {
        var rules = new ArrayList<String>();
        for (int i = 0; i < 4; i++) rules.add(rule(random, i));
        return "{\"linkspan\":1,\"site\":\"home\",\"modes\":[\"home\",\"away\"],\"connectors\":[{\"id\":\"bus\",\"type\":\"x\"}],\"things\":["
                + "{\"id\":\"a\",\"connector\":\"bus\",\"properties\":{\"x\":{\"type\":\"number\",\"at\":\"1\"},\"y\":{\"type\":\"number\",\"at\":\"2\"},\"b\":{\"type\":\"flag\",\"at\":\"3\"}}},"
                + "{\"id\":\"p\",\"connector\":\"bus\",\"properties\":{\"on\":{\"type\":\"flag\",\"writable\":true,\"at\":\"4\",\"fallback\":false},\"level\":{\"type\":\"number\",\"writable\":true,\"at\":\"5\",\"range\":[0,10]}}}],"
                + "\"rules\":[" + String.join(",", rules) + "]}";
    }

    @Property(tries = 150)
    void whatIsHeldIsWhatRulesSay(@ForAll long seed) {
        var random = new Random(seed);
        var bench = Bench.of(site(random));
        var values = new HashMap<String, Double>();
        for (int i = 0; i < EVENTS; i++) {
            int before = bench.steps.size();
            event(bench, random, values);
            for (var step : bench.steps.subList(before, bench.steps.size()))
                assertThat(step.results()).as("an end").hasSizeLessThan(RESULTS_MAX);
            held(bench);
            if (random.nextInt(5) == 0) imaged(bench);
        }
    }

    private static void event(Bench bench, Random random, Map<String, Double> values) {
        switch (random.nextInt(12)) {
            case 0 -> bench.input(new Input.ModeSet(one(random, List.of("home", "away"))));
            case 1 ->
                bench.input(new Input.RuleSwitched(
                        bench.site.directory().rule("r" + random.nextInt(4)), random.nextBoolean(), "test"));
            case 2 -> bench.input(new Input.LineChanged(1, random.nextBoolean(), ""));
            case 3 -> {
                bench.sleep(random.nextInt(90) * 60 * Bench.SECOND);
                bench.input(new Input.LineChanged(1, true, ""));
            }
            case 4 -> bench.apply(site(random));
            case 5 -> bench.release(random.nextBoolean() ? "p.on" : "p.level", one(random, List.of(Priority.values())));
            case 6 -> bench.set("p.level", new Value.Num(random.nextInt(10)), Priority.MANUAL);
            case 7, 8 -> bench.pass(random.nextInt(30 * 60) * Bench.SECOND);
            default -> {
                String path = one(random, List.of("a.x", "a.y", "a.b"));
                double value = path.equals("a.b") ? random.nextInt(2) : random.nextInt(11);
                values.put(path, value);
                bench.reads(path, path.equals("a.b") ? new Flag(value != 0) : new Value.Num(value));
            }
        }
    }

    private static void held(Bench bench) {
        var ofRules = new ArrayList<Long>();
        for (String path : List.of("p.on", "p.level"))
            for (var cell : bench.site.allCells())
                if (cell.property() == bench.number(path))
                    for (Hold h : cell.duty().orElseThrow().holds()) if (h.ofRule()) ofRules.add(h.id());
        var told = new ArrayList<Long>();
        for (var step : bench.steps)
            for (var r : step.results()) {
                if (r instanceof Result.RuleHolds h) told.add(h.hold());
                if (r instanceof Result.HoldEnded e) told.remove((Long) e.hold());
            }
        assertThat(ofRules).as("holds of rules, against what the log says").containsExactlyInAnyOrderElementsOf(told);
        for (var cell : bench.site.allRules())
            switch (cell.state()) {
                case OFF, ASLEEP ->
                    assertThat(cell.holds()).as("rule %s", cell.rule()).isEmpty();
                case IDLE, MET, ACTIVE, UNSURE, LIMITED, WAITING -> {}
            }
        var byRules = bench.site.allRules().stream()
                .flatMap(c -> c.holds().stream().map(p -> c.rule() + ":" + p))
                .distinct()
                .toList();
        assertThat(byRules.isEmpty()).isEqualTo(ofRules.isEmpty());
    }

    private static void imaged(Bench bench) {
        var bytes = new ByteWriter();
        bench.site.image().write(bytes);
        var again = Site.restore(ByteBuffer.wrap(bytes.copy()));
        again.replayed();
        assertThat(again.image().hash()).isEqualTo(bench.site.image().hash());
        assertThat(again.allRules()).isEqualTo(bench.site.allRules());
    }

    /// A rule with nothing but a condition holds exactly while it is met, whatever was read before.
    @Property(tries = 150)
    void aHoldStandsExactlyWhileItsConditionIsMet(@ForAll long seed) {
        var random = new Random(seed);
        var condition = one(random, CONDITIONS);
        String file = site(random);
        var bench = Bench.of(file.substring(0, file.indexOf("\"rules\":")) + "\"rules\":[{\"id\":\"r\",\"when\":"
                + quoted(condition.text) + ",\"then\":[{\"hold\":{\"p.on\":true}}]}]}");
        var values = new HashMap<>(Map.of("a.x", 0.0, "a.y", 0.0, "a.b", 0.0));
        bench.reads("a.x", 0);
        bench.reads("a.y", 0);
        bench.reads("a.b", Flag.OFF);
        for (int i = 0; i < EVENTS; i++) {
            String path = one(random, List.of("a.x", "a.y", "a.b"));
            double value = path.equals("a.b") ? random.nextInt(2) : random.nextInt(11);
            values.put(path, value);
            bench.reads(path, path.equals("a.b") ? new Flag(value != 0) : new Value.Num(value));
            bench.pass(2 * Bench.SECOND); // not so often that it is stopped
            assertThat(bench.desired("p.on"))
                    .as("%s of %s", condition.text, values)
                    .contains(new Flag(condition.met.test(values)));
        }
    }
}
