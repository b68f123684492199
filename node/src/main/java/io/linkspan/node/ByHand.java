package io.linkspan.node;

import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Probes;
import io.linkspan.connector.Report;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The commands that look at a line by hand, without a site: `probe` and `read`.
final class ByHand {
    private ByHand() {}

    /// The abilities of a type to be used by hand.
    ///
    /// @throws NoSuch no such type, or it has none
    private static Probes probes(String type) throws NoSuch {
        var attached = new Attached();
        ConnectorType found = attached.type(type)
                .orElseThrow(() -> new NoSuch(
                        "no connector is of type \"" + type + "\"; there are " + String.join(", ", attached.names())));
        if (found instanceof Probes probes) return probes;
        var able = attached.names().stream()
                .filter(n -> attached.type(n).orElseThrow() instanceof Probes)
                .toList();
        throw new NoSuch("a " + type + " can not be looked at by hand; these can: " + String.join(", ", able));
    }

    private static Settings settings(CommandSpec spec, String endpoint, List<String> more) {
        var fields = new LinkedHashMap<String, Tree>();
        fields.put("endpoint", Tree.text(endpoint));
        for (String each : more) {
            int eq = each.indexOf('=');
            if (eq < 1)
                throw new ParameterException(
                        spec.commandLine(), "a setting is NAME=VALUE, such as baud=9600, not " + each);
            fields.put(each.substring(0, eq), Tree.plain(each.substring(eq + 1)));
        }
        return new Settings(Tree.fields(fields));
    }

    @Command(name = "probe", description = "finds out how to talk to what is at a line: baud rate, units")
    static final class Probe implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Spec
        private @Nullable CommandSpec spec;

        @Parameters(index = "0", paramLabel = "TYPE", description = "modbus_tcp, modbus_rtu")
        private String type = "";

        @Parameters(index = "1", paramLabel = "ENDPOINT", description = "192.168.1.20:502, /dev/ttyUSB0")
        private String endpoint = "";

        @Parameters(
                index = "2..*",
                paramLabel = "NAME=VALUE",
                description = "what is known already: baud=9600 units=1..10")
        private List<String> more = new ArrayList<>();

        @Override
        public Integer call() throws Exception {
            if (spec == null) return Exit.USAGE;
            int[] found = {0};
            var folder = Files.createTempDirectory("linkspan-probe");
            try {
                probes(type).probe(new HandSurroundings(folder), settings(spec, endpoint, more), find -> {
                    if (!find.settings().isEmpty()) found[0]++;
                    show(find);
                });
            } finally {
                Files.deleteIfExists(folder);
            }
            if (found[0] > 0) return Exit.DONE;
            where.err().println("linkspan probe: nobody answered at " + endpoint);
            return Exit.NO_SUCH;
        }

        private void show(Report.Found find) {
            var settings = new LinkedHashMap<String, Tree>();
            new TreeMap<>(find.settings()).forEach((name, value) -> settings.put(name, Tree.plain(value)));
            if (where.json())
                where.printed(Trees.fields()
                        .text("found", find.what())
                        .put("settings", Tree.fields(settings))
                        .done());
            else where.print(find.what() + (settings.isEmpty() ? "" : "   " + line(find.settings())));
        }

        private static String line(Map<String, String> settings) {
            var parts = new ArrayList<String>();
            new TreeMap<>(settings).forEach((name, value) -> parts.add(name + ": " + value));
            return "{ " + String.join(", ", parts) + " }";
        }
    }

    @Command(name = "read", description = "reads one address once and shows it in every form that it could have")
    static final class Read implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Spec
        private @Nullable CommandSpec spec;

        @Parameters(index = "0", paramLabel = "ENDPOINT", description = "192.168.1.20:502, /dev/ttyUSB0")
        private String endpoint = "";

        @Parameters(index = "1", paramLabel = "ADDRESS", description = "\"unit 1 input 4\"")
        private String address = "";

        @Parameters(index = "2..*", paramLabel = "NAME=VALUE", description = "settings of the line: baud=9600 mode=8E1")
        private List<String> more = new ArrayList<>();

        @Option(
                names = "--type",
                paramLabel = "TYPE",
                description = "else modbus_rtu on a serial line and modbus_tcp elsewhere")
        private @Nullable String type;

        @Override
        public Integer call() throws Exception {
            if (spec == null) return Exit.USAGE;
            boolean serial =
                    endpoint.startsWith("/") || endpoint.startsWith("serial:") || endpoint.matches("(?i)COM\\d+");
            String named = type != null ? type : serial ? "modbus_rtu" : "modbus_tcp";
            var folder = Files.createTempDirectory("linkspan-read");
            List<Probes.Shown> shown;
            try {
                shown = probes(named).read(new HandSurroundings(folder), settings(spec, endpoint, more), address);
            } finally {
                Files.deleteIfExists(folder);
            }
            if (where.json()) {
                var all = new ArrayList<Tree>();
                for (var s : shown)
                    all.add(Trees.fields()
                            .text("form", s.form())
                            .text("value", s.value())
                            .done());
                where.printed(Trees.fields()
                        .text("address", address)
                        .put("forms", Tree.items(all))
                        .done());
                return Exit.DONE;
            }
            var table = new Table("FORM", "VALUE");
            for (var s : shown) table.row(s.form(), s.value());
            where.out().print(table.text(where.terminal()));
            where.out().flush();
            return Exit.DONE;
        }
    }
}
