package io.linkspan.simulation;

import io.linkspan.access.PageView;
import io.linkspan.access.PageView.PropertyView;
import io.linkspan.access.PageView.ThingView;
import io.linkspan.node.Ages;
import io.linkspan.node.Terminal;
import io.linkspan.node.Terminal.Tone;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// A terminal that is drawn again and again (ECMA-48). Keys: `i` unplugs and plugs the internet, `q` ends. One thread;
/// [#end] by
/// any.
final class TerminalScreen implements DemoScreen {
    private static final DateTimeFormatter RECORDED = DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm", Locale.ROOT);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
    private static final String OTHER_SCREEN = "\u001b[?1049h\u001b[?25l";
    private static final String FIRST_SCREEN = "\u001b[?25h\u001b[?1049l";
    private static final String TO_TOP = "\u001b[H";
    private static final String CLEAR_RIGHT = "\u001b[K\r\n";
    private static final String CLEAR_BELOW = "\u001b[J";
    private static final Duration STTY_TIMEOUT = Duration.ofSeconds(2);
    private static final int COLUMNS_MIN = 40;
    private static final int KEY_END = 'q';
    private static final int KEY_INTERNET = 'i';
    private static final int KEY_INTERRUPT = 3;

    private final PrintStream out;
    private final InputStream keys;
    private final Terminal look = new Terminal(true, Terminal.WIDE);
    private String before = "";
    private String introduction = "";
    private int columns = 120;
    private int lines = 50;
    private int looks;
    private boolean unplugged;
    private boolean ended = true;

    TerminalScreen(PrintStream out, InputStream keys) {
        this.out = out;
        this.keys = keys;
    }

    @Override
    public void begin(String text) {
        introduction = text;
        out.println(text);
        before = stty("-g").strip();
        stty("-icanon", "-echo");
        synchronized (this) {
            ended = false;
        }
        out.print(OTHER_SCREEN);
    }

    @Override
    public boolean show(PageView site, LocalDateTime recorded) {
        if (looks++ % 8 == 0) measure();
        var text = new ArrayList<String>();
        text.add(look.paint(" " + site.title() + " ", Tone.BOLD) + "  " + time(site.nowMicros(), site.zone()) + "  "
                + look.paint(
                        recorded.format(RECORDED) + " in the record, " + number(site.speed()) + " times as fast",
                        Tone.DIM));
        for (String line : introduction.split("\n")) text.add(look.paint(" " + cut(line, columns - 1), Tone.DIM));
        text.add(internet());
        text.add("");
        for (var thing : site.things()) text.addAll(thing(thing, site));
        text.add("");
        text.add(look.paint(
                "i: " + (unplugged ? "plug the internet in" : "unplug the internet") + "   q: end", Tone.DIM));
        draw(text);
        return wantsToEnd();
    }

    private static String number(double speed) {
        return speed == Math.rint(speed) ? Long.toString((long) speed) : Double.toString(speed);
    }

    private String internet() {
        if (!unplugged) return look.paint(" Internet: plugged in, and not used.", Tone.DIM);
        return look.paint(" Internet: unplugged. Nothing changed: ", Tone.WARN)
                + "meter, boiler, links and log use only 127.0.0.1, so there was nothing to cut.";
    }

    private List<String> thing(ThingView thing, PageView site) {
        var all = new ArrayList<String>();
        all.add(look.paint(" " + Terminal.harmless(thing.title()), Tone.BOLD));
        for (var property : thing.properties()) all.add(property(property, site));
        return all;
    }

    private String property(PropertyView p, PageView site) {
        String start = "   %-20s ".formatted(cut(p.path(), 20));
        return switch (p.state()) {
            case CLOSED -> start + look.paint("private, not shown", Tone.DIM);
            case UNREAD -> start + look.paint("not read yet", Tone.DIM);
            case MISSING ->
                start
                        + look.paint(
                                "missing from " + time(p.missingMicros(), site.zone()) + " " + p.missingCause(),
                                Tone.WARN);
            case KNOWN -> {
                String value = "%10s %-5s".formatted(cut(Terminal.harmless(p.value()), 10), p.unit());
                String age = "%6s  ".formatted(Ages.since(p.readMicros(), site.nowMicros()));
                String who = p.who().isEmpty() ? "" : p.who() + ". " + p.why();
                yield start
                        + look.paint(value, tone(p))
                        + look.paint(age, Tone.DIM)
                        + cut(who, Math.max(0, columns - start.length() - value.length() - age.length() - 1));
            }
        };
    }

    private static Tone tone(PropertyView p) {
        if (p.doubtful()) return Tone.WARN;
        if (p.who().isEmpty()) return Tone.PLAIN;
        return p.value().equals("on") ? Tone.GOOD : p.value().equals("off") ? Tone.BAD : Tone.BOLD;
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : most < 2 ? "" : text.substring(0, most - 1) + "…";
    }

    private static String time(long micros, String zone) {
        return Instant.ofEpochSecond(micros / 1_000_000).atZone(ZoneId.of(zone)).format(CLOCK);
    }

    private void draw(List<String> text) {
        var all = new StringBuilder(TO_TOP);
        int most = Math.min(text.size(), lines - 1);
        for (int i = 0; i < most; i++) all.append(text.get(i)).append(CLEAR_RIGHT);
        all.append(CLEAR_BELOW);
        out.print(all);
        out.flush();
    }

    // ---- keys

    private boolean wantsToEnd() {
        try {
            while (keys.available() > 0) {
                int key = Character.toLowerCase(keys.read());
                if (key == KEY_END || key == KEY_INTERRUPT) return true;
                if (key == KEY_INTERNET) unplugged = !unplugged;
            }
        } catch (IOException e) {
            return true; // the terminal is gone
        }
        return false;
    }

    // ---- the terminal itself

    private void measure() {
        String[] size = stty("size").strip().split(" ");
        if (size.length != 2 || !size[0].matches("[0-9]{1,4}") || !size[1].matches("[0-9]{1,4}")) return;
        lines = Math.max(5, Integer.parseInt(size[0]));
        columns = Math.max(COLUMNS_MIN, Integer.parseInt(size[1]));
    }

    /// Asks or sets the terminal that this process has as its input; empty where there is no `stty`.
    private static String stty(String... arguments) {
        var command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        try {
            var process = new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return process.waitFor(STTY_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS) ? answer : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    @Override
    public void end() {
        synchronized (this) {
            if (ended) return;
            ended = true;
        }
        out.print(FIRST_SCREEN);
        out.flush();
        if (!before.isEmpty()) stty(before);
    }

    @Override
    public void line(String text) {
        out.println(text);
    }
}
