package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.SampleSite;
import io.linkspan.model.Directory;
import io.linkspan.model.Invalid;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Tree;
import io.linkspan.node.Yaml;
import io.linkspan.site.Assessment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every ```yaml block of README.md and docs/ is what a reader would copy: it must be taken, down to each connector's
/// settings and addresses, or be refused with the sentence that its first line, `# refused: SENTENCE`, promises.
///
/// A block without `linkspan:` is a fragment and is put into `docs-frame.yaml`, those of the cookbook into its house:
/// its
/// connectors, kinds, things, links and rules replace those of the same id and join the others; a list alone is of
/// things; a map of properties alone is a thing on
/// the Modbus bus.
class DocsTest {
    private static final Pattern BLOCK = Pattern.compile("^```yaml\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern REFUSED = Pattern.compile("\\A# refused: (.+)\n");
    private static final Set<String> LISTS = Set.of(
            "connectors",
            "kinds",
            "plans",
            "things",
            "links",
            "rules",
            "schedules",
            "scenes",
            "modes",
            "holidays",
            "alarms",
            "channels",
            "tell");
    private static final String COOKBOOK = "docs/cookbook.md";
    private static final String PROFILES = "/io/linkspan/connectors/profiles/";

    /// Fewer blocks than this and the pattern has lost its grip on the pages.
    private static final int BLOCKS_MIN = 25;

    @TempDir
    Path folder;

    record Block(String page, int line, String text) {
        Optional<String> refusal() {
            var m = REFUSED.matcher(text);
            return m.find() ? Optional.of(m.group(1)) : Optional.empty();
        }

        @Override
        public String toString() {
            return page + ":" + line;
        }
    }

    static List<Block> blocks() throws IOException {
        var root = TidyTest.root();
        var pages = new ArrayList<Path>(List.of(root.resolve("README.md")));
        try (Stream<Path> docs = Files.list(root.resolve("docs"))) {
            docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        var all = new ArrayList<Block>();
        for (var page : pages) {
            String text = Files.readString(page);
            var m = BLOCK.matcher(text);
            while (m.find()) {
                int line = 2
                        + (int) text.substring(0, m.start())
                                .chars()
                                .filter(c -> c == '\n')
                                .count();
                all.add(new Block(root.relativize(page).toString(), line, m.group(1)));
            }
        }
        return all;
    }

    @Test
    void thereAreBlocksOfBothSorts() throws IOException {
        assertThat(blocks()).hasSizeGreaterThan(BLOCKS_MIN);
        assertThat(blocks()).anyMatch(block -> block.refusal().isPresent());
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void eachIsTakenOrRefusedAsItSays(Block block) throws Exception {
        if (block.refusal().isPresent())
            assertThatThrownBy(() -> check(block))
                    .isInstanceOf(Invalid.class)
                    .hasMessageContaining(block.refusal().get());
        else check(block);
    }

    private void check(Block block) throws IOException, Invalid {
        var frame = block.page().equals(COOKBOOK)
                ? Yaml.read(TidyTest.root().resolve("simulation/scenarios/cookbook/house.yaml"))
                : Yaml.parseFields("docs-frame.yaml", resource("/docs-frame.yaml"));
        var site = profiles(whole(frame, Yaml.parse(block.toString(), block.text())));
        Assessment.of(Directory.EMPTY, SiteFile.read(site));
        var written = Files.writeString(folder.resolve("site.yaml"), Yaml.write(site));
        var sample = SampleSite.read(written);
        for (var type : ServiceLoader.load(ConnectorType.class)) {
            for (var connector : sample.file().connectors().values()) {
                if (!connector.type().equals(type.name())) continue;
                type.create(connector.settings());
                for (var point : sample.points().get(connector.id())) type.check(point);
            }
        }
    }

    // ---- fragments

    private static Tree.Fields whole(Tree.Fields frame, Tree block) throws IOException, Invalid {
        return switch (block) {
            case Tree.Fields f when f.fields().containsKey("kind") -> kind(frame, f);
            case Tree.Fields f when f.fields().containsKey("linkspan") -> f;
            case Tree.Fields f when LISTS.containsAll(f.fields().keySet()) -> framed(frame, f.fields());
            case Tree.Fields f -> framed(frame, Map.of("things", Tree.items(List.of(machine(f)))));
            case Tree.Items i -> framed(frame, Map.of("things", i));
            case Tree.Scalar empty when empty.text().isEmpty() -> framed(frame, Map.of()); // a comment alone
            case Tree.Scalar _ -> throw new Invalid(block.mark(), "a text is no part of a site file");
        };
    }

    /// A file with a kind alone is a profile: a thing is made of it.
    private static Tree.Fields kind(Tree.Fields frame, Tree.Fields file) throws IOException, Invalid {
        var kind = (Tree.Fields) file.fields().get("kind");
        var thing = new LinkedHashMap<String, Tree>();
        thing.put("id", Tree.text("one"));
        thing.put("kind", kind.fields().get("id"));
        thing.put("connector", Tree.text("bus"));
        thing.put("unit", Tree.plain(1));
        return framed(
                frame, Map.of("kinds", Tree.items(List.of(kind)), "things", Tree.items(List.of(Tree.fields(thing)))));
    }

    private static Tree.Fields machine(Tree.Fields properties) {
        var thing = new LinkedHashMap<String, Tree>();
        thing.put("id", Tree.text("machine"));
        thing.put("connector", Tree.text("bus"));
        thing.put("unit", Tree.plain(1));
        thing.put("properties", properties);
        return Tree.fields(thing);
    }

    private static Tree.Fields framed(Tree.Fields frame, Map<String, Tree> parts) {
        var fields = new LinkedHashMap<>(frame.fields());
        for (var part : parts.entrySet()) fields.merge(part.getKey(), part.getValue(), DocsTest::joined);
        return new Tree.Fields(frame.mark(), fields, frame.keys());
    }

    private static Tree joined(Tree under, Tree over) {
        var all = new LinkedHashMap<String, Tree>();
        for (var list : List.of((Tree.Items) under, (Tree.Items) over))
            for (var item : list.items()) all.put(id(item), item);
        return Tree.items(List.copyOf(all.values()));
    }

    private static String id(Tree item) {
        return item instanceof Tree.Scalar word
                ? word.text()
                : ((Tree.Scalar) ((Tree.Fields) item).fields().get("id")).text();
    }

    // ---- profiles

    /// `profile:` as what it stands for: a kind that comes with the program.
    private static Tree.Fields profiles(Tree.Fields site) throws IOException, Invalid {
        var kinds = new LinkedHashMap<String, Tree>();
        var things = new ArrayList<Tree>();
        for (var each : site.fields().get("things") instanceof Tree.Items i ? i.items() : List.<Tree>of()) {
            var fields = new LinkedHashMap<>(((Tree.Fields) each).fields());
            if (fields.remove("profile") instanceof Tree.Scalar name) {
                kinds.put(
                        name.text(),
                        Yaml.parseFields(name.text(), resource(PROFILES + name.text() + ".yaml"))
                                .fields()
                                .get("kind"));
                fields.put("kind", name);
            }
            things.add(new Tree.Fields(each.mark(), fields, ((Tree.Fields) each).keys()));
        }
        if (kinds.isEmpty()) return site;
        var fields = new LinkedHashMap<>(site.fields());
        fields.put("things", Tree.items(things));
        fields.merge("kinds", Tree.items(List.copyOf(kinds.values())), DocsTest::joined);
        return new Tree.Fields(site.mark(), fields, site.keys());
    }

    private static String resource(String name) throws IOException {
        try (var in = DocsTest.class.getResourceAsStream(name)) {
            assertThat(in).as("resource %s", name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
