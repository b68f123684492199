package io.linkspan.simulation;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.linkspan.simulation.Architecture.Violation;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Holds the dependency table of ARCHITECTURE.md, and shows with planted violations that each rule can fail.
class ArchitectureTest {
    private static final String PLANTED = "io.linkspan.simulation.planted";

    private static final Architecture PRODUCT = new Architecture(
            "io.linkspan",
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .withImportOption(location -> !location.contains("-tests.jar"))
                    .importPackages("io.linkspan"));

    private static final Architecture CONTROLS =
            new Architecture(PLANTED, new ClassFileImporter().importPackages(PLANTED));

    @Test
    void everyModuleOfTheTableWasLookedAtExceptBenchWhichSeesUs() {
        var expected = new TreeSet<>(Architecture.TABLE.keySet());
        expected.remove("bench");
        assertThat(PRODUCT.modulesSeen()).isEqualTo(expected);
    }

    @Test
    void modulesKnowOnlyWhatTheTableSays() {
        assertThat(messages(PRODUCT.modules())).isEmpty();
        assertThat(culprits(CONTROLS.modules())).isEqualTo(Set.of("model.LooksIntoSite", "extras.Stray"));
    }

    @Test
    void modulesUseOnlyTheLibrariesThatTheTableSays() {
        assertThat(messages(PRODUCT.libraries())).isEmpty();
        assertThat(culprits(CONTROLS.libraries())).isEqualTo(Set.of("site.UsesLibrary", "feed.UsesInternals"));
    }

    @Test
    void nobodyUsesTheInternalsOfTheJdk() {
        assertThat(messages(PRODUCT.internals())).isEmpty();
        assertThat(culprits(CONTROLS.internals())).isEqualTo(Set.of("feed.UsesInternals"));
    }

    @Test
    void protocolFoldersDoNotSeeEachOther() {
        assertThat(messages(PRODUCT.protocolFolders())).isEmpty();
        assertThat(culprits(CONTROLS.protocolFolders()))
                .isEqualTo(Set.of("connectors.beta.SeesAlpha", "connectors.gamma.There", "connectors.delta.Back"));
    }

    @Test
    void modulesAreFlat() {
        assertThat(messages(PRODUCT.flat())).isEmpty();
        assertThat(culprits(CONTROLS.flat())).isEqualTo(Set.of("journal.deep.Buried"));
    }

    @Test
    void onlyNodeConstructsAcrossModules() {
        assertThat(messages(PRODUCT.construction())).isEmpty();
        assertThat(culprits(CONTROLS.construction())).isEqualTo(Set.of("access.ConstructsCompiler"));
    }

    @Test
    void noPackagesInACycle() {
        assertThat(messages(PRODUCT.cycles())).isEmpty();
        assertThat(culprits(CONTROLS.cycles())).isEqualTo(Set.of("connectors.gamma.There", "connectors.delta.Back"));
    }

    private static String messages(List<Violation> violations) {
        return violations.stream().map(Violation::message).distinct().sorted().collect(joining("\n"));
    }

    private static Set<String> culprits(List<Violation> violations) {
        return violations.stream()
                .map(violation -> violation.by().getName().substring(PLANTED.length() + 1))
                .collect(toCollection(TreeSet::new));
    }
}
