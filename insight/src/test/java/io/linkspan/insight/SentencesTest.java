package io.linkspan.insight;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.insight.Corpus.Case;
import io.linkspan.insight.Corpus.Verdict;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Sentences over three model houses: those that the grammar was tuned on, all right; those that were held out, as far
/// as docs/text-commands.md says. In neither is anything else done than what was said, or done that had to be asked.
class SentencesTest {
    @ParameterizedTest
    @EnumSource(Language.class)
    void eachPractisedSentenceMeansWhatItSays(Language language) {
        var wrong = new ArrayList<String>();
        for (var c : Corpus.read("practice", language))
            if (Corpus.judge(c) != Verdict.RIGHT) wrong.add(c + " => " + Corpus.said(c));
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"EN, 123", "NL, 79"})
    void mostOfWhatWasHeldOutIsRightAndNothingWrongIsDone(Language language, int rightMin) {
        var cases = Corpus.read("held-out", language);
        var verdicts = count(cases);
        assertThat(verdicts.getOrDefault(Verdict.RIGHT, 0)).isGreaterThanOrEqualTo(rightMin);
        assertThat(verdicts).doesNotContainKeys(Verdict.WRONG_DEED, Verdict.NOT_ASKED);
    }

    private static Map<Verdict, Integer> count(List<Case> cases) {
        var all = new EnumMap<Verdict, Integer>(Verdict.class);
        for (var c : cases) all.merge(Corpus.judge(c), 1, Integer::sum);
        return all;
    }

    @Test
    void thereAreSentencesEnough() {
        assertThat(Corpus.read("practice", Language.EN).size()
                        + Corpus.read("held-out", Language.EN).size())
                .isGreaterThanOrEqualTo(400);
        assertThat(Corpus.read("practice", Language.NL).size()
                        + Corpus.read("held-out", Language.NL).size())
                .isGreaterThanOrEqualTo(230);
    }

    /// A judge that calls everything right would pass all of the above.
    @Test
    void theJudgeKnowsAWrongDeedFromARightOne() {
        assertThat(verdict("turn on the hall light", "set hall_light.on=true")).isEqualTo(Verdict.RIGHT);
        assertThat(verdict("turn off the hall light", "set hall_light.on=true")).isEqualTo(Verdict.WRONG_DEED);
        assertThat(verdict("turn on the hall light", "question set hall_light.on=true"))
                .isEqualTo(Verdict.NOT_ASKED);
        assertThat(verdict("turn on the light", "set hall_light.on=true")).isEqualTo(Verdict.NOT_TAKEN);
        assertThat(verdict("is the hall light on", "is porch_light.on=true")).isEqualTo(Verdict.WRONG_ANSWER);
        assertThat(verdict("turn on the moon", "unclear")).isEqualTo(Verdict.RIGHT);
    }

    private static Verdict verdict(String sentence, String expected) {
        return Corpus.judge(new Case("home", Language.EN, sentence, List.of(expected)));
    }

    @ParameterizedTest
    @CsvSource({
        "turn the hall light on, turn the hall light off",
        "open the bedroom blind, close the bedroom blind",
        "make the bedroom warmer, make the bedroom colder",
        "make the hall light brighter, make the hall light dimmer",
        "lock the front door, unlock the front door",
        "mute the tv, unmute the tv",
        "doe de hallamp aan, doe de hallamp uit",
        "maak de slaapkamer warmer, maak de slaapkamer kouder",
        "vergrendel de voordeur, ontgrendel de voordeur",
        "turn on the hall light, do not turn on the hall light",
        "doe de hallamp aan, doe de hallamp niet aan"
    })
    void oppositesNeverMeanTheSame(String one, String other) {
        var language = one.startsWith("doe") || one.startsWith("maak") || one.startsWith("vergrendel")
                ? Language.NL
                : Language.EN;
        assertThat(Corpus.said(new Case("home", language, one, List.of())))
                .doesNotStartWith("unclear")
                .isNotEqualTo(Corpus.said(new Case("home", language, other, List.of())));
    }

    @Test
    void aMisspeltNameIsReadAndToldAndAMisspeltVerbIsNot() {
        var read = Corpus.interpreter("home", Language.EN)
                .read("turn on the bedrom light", Language.EN, Corpus.NOW, Situation.NOTHING_KNOWN)
                .understood();
        assertThat(read)
                .isInstanceOfSatisfying(
                        Understood.Meant.class,
                        m -> assertThat(m.notes()).contains(new Understood.Note.Read("bedrom", "bedroom")));
        assertThat(Corpus.said(new Case("home", Language.EN, "unlok the front door", List.of())))
                .startsWith("unclear UNKNOWN_WORD");
    }

    @Test
    void theOtherLanguageIsTriedToo() {
        var answer = Corpus.interpreter("home", Language.EN)
                .read("turn on the tv", Language.NL, Corpus.NOW, Situation.NOTHING_KNOWN);
        assertThat(answer.language()).isEqualTo(Language.EN);
        assertThat(answer.understood()).isInstanceOf(Understood.Meant.class);
    }
}
