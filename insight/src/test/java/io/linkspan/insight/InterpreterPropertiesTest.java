package io.linkspan.insight;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Invalid;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Tree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Any text about any site ends, and what it would do is there and can be done.
class InterpreterPropertiesTest {
    /// Longest time for one sentence; a plain one takes about a millisecond.
    private static final Duration READ_MAX = Duration.ofSeconds(5);

    private static final List<String> WORDS = words();

    private static List<String> words() {
        var all =
                new ArrayList<>(new java.util.TreeSet<>(Lexicon.of(Language.EN).vocabulary()));
        all.addAll(new java.util.TreeSet<>(Lexicon.of(Language.NL).vocabulary()));
        all.addAll(
                List.of("hall", "porch", "bedroom", "boiler", "20", "7.5", "-3", "22:00", "%", ",", ".", "zzz", "'"));
        return all;
    }

    @Provide
    Arbitrary<String> sentences() {
        return Arbitraries.of(WORDS).list().ofMinSize(1).ofMaxSize(25).map(w -> String.join(" ", w));
    }

    @Property(tries = 1_500)
    void anyWordsInAnyOrderEndAndNameWhatCanBeDone(@ForAll("sentences") String sentence) {
        var file = Corpus.house("home", Language.EN);
        var u = Corpus.interpreter("home", Language.EN)
                .read(sentence, Language.EN, Corpus.NOW, Situation.NOTHING_KNOWN)
                .understood();
        switch (u) {
            case Understood.Meant m -> check(file, m.intent());
            case Understood.Asked a -> a.choices().forEach(i -> check(file, i));
            case Understood.Unclear x -> assertThat(x.reason()).isNotNull();
        }
    }

    private static void check(SiteFile file, Intent intent) {
        switch (intent) {
            case Intent.Set i -> {
                assertThat(i.targets()).isNotEmpty();
                for (var t : i.targets()) {
                    var p = file.property(t.path()).orElseThrow();
                    assertThat(p.writable()).as(t.path()).isTrue();
                    assertThat(p.type()).isEqualTo(t.value().type());
                }
            }
            case Intent.Adjust i ->
                i.changes()
                        .forEach(c -> assertThat(
                                        file.property(c.path()).orElseThrow().writable())
                                .isTrue());
            case Intent.Release i ->
                i.paths()
                        .forEach(p -> assertThat(file.property(p).orElseThrow().writable())
                                .isTrue());
            case Intent.Query i ->
                i.conditions().forEach(c -> assertThat(file.property(c.path())).isPresent());
            case Intent.Several i -> i.intents().forEach(x -> check(file, x));
            case Intent.Invoke _,
                    Intent.Why _,
                    Intent.Past _,
                    Intent.Energy _,
                    Intent.Mode _,
                    Intent.Scene _,
                    Intent.Timer _,
                    Intent.Cancel _ -> assertThat(intent.canonical()).isNotEmpty();
        }
    }

    @Property(tries = 500)
    void anyTextEnds(@ForAll String text) {
        Corpus.interpreter("home", Language.EN).read(text, Language.EN, Corpus.NOW, Situation.NOTHING_KNOWN);
    }

    @Property(tries = 200)
    void anyTitlesGiveAGrammar(@ForAll List<String> titles) throws Invalid {
        var things = new ArrayList<Tree>();
        for (int i = 0; i < Math.min(20, titles.size()); i++) {
            var thing = new LinkedHashMap<String, Tree>();
            thing.put("id", Tree.text("t" + i));
            thing.put("title", Tree.text(titles.get(i)));
            thing.put("properties", Tree.fields(Map.of("on", flag())));
            things.add(Tree.fields(thing));
        }
        var interpreter = new Interpreter(site(things), Presets.NONE);
        for (String title : titles)
            interpreter.read("turn on the " + title, Language.EN, Corpus.NOW, Situation.NOTHING_KNOWN);
    }

    private static Tree flag() {
        return Tree.fields(new LinkedHashMap<>(Map.of("type", Tree.text("flag"), "writable", Tree.plain(true))));
    }

    private static SiteFile site(List<Tree> things) throws Invalid {
        var fields = new LinkedHashMap<String, Tree>();
        fields.put("linkspan", Tree.plain(1));
        fields.put("site", Tree.text("any"));
        fields.put("things", Tree.items(things));
        return SiteFile.read(Tree.fields(fields));
    }

    @Example
    void hostileTextEndsSoon() {
        var interpreter = Corpus.interpreter("home", Language.EN);
        for (String text : List.of(
                "a".repeat(1_000_000),
                "turn on ".repeat(30),
                "and ".repeat(60),
                "is ".repeat(60) + "on",
                "\u0000\u202e\ud800 turn on the hall light",
                "<script>alert(1)</script>",
                "'; drop table things; --",
                "9".repeat(290),
                "set the hall light to 1e999 percent",
                "turn on the hall light for 99999999999999999999 hours",
                "until until until until ten",
                "zzzzzzzzzz yyyyyyyyyy xxxxxxxxxx wwwwwwwwww vvvvvvvvvv uuuuuuuuuu tttttttttt ssssssssss rrrrrrrrrr")) {
            long begin = System.nanoTime();
            var u = interpreter
                    .read(text, Language.EN, Corpus.NOW, Situation.NOTHING_KNOWN)
                    .understood();
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as(text.substring(0, Math.min(30, text.length())))
                    .isLessThan(READ_MAX);
            if (u instanceof Understood.Meant m)
                assertThat(m.intent().acts()).as(text).isFalse();
        }
    }

    @Example
    void aSiteThatIsTooLargeSaysSo() throws Invalid {
        var things = new ArrayList<Tree>();
        for (int i = 0; i <= Gazetteer.ENTRIES_MAX; i++) {
            var thing = new LinkedHashMap<String, Tree>();
            thing.put("id", Tree.text("t" + i));
            thing.put("properties", Tree.fields(Map.of("on", flag())));
            things.add(Tree.fields(thing));
        }
        var u = new Interpreter(site(things), Presets.NONE)
                .read("turn on t7", Language.EN, Corpus.NOW, Situation.NOTHING_KNOWN)
                .understood();
        assertThat(u).isEqualTo(new Understood.Unclear(Understood.Reason.SITE_TOO_LARGE, List.of(), List.of()));
    }

    @Example
    void aLargeSiteIsSpokenToInBoundedTime() throws Invalid {
        var things = new ArrayList<Tree>();
        for (int i = 0; i < 20_000; i++) {
            var thing = new LinkedHashMap<String, Tree>();
            thing.put("id", Tree.text("t" + i));
            thing.put("title", Tree.text("Street light " + i));
            thing.put("properties", Tree.fields(Map.of("on", flag())));
            things.add(Tree.fields(thing));
        }
        var interpreter = new Interpreter(site(things), Presets.NONE);
        long begin = System.nanoTime();
        var u = interpreter
                .read("turn on street light 12345", Language.EN, Corpus.NOW, Situation.NOTHING_KNOWN)
                .understood();
        assertThat(u)
                .isInstanceOfSatisfying(
                        Understood.Meant.class,
                        m -> assertThat(m.intent().canonical()).isEqualTo("set t12345.on=true"));
        interpreter.read(
                "qqqqqqqqqq wwwwwwwwww eeeeeeeeee rrrrrrrrrr tttttttttt yyyyyyyyyy",
                Language.EN,
                Corpus.NOW,
                Situation.NOTHING_KNOWN);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(READ_MAX);
    }
}
