package io.linkspan.node;

import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Where the requests of a command go: to the node that runs on the data folder or, for those that only look, to the
/// folder
/// itself. For one thread.
sealed interface Door extends AutoCloseable {
    /// Asks, hands over each item of a stream, and gives what closed it.
    Tree.Fields ask(Tree.Fields request, ControlClient.Items items)
            throws IOException, ControlClient.Refused, InterruptedException;

    /// Asks what is answered without a stream.
    default Tree.Fields ask(Tree.Fields request) throws IOException, ControlClient.Refused, InterruptedException {
        return ask(request, _ -> {});
    }

    @Override
    void close() throws IOException;

    /// Opens the way to the running node.
    ///
    /// @throws IOException none runs; the message says how to start one
    static Door toNode(Path data) throws IOException {
        return new Live(ControlClient.connect(data));
    }

    /// Opens the way to the running node or, when none runs, to the folder: for requests that only look.
    ///
    /// @throws NoSuch there is no such folder
    static Door toLook(Path data) throws IOException {
        if (ControlClient.mayRun(data)) {
            try {
                return toNode(data);
            } catch (IOException e) {
                if (Files.isReadable(data.resolve(Node.JOURNAL))) return stored(data); // a killed node left its socket
                throw e;
            }
        }
        return stored(data);
    }

    private static Door stored(Path data) throws IOException {
        if (!Files.isDirectory(data))
            throw new NoSuch(
                    "there is no folder " + data + "; name the site's one with --data, or begin one with: linkspan run"
                            + " SITE.yaml --data " + data);
        var sites = StoredSite.in(data);
        return new Stored(new Looks(() -> sites, view -> Querying.openStored(data, view), (_, _, report) -> report));
    }

    /// The running node.
    record Live(ControlClient client) implements Door {
        @Override
        public Tree.Fields ask(Tree.Fields request, ControlClient.Items items)
                throws IOException, ControlClient.Refused {
            return client.ask(request, items);
        }

        @Override
        public void close() throws IOException {
            client.close();
        }
    }

    /// The folder itself.
    record Stored(Looks looks) implements Door {
        @Override
        public Tree.Fields ask(Tree.Fields request, ControlClient.Items items)
                throws IOException, ControlClient.Refused, InterruptedException {
            var answer = new Answer(items);
            try {
                var s = new Settings(request);
                boolean known = looks.answer(s.needText("do", "get"), s, answer);
                if (!known) throw new IOException("this needs a running node; start it with: linkspan run SITE.yaml");
            } catch (Invalid e) {
                throw new ControlClient.Refused(ControlSocket.Kind.INVALID, String.valueOf(e.getMessage()));
            }
            return answer.end.orElse(Tree.fields(Map.of()));
        }

        @Override
        public void close() {}
    }

    /// What a folder answers.
    final class Answer implements ControlSocket.Answers {
        private final ControlClient.Items items;
        private Optional<Tree.Fields> end = Optional.empty();

        private Answer(ControlClient.Items items) {
            this.items = items;
        }

        @Override
        public void item(Tree.Fields item) throws IOException {
            items.take(item);
        }

        @Override
        public void end(Tree.Fields answer) {
            end = Optional.of(answer);
        }

        @Override
        public void refuse(String sentence) throws IOException {
            throw new SaidNo(sentence);
        }
    }
}
