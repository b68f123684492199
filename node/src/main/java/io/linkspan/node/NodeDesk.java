package io.linkspan.node;

import io.linkspan.access.Desk;
import io.linkspan.access.PageView;
import io.linkspan.access.Place;
import io.linkspan.access.Problem;
import io.linkspan.model.Invalid;
import io.linkspan.model.Log;
import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running node for its HTTP door: its sites, and the request set of the control socket in the name of who is signed
/// in. Safe for many threads.
public final class NodeDesk implements Desk {
    private static final Logger LOG = LoggerFactory.getLogger("linkspan.http");

    private final Node node;
    private final NodeClock clock;
    private final double speed;
    private final Supplier<String> note;
    private final Function<SiteId, Optional<io.linkspan.model.History>> history;
    private final Map<SiteId, NodePlace> places = new ConcurrentHashMap<>();

    /// @param speed how fast the clock runs; 1 for a real one
    /// @param note one sentence for the head of the page at the moment of the call; may be empty
    /// @param history the readings of a site by time, where this node keeps them
    public NodeDesk(
            Node node,
            NodeClock clock,
            double speed,
            Supplier<String> note,
            Function<SiteId, Optional<io.linkspan.model.History>> history) {
        this.node = node;
        this.clock = clock;
        this.speed = speed;
        this.note = note;
        this.history = history;
    }

    @Override
    public List<Place> places() {
        var all = new ArrayList<Place>();
        for (var id : node.sites()) all.add(place(id));
        return all;
    }

    private NodePlace place(SiteId id) {
        return places.computeIfAbsent(
                id,
                _ -> new NodePlace(
                        new RunningSite(node, clock, id),
                        node.board(id),
                        new PageViews(node.board(id), clock, speed),
                        note,
                        new PictureFolder(node.data(), id),
                        () -> history.apply(id)));
    }

    @Override
    public List<PageView> pages() {
        return places().stream().map(Place::page).toList();
    }

    @Override
    public Done ask(Principal by, Tree.Fields request) throws Problem, InterruptedException {
        var answers = new Collected();
        try {
            new Requests(node, clock, by).handle(request, answers);
            if (answers.refused.isPresent()) throw Problem.of(409, answers.refused.get());
            return new Done(answers.items, answers.end);
        } catch (Invalid e) {
            throw Problem.of(isFile(request) ? 422 : 400, e);
        } catch (KeyUsed e) {
            throw Problem.of(422, e.getMessage());
        } catch (NoSuch e) {
            throw Problem.of(404, e.getMessage());
        } catch (SaidNo e) {
            throw Problem.of(409, e.getMessage());
        } catch (Log.BeyondBranch e) {
            throw Problem.of(404, e.getMessage());
        } catch (IOException e) {
            LOG.warn("A request over HTTP failed: {}", e.getMessage());
            throw Problem.of(503, String.valueOf(e.getMessage()));
        }
    }

    private static boolean isFile(Tree.Fields request) {
        return request.fields().get("do") instanceof Tree.Scalar what
                && Set.of("apply", "try", "rehearsal-start", "shadow-start").contains(what.text());
    }

    /// The answers of one request, kept. For one thread.
    private static final class Collected implements ControlSocket.Answers {
        private final List<Tree.Fields> items = new ArrayList<>();
        private Tree.Fields end = Tree.fields(Map.of());
        private Optional<String> refused = Optional.empty();

        @Override
        public void item(Tree.Fields item) {
            items.add(item);
        }

        @Override
        public void end(Tree.Fields answer) {
            end = answer;
        }

        @Override
        public void refuse(String sentence) {
            refused = Optional.of(sentence);
        }
    }

    @Override
    public String siteSchema() {
        try (InputStream in = NodeDesk.class.getResourceAsStream("/schema/site.schema.json")) {
            if (in == null) throw new IllegalStateException("The schema is not in this program; build it again");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The schema can not be read", e);
        }
    }

    @Override
    public Optional<String> broken() {
        return node.broken().map(Throwable::toString);
    }

    @Override
    public List<Figure> figures() {
        var all = new ArrayList<Figure>();
        var journal = node.journal();
        all.add(new Figure("linkspan_log_syncs_total", "Times the log was put on disk", "", journal.syncs()));
        all.add(new Figure("linkspan_log_written_bytes_total", "Bytes written to the log", "", journal.bytesWritten()));
        all.add(new Figure(
                "linkspan_log_refused_readings_total",
                "Readings that a full disk did not take",
                "",
                journal.readingsRefused()));
        all.add(new Figure(
                "linkspan_disk_ok",
                "1 when the disk takes everything",
                "",
                Trees.word(journal.health()).equals("ok") ? 1 : 0));
        for (var id : node.sites()) {
            String site = "site=\"" + node.board(id).directory().file().name() + "\"";
            all.add(new Figure(
                    "linkspan_armed",
                    "1 when the site writes",
                    site,
                    node.board(id).armed() ? 1 : 0));
            for (var c : node.connectors(id)) {
                String of = site + ",connector=\"" + c.connector() + "\"";
                all.add(new Figure("linkspan_connector_up", "1 when the line is up", of, c.up() ? 1 : 0));
                all.add(new Figure("linkspan_frames_total", "Frames that were read", of, c.frames()));
                all.add(new Figure("linkspan_readings_total", "Readings in them", of, c.readings()));
                all.add(new Figure("linkspan_gaps_total", "Gaps that were told", of, c.gaps()));
                all.add(new Figure("linkspan_commands_total", "Commands to machines", of, c.commands()));
                all.add(new Figure("linkspan_reconnects_total", "Times a line came back", of, c.reconnects()));
                all.add(new Figure("linkspan_dropped_total", "Reports a full queue dropped", of, c.refusedOffers()));
            }
        }
        return all;
    }
}
