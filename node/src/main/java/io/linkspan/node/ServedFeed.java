package io.linkspan.node;

import io.linkspan.connector.Point;
import io.linkspan.connector.Points;
import io.linkspan.connector.ServedReadings;
import io.linkspan.feed.Feed;
import io.linkspan.model.Entry;
import io.linkspan.model.Log;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/// What a connector serves to others, out of a site's log by a feed of the owner's. Not thread-safe.
final class ServedFeed implements ServedReadings {
    private final Feed feed;
    private final Supplier<Points> points;
    private long version = -1;
    private Set<Integer> served = Set.of();
    private long seen;
    private Optional<String> missing = Optional.empty();

    private ServedFeed(Feed feed, Supplier<Points> points, long seen) {
        this.feed = feed;
        this.points = points;
        this.seen = seen;
    }

    static ServedFeed open(SiteView view, Supplier<Points> points, OptionalLong after) throws IOException {
        var last = after.isPresent() ? Log.Position.of(view.id(), after.getAsLong()) : view.newest();
        try {
            return new ServedFeed(view.feed(Feed.after(last)), points, last.packed());
        } catch (Log.BeyondBranch e) { // a restored backup: what the other branch told did happen; this one counts now
            return new ServedFeed(
                    view.feed(Feed.after(e.resetTo())), points, e.resetTo().packed());
        }
    }

    @Override
    public Optional<Item> next() throws IOException {
        while (true) {
            Optional<Feed.Item> item;
            try {
                item = feed.next();
            } catch (Log.Damaged e) { // told once for its range; the feed goes on behind it
                missing = Optional.of(String.valueOf(e.getMessage()));
                continue;
            }
            feed.seen().ifPresent(at -> seen = at.packed());
            if (item.isEmpty()) return Optional.empty();
            var entry = item.get().entry();
            if (entry.readingsDropped()) missing = Optional.of("readings that retention has dropped");
            var readings = ours(entry);
            if (readings.isEmpty()) continue;
            var before = missing;
            missing = Optional.empty();
            return Optional.of(new Item(item.get().at().packed(), entry.at().wall(), readings, before));
        }
    }

    private List<Reading> ours(Entry entry) {
        var now = points.get();
        if (now.version() != version) {
            var numbers = new HashSet<Integer>();
            for (Point point : now.all()) if (point.served()) numbers.add(point.number());
            served = numbers;
            version = now.version();
        }
        var readings = new ArrayList<Reading>();
        for (var result : entry.results())
            if (result instanceof Result.Took took)
                for (var reading : took.readings()) if (served.contains(reading.property())) readings.add(reading);
        for (var result : entry.results())
            if (result instanceof Result.Computed c && !c.corrects() && served.contains(c.property()))
                c.reading().ifPresent(readings::add);
        return readings;
    }

    @Override
    public long seen() {
        return seen;
    }

    @Override
    public void close() {
        feed.close();
    }
}
