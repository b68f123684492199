package io.linkspan.access;

import io.linkspan.model.Principal;
import io.linkspan.model.Tree;
import java.util.List;
import java.util.Optional;

/// What the HTTP door needs of a node: its sites to look at, and the one request set to act through. Safe for many
/// threads.
public interface Desk {
    /// The sites that this node leads.
    List<Place> places();

    /// Does one request of the set that the control socket knows too, and waits for its end.
    ///
    /// @param by who acts; it stands in the log
    /// @throws Problem what was asked can not be done
    Done ask(Principal by, Tree.Fields request) throws Problem, InterruptedException;

    /// The JSON Schema of a site file.
    String siteSchema();

    /// Why the node stopped working, if it did.
    Optional<String> broken();

    /// The sites in words, for the plain page.
    List<PageView> pages();

    /// The figures of this node.
    List<Figure> figures();

    /// What a request gave.
    ///
    /// @param items of a stream
    /// @param end what closed it
    record Done(List<Tree.Fields> items, Tree.Fields end) {
        public Done {
            items = List.copyOf(items);
        }
    }

    /// A figure for who watches many nodes (Prometheus text format 0.0.4).
    ///
    /// @param name such as `linkspan_frames_total`; one that ends with `_total` only grows
    /// @param labels such as `connector="grid_meter"`; may be empty
    record Figure(String name, String help, String labels, double value) {}

    /// The site of this name.
    default Optional<Place> place(String name) {
        return places().stream()
                .filter(p -> p.directory().file().name().equals(name)
                        || p.id().toString().equals(name))
                .findFirst();
    }
}
