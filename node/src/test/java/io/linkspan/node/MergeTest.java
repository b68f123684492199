package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Invalid;
import io.linkspan.model.Tree;
import org.junit.jupiter.api.Test;

class MergeTest {
    private static final String BASE = """
            linkspan: 1
            site: plant
            revision: 3
            things:
              - { id: a, title: A, unit: 1 }
              - { id: b, title: B }
            """;

    private static Tree.Fields tree(String yaml) throws Invalid {
        return Yaml.parseFields("t", yaml);
    }

    private static Merge.Merged merge(String running, String file) throws Invalid {
        return Merge.of(tree(BASE), tree(running), tree(file));
    }

    @Test
    void takesBothChangesOfDifferentParts() throws Exception {
        var merged = merge(BASE.replace("title: A", "title: Aa"), BASE.replace("unit: 1", "unit: 2"));
        assertThat(merged.conflicts()).isEmpty();
        assertThat(Yaml.write(merged.tree())).contains("title: Aa", "unit: 2").doesNotContain("revision");
    }

    @Test
    void takesWhatOneAddedAndTheOtherTookOut() throws Exception {
        var merged = merge(BASE + "  - { id: c, title: C }\n", BASE.replace("  - { id: b, title: B }\n", ""));
        assertThat(merged.conflicts()).isEmpty();
        assertThat(Yaml.write(merged.tree())).contains("id: a", "id: c").doesNotContain("id: b");
    }

    @Test
    void theSameChangeTwiceIsNoConflict() throws Exception {
        String both = BASE.replace("title: B", "title: Bb");
        assertThat(merge(both, both).conflicts()).isEmpty();
    }

    @Test
    void namesWhatBothChangedDifferently() throws Exception {
        var merged = merge(BASE.replace("title: A", "title: Aa"), BASE.replace("title: A", "title: Ab"));
        assertThat(merged.conflicts())
                .containsExactly("things.a.title: the running site has Aa, the file Ab, both began with A");
    }

    @Test
    void whatOneTookOutAndTheOtherChangedIsAConflict() throws Exception {
        var merged = merge(BASE.replace("title: B", "title: Bb"), BASE.replace("  - { id: b, title: B }\n", ""));
        assertThat(merged.conflicts()).hasSize(1).first().asString().startsWith("things.b: ");
    }
}
