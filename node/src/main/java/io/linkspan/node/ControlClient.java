package io.linkspan.node;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// The other side of a [ControlSocket]: what the commands of the command line use. For one thread; [#close] from any.
public final class ControlClient implements AutoCloseable {
    private final SocketChannel channel;
    private final ControlSocket.Requests lines;

    private ControlClient(SocketChannel channel) {
        this.channel = channel;
        this.lines = new ControlSocket.Requests(Channels.newInputStream(channel));
    }

    /// The node did not do what it was asked; the message is a sentence for the person who asked.
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final ControlSocket.Kind kind;

        Refused(ControlSocket.Kind kind, String sentence) {
            super(sentence);
            this.kind = kind;
        }

        /// Why.
        public ControlSocket.Kind kind() {
            return kind;
        }
    }

    /// Takes the items of a stream.
    @FunctionalInterface
    public interface Items {
        /// Takes one; an exception ends the stream.
        void take(Tree.Fields item) throws IOException;
    }

    /// Whether a node seems to run on this folder: whether it is worth to try [#connect].
    public static boolean mayRun(Path folder) {
        return Files.exists(folder.resolve(ControlSocket.FILE));
    }

    /// Connects to the node that runs on a data folder.
    ///
    /// @throws IOException none runs there; the message says what next
    public static ControlClient connect(Path folder) throws IOException {
        Path path = ControlSocket.path(folder);
        try {
            return new ControlClient(SocketChannel.open(UnixDomainSocketAddress.of(path)));
        } catch (IOException e) {
            if (Files.exists(path) && !Files.isWritable(path))
                throw new IOException(
                        "You may not talk to the Linkspan on " + folder + "; run this as the user that runs it", e);
            throw new IOException(
                    "No Linkspan runs on " + folder + "; start one with: linkspan run SITE --data " + folder, e);
        }
    }

    /// Asks, and gives the answer; items of a stream are dropped.
    public Tree.Fields ask(Tree.Fields request) throws IOException, Refused {
        return ask(request, _ -> {});
    }

    /// Asks, hands over each item of the stream as it comes, and gives what closed it.
    ///
    /// @throws IOException the node ended, or broke off
    /// @throws Refused the node says no
    public Tree.Fields ask(Tree.Fields request, Items items) throws IOException, Refused {
        byte[] line = (Json.write(request) + "\n").getBytes(StandardCharsets.UTF_8);
        if (line.length > ControlSocket.LINE_BYTES_MAX)
            throw new IOException(
                    "A request has at most " + ControlSocket.LINE_BYTES_MAX + " bytes, not " + line.length);
        Channels.newOutputStream(channel).write(line);
        while (true) {
            String text = lines.next()
                    .orElseThrow(() -> new IOException("The node ended before it had answered; its log says why"));
            Tree.Fields answer = parse(text);
            if (answer.fields().get("item") instanceof Tree.Fields item) items.take(item);
            else if (answer.fields().get("end") instanceof Tree.Fields end) return end;
            else throw refused(answer);
        }
    }

    private static Tree.Fields parse(String text) throws IOException {
        try {
            return Json.parseFields("", text);
        } catch (Invalid e) {
            throw new IOException(
                    "The node answered what is no JSON (" + e.getMessage() + "); is it of another version?", e);
        }
    }

    private static Refused refused(Tree.Fields answer) throws IOException {
        if (answer.fields().get("error") instanceof Tree.Scalar error
                && answer.fields().get("kind") instanceof Tree.Scalar word)
            for (var kind : ControlSocket.Kind.values())
                if (kind.word().equals(word.text().toLowerCase(Locale.ROOT))) return new Refused(kind, error.text());
        throw new IOException("The node answered what this command does not know; are both of the same version?");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
