package io.linkspan.node;

import io.linkspan.model.Tree;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What every command takes: which data folder, which site of it, and whether the answer is for people or for programs.
/// A
/// picocli mixin. For one thread.
public final class Where {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the site's data folder (else $LINKSPAN_DATA, else ./data)")
    private @Nullable Path data;

    @Option(names = "--site", paramLabel = "NAME", description = "which site, where several are in the folder")
    private @Nullable String site;

    @Option(names = "--json", description = "answer in JSON, one value a line")
    private boolean json;

    /// The data folder.
    public Path data() {
        if (data != null) return data;
        String named = System.getenv("LINKSPAN_DATA");
        return Path.of(named == null || named.isEmpty() ? "data" : named);
    }

    /// Whether the answer is for programs.
    public boolean json() {
        return json;
    }

    /// Where answers go.
    public PrintWriter out() {
        return command().commandLine().getOut();
    }

    /// Where complaints and progress go.
    public PrintWriter err() {
        return command().commandLine().getErr();
    }

    private CommandSpec command() {
        if (spec == null) throw new IllegalStateException("A mixin is used within a command only");
        return spec;
    }

    /// What the answer is shown on.
    Terminal terminal() {
        return Terminal.here();
    }

    /// A request with what says which site it is for.
    Trees.Fields request(String what) {
        var request = Trees.fields().text("do", what);
        if (site != null) request.text("site", site);
        return request;
    }

    /// Prints JSON on a line when that is wanted; else says that the caller shall print for people.
    boolean printed(Tree.Fields answer) {
        if (json) print(io.linkspan.model.Json.write(answer));
        return json;
    }

    /// Prints a line.
    void print(String line) {
        out().println(line);
        out().flush();
    }

    /// The text of a field of an answer; empty when it is not there.
    static String text(Tree.Fields answer, String field) {
        return optional(answer, field).orElse("");
    }

    /// The text of a field of an answer.
    static Optional<String> optional(Tree.Fields answer, String field) {
        return answer.fields().get(field) instanceof Tree.Scalar s ? Optional.of(s.text()) : Optional.empty();
    }

    /// The fields below a field of an answer.
    static Optional<Tree.Fields> below(Tree.Fields answer, String field) {
        return answer.fields().get(field) instanceof Tree.Fields f ? Optional.of(f) : Optional.empty();
    }

    /// The texts of a list in an answer.
    static List<String> texts(Tree.Fields answer, String field) {
        if (!(answer.fields().get(field) instanceof Tree.Items items)) return List.of();
        return items.items().stream()
                .map(t -> t instanceof Tree.Scalar s ? s.text() : io.linkspan.model.Json.write(t))
                .toList();
    }

    /// Prints what happened, a line each: position, time, words.
    void moves(Tree.Fields answer, String field) {
        for (var move : list(answer, field))
            print("%-8s %-27s %s"
                    .formatted(text(move, "position"), text(move, "time"), Terminal.harmless(text(move, "text"))));
    }

    /// The maps of a list in an answer.
    static List<Tree.Fields> list(Tree.Fields answer, String field) {
        if (!(answer.fields().get(field) instanceof Tree.Items items)) return List.of();
        return items.items().stream()
                .filter(Tree.Fields.class::isInstance)
                .map(Tree.Fields.class::cast)
                .toList();
    }

    /// Asks the running node.
    Tree.Fields askNode(Trees.Fields request) throws IOException, ControlClient.Refused, InterruptedException {
        try (var door = Door.toNode(data())) {
            return door.ask(request.done());
        }
    }

    /// Asks the running node or, without one, the folder.
    Tree.Fields askToLook(Trees.Fields request) throws IOException, ControlClient.Refused, InterruptedException {
        try (var door = Door.toLook(data())) {
            return door.ask(request.done());
        }
    }
}
