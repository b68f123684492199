package io.linkspan.node;

import io.linkspan.model.Tree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The commands about the past: `query`, which without a running node looks into the folder, and `import`, which needs
/// it.
final class Past {
    private Past() {}

    @Command(
            name = "query",
            description = "shows the readings of a span of time, or what they were in each quarter, hour or day")
    static final class Query implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "PATH", arity = "1..*", description = "properties: meter.power boiler.temperature")
        private List<String> paths = new ArrayList<>();

        @Option(
                names = "--from",
                paramLabel = "TIME",
                description = "a time (2026-01-14T12:00, 2026-01-14) or how long ago (7d); a day ago without")
        private String from = "1d";

        @Option(names = "--to", paramLabel = "TIME", description = "the same; now without. Not included itself")
        private @Nullable String to;

        @Option(names = "--every", paramLabel = "SPAN", description = "1min, 15min, 1h or 1d: one row for each")
        private @Nullable String every;

        @Option(names = "--as", paramLabel = "FORM", converter = FormWord.class, description = "table, csv or json")
        private Form form = Form.TABLE;

        /// How the answer is written.
        enum Form {
            TABLE,
            CSV,
            JSON
        }

        /// A form by its word in small letters.
        static final class FormWord implements CommandLine.ITypeConverter<Form> {
            @Override
            public Form convert(String word) {
                for (var form : Form.values())
                    if (form.name().toLowerCase(java.util.Locale.ROOT).equals(word)) return form;
                throw new CommandLine.TypeConversionException("it is table, csv or json, not " + word);
            }
        }

        private static final List<String> OF_READINGS = List.of("property", "time", "value", "quality");
        private static final List<String> OF_SPANS =
                List.of("property", "from", "to", "count", "min", "max", "mean", "time_mean", "last", "consumption");

        @Override
        public Integer call() throws Exception {
            var request = where.request("query")
                    .texts("properties", paths)
                    .text("from", from)
                    .plain("again", form == Form.CSV && every == null);
            if (to != null) request.text("to", to);
            if (every != null) request.text("every", every);
            var columns = every == null ? OF_READINGS : OF_SPANS;
            if (where.json()) form = Form.JSON;
            var table = new Table(columns.stream()
                    .map(c -> c.toUpperCase(java.util.Locale.ROOT).replace('_', ' '))
                    .toArray(String[]::new));
            if (form == Form.CSV) line(String.join(",", columns));
            try (var door = Door.toLook(where.data())) {
                var end = door.ask(request.done(), item -> show(item, columns, table));
                if (form == Form.JSON) where.print(io.linkspan.model.Json.write(end));
                if (form == Form.TABLE) {
                    where.out().print(table.text(where.terminal()));
                    where.print("");
                    where.print(Where.text(end, "rows") + " rows; complete to " + Where.text(end, "complete_to"));
                }
            }
            where.out().flush();
            return Exit.DONE;
        }

        private void show(Tree.Fields item, List<String> columns, Table table) {
            switch (form) {
                case JSON -> where.print(io.linkspan.model.Json.write(item));
                case CSV ->
                    line(columns.stream()
                            .map(c -> io.linkspan.history.CsvExport.quoted(Where.text(item, c)))
                            .collect(java.util.stream.Collectors.joining(",")));
                case TABLE ->
                    table.row(columns.stream()
                            .map(c -> columns.indexOf(c) > 0 && !c.equals("quality")
                                    ? Table.Cell.number(Where.text(item, c))
                                    : Table.Cell.of(Where.text(item, c)))
                            .toArray(Table.Cell[]::new));
            }
        }

        /// A line of CSV ends with CR LF on every system (RFC 4180, 2).
        private void line(String text) {
            where.out().print(text + "\r\n");
        }
    }

    @Command(name = "import", description = "brings readings of the past into the history, from a table in CSV")
    static final class Import implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(
                paramLabel = "FILE.csv",
                description = "columns time,meter.power,... or property,time,value,quality")
        private Path file = Path.of("readings.csv");

        @Override
        public Integer call() throws Exception {
            if (!Files.isRegularFile(file)) throw new NoSuch("there is no file " + file);
            var answer = where.askNode(where.request("import")
                    .text("file", file.toAbsolutePath().normalize().toString()));
            if (where.printed(answer)) return Exit.DONE;
            if (Where.text(answer, "unchanged").equals("true")) {
                where.print(file + " was brought in before; nothing changed");
                return Exit.DONE;
            }
            where.print(Where.text(answer, "readings") + " readings of " + Where.text(answer, "lines")
                    + " lines are in the history");
            var left = Where.texts(answer, "left");
            if (!left.isEmpty()) where.print("Left out, since no property has these names: " + String.join(", ", left));
            return Exit.DONE;
        }
    }
}
