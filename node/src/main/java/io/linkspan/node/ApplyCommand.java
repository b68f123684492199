package io.linkspan.node;

import io.linkspan.model.Tree;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `apply`: what a file changes is shown, what it takes out is asked about, then it is put in force.
@Command(name = "apply", description = "puts a changed site file in force, after it has shown what that changes")
final class ApplyCommand implements Callable<Integer> {
    @Mixin
    private final Where where = new Where();

    @Parameters(paramLabel = "FILE", description = "site.yaml")
    private Path file = Path.of("site.yaml");

    @Option(
            names = "--csv",
            paramLabel = "POINTS.CSV",
            description = "a point list: its things beside those of the file")
    private @Nullable Path csv;

    @Option(names = "--dry-run", description = "only show what would change")
    private boolean dryRun;

    @Option(names = "--yes", description = "take out what the file no longer has, without a question")
    private boolean yes;

    @Option(names = "--force", description = "take the file although another revision is running")
    private boolean force;

    @Option(names = "--merge", description = "join the file's changes with those of the running site")
    private boolean merge;

    @Override
    public Integer call() throws Exception {
        try (var door = Door.toNode(where.data())) {
            var shown = door.ask(request().plain("dry-run", true).done());
            boolean last = dryRun || Where.text(shown, "unchanged").equals("true");
            if (!where.json()) print(where, shown);
            if (last) {
                where.printed(shown);
                return Exit.DONE;
            }
            if (!Where.texts(shown, "removed").isEmpty() && !yes && !isMeant()) {
                where.err().println("linkspan: nothing was changed");
                return Exit.SAID_NO;
            }
            var applied = door.ask(request().plain("confirmed", true).done());
            if (!where.printed(applied)) where.print(after(Where.text(applied, "revision")));
            return Exit.DONE;
        }
    }

    private String after(String revision) throws IOException {
        String text = "Revision " + revision + " is in force";
        return Files.readString(file).contains("revision:")
                ? text + "; write \"revision: " + revision + "\" into " + file + " before its next change"
                : text;
    }

    private Trees.Fields request() throws IOException {
        var request = where.request("apply")
                .text("file", file.toString())
                .text("yaml", read(file))
                .plain("force", force)
                .plain("merge", merge);
        if (csv != null) request.text("csv-file", csv.toString()).text("csv", read(csv));
        return request;
    }

    /// The text of a file that a person named.
    static String read(Path file) throws IOException {
        if (!Files.exists(file)) throw new NoSuch("there is no file " + file);
        if (Files.size(file) > Yaml.TEXT_CHARS_MAX)
            throw new SaidNo(file + " has more than " + Yaml.TEXT_CHARS_MAX + " bytes");
        try {
            return Files.readString(file);
        } catch (java.nio.charset.MalformedInputException e) {
            throw new SaidNo(file + " is no UTF-8 text; save it with the encoding UTF-8");
        }
    }

    private boolean isMeant() throws IOException {
        if (!Terminal.isInteractive())
            throw new SaidNo("the file takes something out, and there is nobody to ask; say --yes if that is meant");
        where.err().print("Take that out? [y/N] ");
        where.err().flush();
        String answer = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        return answer != null && answer.trim().equalsIgnoreCase("y");
    }

    /// Shows what a file changes.
    static void print(Where where, Tree.Fields answer) {
        if (Where.text(answer, "unchanged").equals("true")) {
            where.print("The file says what is running: revision " + Where.text(answer, "revision"));
            return;
        }
        for (var heading : Applying.HEADINGS) {
            var lines = Where.texts(answer, heading.getFirst());
            if (lines.isEmpty()) continue;
            where.print(heading.getLast() + ":");
            for (String line : lines) where.print("  " + line);
        }
    }
}
