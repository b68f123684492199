package io.linkspan.connectors.profiles;

import static java.util.stream.Collectors.toUnmodifiableSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Point;
import io.linkspan.connectors.modbus.Address;
import io.linkspan.model.Invalid;
import io.linkspan.model.Names;
import io.linkspan.model.Tree;
import io.linkspan.model.Units;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProfilesTest {
    /// A link between two meters should not need a conversion that nobody sees.
    private static final Set<String> UNITS = Stream.of(
                    "W", "var", "VA", "V", "A", "Hz", "kWh", "kvarh", "1", "%", "Cel", "s", "A.h")
            .map(unit -> Units.parse(unit).code())
            .collect(toUnmodifiableSet());

    /// What makes a citation one that can be looked up.
    private static final Pattern PLACE = Pattern.compile("page|table|section|Models? \\d", Pattern.CASE_INSENSITIVE);

    static List<String> names() {
        return Profile.names();
    }

    @Test
    void theIndexListsEveryFileAndSaysWhatTheFileSays() throws IOException, Invalid {
        var files = new TreeSet<String>();
        try (var folder = Files.list(Profile.FOLDER)) {
            folder.map(path -> path.getFileName().toString()).forEach(files::add);
        }
        assertThat(Profile.names().stream().map(name -> name + ".yaml").toList())
                .isSorted()
                .doesNotHaveDuplicates();
        files.remove("index.yaml");
        assertThat(files)
                .containsExactlyElementsOf(
                        Profile.names().stream().map(name -> name + ".yaml").toList());

        var types = new TreeSet<String>();
        for (var type : ServiceLoader.load(ConnectorType.class)) types.add(type.name());
        for (var entry : Profile.index()) {
            var profile = Profile.load(Profile.text(entry, "name"));
            assertThat(Profile.text(entry, "title")).isEqualTo(Profile.text(profile.kind(), "title"));
            assertThat(Profile.text(entry, "maker")).isEqualTo(Profile.text(profile.kind(), "maker"));
            assertThat(((Tree.Items) entry.fields().get("connectors")).items())
                    .isNotEmpty()
                    .allSatisfy(each -> assertThat(types).contains(((Tree.Scalar) each).text()));
        }
    }

    @Test
    void thePageOfTheDocumentationListsEveryProfile() throws IOException {
        var listed = Pattern.compile("^\\| `([a-z0-9_]+)` \\| .* \\| .* \\|$", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("..", "docs", "profiles.md")).split("## Names")[0])
                .results()
                .map(each -> each.group(1))
                .toList();
        assertThat(listed).isEqualTo(Profile.names());
    }

    @ParameterizedTest
    @MethodSource("names")
    void isWhatItsNameSaysAndCitesWhereItIsFrom(String name) throws Invalid {
        var profile = Profile.load(name);

        assertThat(Profile.text(profile.file(), "linkspan")).isEqualTo("1");
        assertThat(profile.file().fields()).containsOnlyKeys("linkspan", "kind");
        assertThat(Profile.text(profile.kind(), "id")).isEqualTo(name).satisfies(Names::check);
        assertThat(Profile.text(profile.kind(), "title")).isNotBlank();
        assertThat(Profile.text(profile.kind(), "maker")).isNotBlank();
        assertThat(uncited(profile)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyPropertyHasATitleAUnitThatOthersUseTooAndAnExpectation(String name) throws Invalid {
        for (var p : Profile.load(name).thing().properties().values()) {
            assertThat(p.title()).as(p.name()).isPresent();
            assertThat(p.every()).as(p.name()).isPresent();
            if (p.type() == ValueType.NUMBER || p.type() == ValueType.REGISTER)
                assertThat(p.unit()).as(p.name()).isPresent();
            p.unit().ifPresent(unit -> assertThat(UNITS).as(p.name()).contains(unit));
            if (p.writable())
                assertThat(p.writing().orElseThrow().withoutUs())
                        .as("what the machine does with " + p.name() + " without us")
                        .isNotInstanceOf(WithoutUs.None.class);
        }
    }

    @Test
    void oneNameMeansOneThingInAllOfThem() throws Invalid {
        var first = new HashMap<String, String>();
        for (String name : Profile.names())
            for (var p : Profile.load(name).thing().properties().values()) {
                if (p.name().equals("state")) continue; // each machine has its own
                String meaning = p.type() + " in " + p.unit().orElse("no unit");
                assertThat(first.computeIfAbsent(p.name(), _ -> meaning))
                        .as(name + "." + p.name())
                        .isEqualTo(meaning);
            }
        assertThat(first).hasSizeGreaterThan(30);
    }

    @ParameterizedTest
    @MethodSource("names")
    void bothMastersTakeEveryPoint(String name) throws Invalid {
        for (var type : ServiceLoader.load(ConnectorType.class)) {
            if (!Set.of("modbus_tcp", "modbus_rtu").contains(type.name())) continue;
            for (var point : Profile.load(name).points())
                assertThatCode(() -> type.check(point))
                        .as(type.name() + " " + point.name())
                        .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void noRegisterIsReadAsTwoThings(String name) throws Invalid {
        assertThat(overlaps(Profile.load(name).points())).isEmpty();
    }

    @Test
    void plantedMistakesAreFound() throws Invalid {
        var profile = Profile.parse("planted", """
                # A meter.
                #
                # Manual: the one on the shelf.
                # Checked against: itself.
                linkspan: 1
                kind:
                  id: planted
                  source: the manual
                  properties:
                    power: { type: number, unit: W, at: "input 52 float32" }
                    energy: { type: register, unit: kWh, at: "input 53 uint32" }
                    same: { type: number, unit: W, at: "holding 53 uint32" }
                """);

        assertThat(overlaps(profile.points())).containsExactly("it.energy and it.power at input 53");
        assertThat(uncited(profile))
                .containsExactly(
                        "its source names no page, table, section or model", "it is checked against one source");
    }

    private static List<String> uncited(Profile profile) {
        var missing = new ArrayList<String>();
        if (!PLACE.matcher(Profile.text(profile.kind(), "source")).find())
            missing.add("its source names no page, table, section or model");
        if (!Pattern.compile("^(Manual|Source): ", Pattern.MULTILINE)
                .matcher(profile.comment())
                .find()) missing.add("its comment says nothing about the manual");
        var checked = Pattern.compile(
                        "^Checked against: (.*?)(?=^[A-Z][^:\\n]*: |\\z)", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(profile.comment());
        if (!checked.find() || checked.group(1).split(",").length < 2) missing.add("it is checked against one source");
        return missing;
    }

    private static List<String> overlaps(List<Point> points) {
        Map<String, String> taken = new HashMap<>();
        var found = new ArrayList<String>();
        for (var point : points)
            if (Address.parse(point.at().text(), point.type()) instanceof Address.Place place)
                for (int i = 0; i < place.form().count(); i++) {
                    String register = place.table().word() + " " + (place.first() + i);
                    String other = taken.putIfAbsent(register, point.name());
                    if (other != null) found.add(point.name() + " and " + other + " at " + register);
                }
        return found;
    }
}
