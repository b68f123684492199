package io.linkspan.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// The commands about the past: `import`. They need the running node.
final class Past {
    private Past() {}

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
