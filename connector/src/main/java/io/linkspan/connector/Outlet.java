package io.linkspan.connector;

import io.linkspan.model.Tree;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// What one application may take of the site, filtered by the contract that it had when it came in. Nothing else of the
/// site passes here. Safe for many threads.
public interface Outlet {
    /// The application's name within the site.
    String application();

    /// The site's name.
    String site();

    /// The version of the contract.
    long version();

    /// Its quota; 0: none.
    int itemsPerSecondMax();

    /// Whether the application is still there with this very contract, and that is not over. Asked before each
    /// item:
    /// once it says no, nothing more may be given.
    boolean holds();

    /// The newest of each property that the contract lets out and whose path is wanted.
    ///
    /// @throws IOException the history can not be read now
    List<Told> newest(Predicate<String> wanted) throws IOException;

    /// All that comes behind a cursor.
    ///
    /// @param after none: from now on. One of another kind of contract (readings, windows) is none
    /// @throws IOException the log or the history can not be read now
    Taking take(Optional<Cursor> after) throws IOException;

    /// Where an application is.
    ///
    /// @param windows whether it is the end of a window; else it is a position in the log
    /// @param at grows through the life of the site
    record Cursor(boolean windows, long at) {}

    /// What is told of one property, or of the feed itself.
    ///
    /// @param path of the property; empty: of the feed
    /// @param position as the application stores it; empty where it has none
    record Told(String path, String position, Tree.Fields body) {}

    /// What was taken together. Who has all of it goes on at its cursor.
    ///
    /// @param all may be empty: nothing up to there is let out
    record Item(Cursor cursor, List<Told> all) {
        public Item {
            all = List.copyOf(all);
        }
    }

    /// A run through what there is, in order. Not thread-safe.
    interface Taking extends Closeable {
        /// The next item; none when there is nothing new yet.
        ///
        /// @throws IOException it can not be read now
        Optional<Item> next() throws IOException;

        /// Where it begins: before the first item.
        Cursor begin();

        @Override
        void close();
    }
}
