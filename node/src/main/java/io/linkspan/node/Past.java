package io.linkspan.node;

import io.linkspan.model.Tree;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
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

        @Option(
                names = "--as",
                paramLabel = "FORM",
                converter = FormWord.class,
                description = "table, csv, json or parquet")
        private Form form = Form.TABLE;

        @Option(names = "--wide", description = "of csv: a row for each instant, a column for each property")
        private boolean wide;

        @Option(names = "--out", paramLabel = "FILE", description = "writes csv or parquet there, whole or not at all")
        private @Nullable Path file;

        /// How the answer is written.
        enum Form {
            TABLE,
            CSV,
            JSON,
            PARQUET
        }

        /// A form by its word in small letters.
        static final class FormWord implements CommandLine.ITypeConverter<Form> {
            @Override
            public Form convert(String word) {
                for (var form : Form.values())
                    if (form.name().toLowerCase(java.util.Locale.ROOT).equals(word)) return form;
                throw new CommandLine.TypeConversionException("it is table, csv, json or parquet, not " + word);
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
            if (wide && (form != Form.CSV || every != null))
                throw new SaidNo("--wide goes with --as csv, and without --every");
            if (wide || form == Form.PARQUET)
                return file(request.text("file", wide ? "wide" : "parquet").done());
            if (file != null) throw new SaidNo("--out goes with --as parquet and with --wide; write > FILE for others");
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

        /// An answer that is a file: into the one that is named, else to where answers go.
        private int file(Tree.Fields request) throws IOException, ControlClient.Refused, InterruptedException {
            if (file == null && form == Form.PARQUET && Terminal.isInteractive())
                throw new SaidNo("Parquet is bytes and nothing to read on a terminal; write it with --out FILE.parquet,"
                        + " or > FILE.parquet");
            Tree.Fields end;
            try (var door = Door.toLook(where.data())) {
                if (file != null) end = aside(door, request, file);
                else if (form == Form.PARQUET) {
                    @SuppressWarnings("resource") // the standard output is not ours to close
                    var out = new FileOutputStream(FileDescriptor.out);
                    end = door.ask(request, item -> out.write(bytes(item)));
                } else end = lines(door, request);
            }
            String left = Where.text(end, "left");
            if (file != null)
                where.print(Where.text(end, "rows") + " rows are in " + file + "; complete to "
                        + Where.text(end, "complete_to"));
            if (!left.equals("0"))
                where.err()
                        .println("Left out, since the wide form has no place for what is uncertain, bad or empty: "
                                + left + "; --as csv without --wide has them");
            return Exit.DONE;
        }

        /// Prints text that comes in portions, whole lines at a time: a portion may end within a character.
        private Tree.Fields lines(Door door, Tree.Fields request)
                throws IOException, ControlClient.Refused, InterruptedException {
            var begun = new ByteArrayOutputStream();
            var end = door.ask(request, item -> {
                byte[] bytes = bytes(item);
                int whole = bytes.length;
                while (whole > 0 && bytes[whole - 1] != '\n') whole--;
                if (whole > 0) {
                    begun.write(bytes, 0, whole);
                    where.out().print(begun.toString(StandardCharsets.UTF_8));
                    begun.reset();
                }
                begun.write(bytes, whole, bytes.length - whole);
            });
            where.out().print(begun.toString(StandardCharsets.UTF_8));
            where.out().flush();
            return end;
        }

        /// Writes beside the file and puts it in its place when all is there.
        private static Tree.Fields aside(Door door, Tree.Fields request, Path file)
                throws IOException, ControlClient.Refused, InterruptedException {
            Path aside = file.resolveSibling(file.getFileName() + ".tmp");
            try {
                Tree.Fields end;
                try (var out = Files.newOutputStream(aside)) {
                    end = door.ask(request, item -> out.write(bytes(item)));
                }
                Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
                return end;
            } finally {
                Files.deleteIfExists(aside);
            }
        }

        private static byte[] bytes(Tree.Fields item) {
            return Base64.getDecoder().decode(Where.text(item, "bytes"));
        }

        private void show(Tree.Fields item, List<String> columns, Table table) {
            switch (form) {
                case PARQUET -> throw new IllegalStateException("Parquet is a file, and has no rows to show");
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
