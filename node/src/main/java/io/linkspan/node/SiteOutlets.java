package io.linkspan.node;

import io.linkspan.access.Accounts;
import io.linkspan.access.Application;
import io.linkspan.access.ApplicationFeed;
import io.linkspan.access.Place;
import io.linkspan.access.Who;
import io.linkspan.connector.Outlet;
import io.linkspan.connector.Outlets;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/// The applications of one site for a listener of it: who they are the accounts know, what they get their contracts
/// say.
/// Safe for many threads.
record SiteOutlets(Accounts accounts, Place place) implements Outlets {
    @Override
    public Optional<Outlet> byToken(String token) {
        return accounts.byToken(token)
                .filter(who -> who.maySee(place.id()))
                .flatMap(Who::application)
                .map(application -> new Taker(this, token, application));
    }

    /// One application, as it was when it came in.
    private record Taker(SiteOutlets of, String token, Application was) implements Outlet {
        @Override
        public String application() {
            return was.name();
        }

        @Override
        public String site() {
            return of.place().directory().file().name();
        }

        @Override
        public long version() {
            return was.contract().version();
        }

        @Override
        public int itemsPerSecondMax() {
            return was.itemsPerSecondMax();
        }

        @Override
        public boolean holds() {
            return of.accounts()
                    .byToken(token)
                    .filter(who -> who.maySee(of.place().id()))
                    .flatMap(Who::application)
                    .filter(now -> now.contract().equals(was.contract()))
                    .filter(now -> now.contract().untilMicros() > of.place().nowMicros())
                    .isPresent();
        }

        @Override
        public List<Told> newest(Predicate<String> wanted) throws IOException {
            return ApplicationFeed.newest(of.place(), was.contract(), wanted).stream()
                    .map(Taker::told)
                    .toList();
        }

        private static Told told(ApplicationFeed.Told t) {
            return new Told(t.path(), t.position(), t.body());
        }

        @Override
        public Taking take(Optional<Cursor> after) throws IOException {
            boolean windows = was.contract().windows().isPresent();
            var from = after.filter(c -> c.windows() == windows);
            var feed = new ApplicationFeed(
                    of.place(),
                    was.contract(),
                    from.isPresent() ? OptionalLong.of(from.get().at()) : OptionalLong.empty());
            return new Taking() {
                @Override
                public Optional<Item> next() throws IOException {
                    return feed.next()
                            .map(i -> new Item(
                                    new Cursor(windows, i.at()),
                                    i.all().stream().map(Taker::told).toList()));
                }

                @Override
                public Cursor begin() {
                    return new Cursor(windows, feed.begin());
                }

                @Override
                public void close() {
                    feed.close();
                }
            };
        }
    }
}
