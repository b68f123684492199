package io.linkspan.node;

import io.linkspan.model.Directory;
import io.linkspan.model.Invalid;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node as `run` starts it: with its site from a file, and the socket for the other commands. Safe for many threads.
public final class Running implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("linkspan.node");

    private final Path data;
    private final Node node;
    private final NodeClock clock;
    private final Entrance entrance;
    private final ControlSocket socket;

    /// How it is started.
    ///
    /// @param siteFile none: the folder's sites go on as they are
    /// @param log how the log is kept
    /// @param passive no line is opened: what a restored backup begins with
    public record Settings(
            Path data,
            Optional<Path> siteFile,
            NodeClock clock,
            NodeFile.LogLimits log,
            Set<io.linkspan.connector.Endpoint.Tcp> permitted,
            boolean passive) {
        public Settings {
            permitted = Set.copyOf(permitted);
        }

        /// The usual ones.
        public static Settings of(Path data, Path siteFile) {
            return new Settings(
                    data, Optional.of(siteFile), NodeClock.real(), NodeFile.LogLimits.STANDARD, Set.of(), false);
        }
    }

    private Running(Path data, Node node, NodeClock clock, Entrance entrance, ControlSocket socket) {
        this.data = data;
        this.node = node;
        this.clock = clock;
        this.entrance = entrance;
        this.socket = socket;
    }

    /// Starts a node: a new folder gets its site from the file; in a folder that has one the file's changes are put
    /// in
    /// force, after `changes` has heard of them.
    ///
    /// @throws Invalid at the line of what is wrong in the file
    /// @throws SaidNo the file is of another site, or of another revision than the one that is running
    /// @throws IOException the folder is in use or can not be used; the message says what next
    public static Running start(Settings settings, Consumer<Tree.Fields> changes)
            throws Invalid, IOException, InterruptedException {
        Optional<Tree.Fields> file = settings.siteFile().isPresent()
                ? Optional.of(readFile(settings.siteFile().get()))
                : Optional.empty();
        if (file.isPresent()) checkNew(settings, file.get());
        var node = Node.start(new Node.Settings(
                settings.data(), settings.clock(), settings.log(), settings.permitted(), settings.passive()));
        try {
            if (file.isPresent()) site(node, settings.clock(), file.get(), changes);
            var entrance = Entrance.of(node, settings.data());
            var requests = new Requests(node, settings.clock(), entrance.signIn(), Requests.here());
            var socket = ControlSocket.open(settings.data(), requests);
            var running = new Running(settings.data(), node, settings.clock(), entrance, socket);
            for (var id : node.sites()) LOG.info("{}", running.words(id));
            return running;
        } catch (Invalid | IOException | InterruptedException | RuntimeException e) {
            node.close();
            throw e;
        }
    }

    private static Tree.Fields readFile(Path path) throws Invalid, IOException {
        return Applying.read(path.toString(), ApplyCommand.read(path), Optional.empty(), "");
    }

    /// A file that is wrong leaves no folder behind.
    private static void checkNew(Settings settings, Tree.Fields file) throws Invalid {
        if (!Files.exists(settings.data().resolve(Node.JOURNAL))) Node.check(file);
    }

    private static void site(Node node, NodeClock clock, Tree.Fields file, Consumer<Tree.Fields> changes)
            throws Invalid, IOException, InterruptedException {
        if (node.sites().isEmpty()) {
            node.create(Requests.here(), file);
            return;
        }
        var view = new RunningSite(node, clock, node.sites().getFirst());
        var ready = Applying.ready(node, view, file, Applying.Meeting.REFUSE);
        if (ready.unchanged()) return;
        changes.accept(
                Applying.told(ready.assessment()).plain("unchanged", false).done());
        var taken = node.apply(view.id(), Requests.here(), ready.tree()).await(Requests.STORE_TIMEOUT);
        if (taken.isEmpty())
            throw new IOException(
                    "the changed file could not be stored: " + node.journal().trouble());
    }

    private String words(SiteId id) {
        Directory directory = node.board(id).directory();
        var file = directory.file();
        return "Linkspan " + Version.NUMBER + " leads " + file.name() + " (revision " + directory.revision() + "): "
                + count(file.connectors().size(), "connector") + ", "
                + count(file.paths().size(), "property") + ", "
                + count(file.links().size(), "link") + "; "
                + (node.board(id).armed() ? "armed" : "not armed: it shows what it would write (linkspan arm)");
    }

    private static String count(int n, String what) {
        if (n == 1) return "1 " + what;
        return n + " " + (what.endsWith("y") ? what.substring(0, what.length() - 1) + "ies" : what + "s");
    }

    /// Its data folder.
    Path data() {
        return data;
    }

    /// The node itself.
    public Node node() {
        return node;
    }

    /// The clock that drives it.
    public NodeClock clock() {
        return clock;
    }

    /// How people and programs get in.
    public Entrance entrance() {
        return entrance;
    }

    /// Its sites, for who looks at them.
    public SiteView view(SiteId id) {
        return new RunningSite(node, clock, id);
    }

    /// Ends in order: nobody is answered any more, machines are said goodbye to, the last entries are stored.
    @Override
    public void close() throws IOException {
        try (node;
                entrance) {
            socket.close();
        }
    }
}
