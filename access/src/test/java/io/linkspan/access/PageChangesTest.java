package io.linkspan.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.PageView.PropertyView;
import io.linkspan.access.PageView.State;
import io.linkspan.access.PageView.ThingView;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageChangesTest {
    private final PageChanges changes = new PageChanges();

    private static PageView site(String title, String... values) {
        var properties = new java.util.ArrayList<PropertyView>();
        for (int i = 0; i < values.length; i++)
            properties.add(new PropertyView(
                    "t.p" + i, "P" + i, State.KNOWN, values[i], "", 1, false, 0, "", "", "line\nbreak", ""));
        return new PageView("s", title, "UTC", false, 5, 1, "", List.of(new ThingView("t", "T", properties)));
    }

    private List<String> names(PageView site, boolean alive) {
        return changes.since(List.of(site), alive).stream()
                .map(PageChanges.Event::name)
                .toList();
    }

    @Test
    void firstAllThenNothingThenWhatChanged() {
        assertThat(names(site("S", "1", "2"), false)).containsExactly("sites");
        assertThat(names(site("S", "1", "2"), false)).isEmpty();
        var events = changes.since(List.of(site("S", "1", "3")), false);
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().data()).contains("t.p1").doesNotContain("t.p0");
    }

    @Test
    void aSignOfLifeCarriesNoProperties() {
        names(site("S", "1"), false);
        var events = changes.since(List.of(site("S", "1")), true);
        assertThat(events.getFirst().name()).isEqualTo("changes");
        assertThat(events.getFirst().data()).contains("\"properties\":[]").contains("\"armed\":false");
    }

    @Test
    void anotherPropertyOrTitleTellsAllAnew() {
        names(site("S", "1"), false);
        assertThat(names(site("S", "1", "2"), false)).containsExactly("sites");
        assertThat(names(site("T", "1", "2"), false)).containsExactly("sites");
    }

    @Test
    void aPageWithoutSitesIsToldSo() {
        assertThat(changes.since(List.of(), false))
                .extracting(PageChanges.Event::data)
                .containsExactly("[]");
    }

    /// A line break in the data would end the event (WHATWG HTML, 9.2.6).
    @Test
    void anEventIsOneLine() {
        assertThat(changes.since(List.of(site("S", "1")), false).getFirst().data())
                .doesNotContain("\n")
                .contains("line\\nbreak");
    }
}
