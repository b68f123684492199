package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.harrel.jsonschema.Dialects;
import dev.harrel.jsonschema.ValidatorFactory;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The schema for editors says of a site file what the program says, as far as a schema can: every example and sample
/// is
/// right for both, and what has a wrong shape is wrong for both.
class SiteSchemaTest {
    private static final Path ROOT = root();

    /// The clone: the folder above the module, wherever the tests are started.
    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(here.resolve("examples"))) {
            Path above = here.getParent();
            if (above == null) throw new IllegalStateException("No folder above the tests holds examples/");
            here = above;
        }
        return here;
    }

    private static String schema() {
        try (var in = SiteSchemaTest.class.getResourceAsStream("/schema/site.schema.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What the schema has against a file; empty when it is right.
    private static List<String> complaints(Tree.Fields file) {
        var validator = new ValidatorFactory()
                .withDialect(new Dialects.Draft2020Dialect())
                .withJsonNodeFactory(new TreeNode.Factory())
                .withDisabledSchemaValidation(true)
                .createValidator();
        URI uri = validator.registerSchema(schema());
        var result = validator.validate(uri, new TreeNode(file, ""));
        return result.isValid()
                ? List.of()
                : Stream.concat(
                                Stream.of("invalid"),
                                result.getErrors().stream().map(e -> e.getInstanceLocation() + ": " + e.getError()))
                        .toList();
    }

    static List<Path> goodFiles() throws IOException {
        try (var examples = Files.list(ROOT.resolve("examples"));
                var samples = Files.walk(ROOT.resolve("connectors/src/main/java"))) {
            return Stream.concat(examples, samples)
                    .filter(p -> p.toString().endsWith(".yaml")
                            && !p.getFileName().toString().equals("quality.yaml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("goodFiles")
    void everyExampleAndSampleIsRightForBoth(Path file) throws Exception {
        assertThat(complaints(Yaml.read(file))).isEmpty();
        var read = Applying.read(file.toString(), Files.readString(file), Optional.empty(), "");
        assertThat(Node.check(read).added()).isNotEmpty();
        assertThat(complaints(read)).as("with its profiles worked in").isEmpty();
    }

    /// Each in the house of the cookbook, whose lists its own replace: a schema does not look from one to the
    /// other.
    @Test
    void everyRecipeOfTheCookbookIsRight() throws Exception {
        Path folder = ROOT.resolve("simulation/scenarios/cookbook");
        var house = Yaml.read(folder.resolve("house.yaml"));
        try (var files = Files.list(folder)) {
            for (var file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                var fields = new LinkedHashMap<>(house.fields());
                fields.putAll(Yaml.read(file).fields());
                assertThat(complaints(new Tree.Fields(house.mark(), fields, house.keys())))
                        .as(file.getFileName().toString())
                        .isEmpty();
            }
        }
    }

    @Test
    void theExampleForAPointListTakesIt() throws Exception {
        Path csv = ROOT.resolve("examples/points.csv");
        var file = Applying.read(
                "plant.yaml",
                Files.readString(ROOT.resolve("examples/plant.yaml")),
                Optional.of("points.csv"),
                Files.readString(csv));
        assertThat(Node.check(file).added()).contains("property pump_1.speed", "property feed.power", "link keep_cold");
        assertThat(complaints(file)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no-grammar",
                "newer-grammar",
                "no-name",
                "name-with-hyphen",
                "reserved-name",
                "misspelt-field",
                "misspelt-in-property",
                "position-off-earth",
                "choice-without-choices",
                "fallback-of-sensor",
                "duration-without-unit",
                "link-without-silent",
                "link-one-threshold",
                "link-two-ways",
                "link-limit-without-end",
                "window-two-functions",
                "window-misspelt",
                "window-rank"
            })
    void whatHasAWrongShapeIsWrongForTheSchemaToo(String name) throws Exception {
        Path file = ROOT.resolve("node/src/test/resources/golden/bad-sites/" + name + ".yaml");
        assertThat(complaints(Yaml.read(file))).isNotEmpty();
    }
}
