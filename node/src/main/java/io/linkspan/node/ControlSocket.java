package io.linkspan.node;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How a running node is talked to: a Unix domain socket in its data folder that its owner alone may open (mode 0600).
/// One request is one line, a JSON object; the answer is any number of lines `{"item": {...}}` and one last line,
/// either
/// `{"end": {...}}` or `{"error": "a sentence", "kind": "invalid"}` (see [Kind]). Requests of one client are answered
/// one
/// after the other. When the client goes, its request is interrupted.
///
/// Thread-safety: safe for many threads. Each client has threads of its own.
public final class ControlSocket implements AutoCloseable {
    /// The socket's name in the data folder.
    public static final String FILE = "control.sock";

    /// Longest request and longest line of an answer, in bytes: a site file of [Yaml#TEXT_CHARS_MAX] fits.
    public static final int LINE_BYTES_MAX = 24 << 20;

    /// Most clients at once; the next one is refused with a sentence.
    public static final int CLIENTS_MAX = 64;

    /// Longest path of a Unix domain socket, in bytes (Linux unix(7): 108 with the closing zero).
    static final int PATH_BYTES_MAX = 107;

    /// How long a request may go on when its client has closed the way to us: it may still read.
    static final Duration HALF_CLOSED_GRACE = Duration.ofSeconds(1);

    /// The socket until its mode is set; as long as [#FILE].
    private static final String NEW_FILE = "control.new_";

    private static final Logger LOG = LoggerFactory.getLogger("linkspan.control");

    private final Path path;
    private final ServerSocketChannel server;
    private final Handler handler;
    private final Set<SocketChannel> clients = new HashSet<>();

    /// Answers requests. Called on a thread of the client's own; an interrupt means that the client is gone.
    @FunctionalInterface
    public interface Handler {
        /// Answers one request with any number of items and at most one end; without an end, the end is empty.
        ///
        /// @throws Invalid what a person wrote can not be taken; the client gets the sentence
        /// @throws IOException the client is gone, or something can not be read; the client gets the sentence
        /// if it is there
        void handle(Tree.Fields request, Answers out) throws Invalid, IOException, InterruptedException;
    }

    /// Where the answers of one request go. For one thread.
    public interface Answers {
        /// Sends one item of a stream; waits while the client is slow.
        ///
        /// @throws IOException the client is gone
        void item(Tree.Fields item) throws IOException;

        /// Sends the answer, or what closes a stream.
        void end(Tree.Fields answer) throws IOException;

        /// Refuses the request with a sentence that says what would be right.
        void refuse(String sentence) throws IOException;
    }

    /// Why there is an error instead of an end. The word on the wire is the name in small letters.
    public enum Kind {
        /// What a person wrote is wrong; nothing was changed.
        INVALID,
        /// It is right, but not now or not so.
        REFUSED,
        /// What was asked for is not there.
        NO_SUCH,
        /// What was stored can not be read any more.
        DAMAGED,
        /// Something could not be read or written.
        FAILED,
        /// A bug of ours; the log has its trace.
        BUG;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        /// What an exception of a handler means to who asked.
        static Kind of(IOException e) {
            if (e instanceof NoSuch) return NO_SUCH;
            if (e instanceof SaidNo || e instanceof KeyUsed) return REFUSED;
            return e instanceof io.linkspan.model.Log.Damaged ? DAMAGED : FAILED;
        }
    }

    private ControlSocket(Path path, ServerSocketChannel server, Handler handler) {
        this.path = path;
        this.server = server;
        this.handler = handler;
    }

    /// Opens the socket in a data folder and begins to answer. A socket that a killed node left behind is replaced.
    ///
    /// @throws IOException another node answers there, or the path is too long; the message says what next
    public static ControlSocket open(Path folder, Handler handler) throws IOException {
        Path path = path(folder);
        if (answers(path))
            throw new IOException("Another Linkspan runs on " + folder + "; stop it, or use another --data folder");
        Path fresh = folder.resolve(NEW_FILE);
        Files.deleteIfExists(fresh);
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(fresh));
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        var socket = new ControlSocket(path, server, handler);
        Thread.ofVirtual().name("control").start(socket::acceptAll);
        return socket;
    }

    /// Where the socket of a folder is.
    ///
    /// @throws IOException its path is longer than the system takes
    static Path path(Path folder) throws IOException {
        Path path = folder.resolve(FILE);
        int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes <= PATH_BYTES_MAX) return path;
        throw new IOException("The path " + path + " has " + bytes + " bytes; a socket's path has at most "
                + PATH_BYTES_MAX + ", so choose a shorter --data folder (or a link to it)");
    }

    private static boolean answers(Path path) {
        if (!Files.exists(path)) return false;
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false; // nobody behind it: a killed node left it
        }
    }

    /// Ends all clients and takes the socket away.
    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
        List<SocketChannel> left;
        synchronized (clients) {
            left = List.copyOf(clients);
        }
        for (var each : left) each.close();
    }

    private void acceptAll() {
        while (true) {
            try {
                serve(server.accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warn("A client could not be accepted: {}", e.getMessage());
            }
        }
    }

    private void serve(SocketChannel channel) throws IOException {
        synchronized (clients) {
            if (clients.size() < CLIENTS_MAX) {
                clients.add(channel);
                Thread.ofVirtual().name("control client").start(() -> client(channel));
                return;
            }
        }
        try (channel) {
            var out = new Replies(Channels.newOutputStream(channel));
            out.error(Kind.REFUSED, CLIENTS_MAX + " clients talk to this node already; try again when one has gone");
        }
    }

    private void client(SocketChannel channel) {
        Optional<Thread> current = Optional.empty();
        try (channel) {
            var in = new Requests(Channels.newInputStream(channel));
            var out = Channels.newOutputStream(channel);
            for (var line = in.next(); line.isPresent(); line = in.next()) {
                if (current.isPresent()) current.get().join();
                String request = line.get();
                current = Optional.of(
                        Thread.ofVirtual().name("control request").start(() -> answer(request, new Replies(out))));
            }
            if (current.isPresent()) current.get().join(HALF_CLOSED_GRACE);
        } catch (LineTooLong e) {
            LOG.warn("A client of the control socket was put off: {}", e.getMessage());
        } catch (IOException e) {
            LOG.debug("A client of the control socket is gone: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            current.ifPresent(Thread::interrupt);
            synchronized (clients) {
                clients.remove(channel);
            }
        }
    }

    private void answer(String line, Replies out) {
        try {
            try {
                handler.handle(Json.parseFields("", line), out);
                if (!out.over) out.end(Tree.fields(Map.of()));
            } catch (Invalid e) {
                out.error(Kind.INVALID, text(e));
            } catch (IOException e) {
                out.error(Kind.of(e), text(e));
            } catch (RuntimeException | Error e) { // thread top: a bug in one request harms no other
                LOG.error(
                        "A request to the control socket met a bug: {}",
                        line.length() > 200 ? line.substring(0, 200) : line,
                        e);
                out.error(Kind.BUG, "This is a bug in Linkspan, its log has the details: " + e);
            }
        } catch (IOException e) {
            LOG.debug("A client left before its answer: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the client is gone, and so is this thread
        }
    }

    private static String text(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /// The answers of one request as lines.
    private static final class Replies implements Answers {
        private final OutputStream out;
        private boolean over;

        Replies(OutputStream out) {
            this.out = out;
        }

        @Override
        public void item(Tree.Fields item) throws IOException {
            line(Map.of("item", item));
        }

        @Override
        public void end(Tree.Fields answer) throws IOException {
            line(Map.of("end", answer));
            over = true;
        }

        @Override
        public void refuse(String sentence) throws IOException {
            error(Kind.REFUSED, sentence);
        }

        /// Nothing follows an end: an error after it is for the log alone.
        void error(Kind kind, String sentence) throws IOException {
            if (over) return;
            over = true;
            send(Map.of("error", Tree.text(sentence), "kind", Tree.text(kind.word())));
        }

        private void line(Map<String, Tree> fields) throws IOException {
            if (over) throw new IllegalStateException("This request has its end already");
            send(fields);
        }

        private void send(Map<String, Tree> fields) throws IOException {
            out.write((Json.write(Tree.fields(fields)) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /// Reads lines of limited length. For one thread.
    static final class Requests {
        private static final int FIRST_BYTES = 8_192;

        private final InputStream in;
        private byte[] buffer = new byte[FIRST_BYTES];
        private int filled;

        Requests(InputStream in) {
            this.in = in;
        }

        /// The next line without its end; none when the other side has closed.
        Optional<String> next() throws IOException {
            int looked = 0;
            while (true) {
                for (; looked < filled; looked++) if (buffer[looked] == '\n') return Optional.of(line(looked));
                if (filled == LINE_BYTES_MAX) throw new LineTooLong();
                if (filled == buffer.length)
                    buffer = java.util.Arrays.copyOf(buffer, Math.min(LINE_BYTES_MAX, buffer.length * 2));
                int n = in.read(buffer, filled, buffer.length - filled);
                if (n < 0) return Optional.empty();
                filled += n;
            }
        }

        private String line(int end) {
            String line = new String(buffer, 0, end, StandardCharsets.UTF_8);
            filled -= end + 1;
            System.arraycopy(buffer, end + 1, buffer, 0, filled);
            return line;
        }
    }

    /// A line is longer than [#LINE_BYTES_MAX].
    static final class LineTooLong extends IOException {
        private static final long serialVersionUID = 1;

        LineTooLong() {
            super("A line has at most " + LINE_BYTES_MAX + " bytes");
        }
    }
}
