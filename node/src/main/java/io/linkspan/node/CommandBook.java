package io.linkspan.node;

import io.linkspan.model.Moment;
import io.linkspan.model.Outcome;
import io.linkspan.model.Progress;
import io.linkspan.model.Result;
import io.linkspan.site.Bulk;
import io.linkspan.site.Bulks;
import io.linkspan.site.Site;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/// The commands of a site as they are on disk: those under way, those that ended lately, and the orders over many
/// things. It follows the results of the log, so it never runs ahead of what is stored. Safe for many threads.
public final class CommandBook {
    /// Most commands that ended that are kept; the oldest goes first. The log has all.
    public static final int ENDED_KEPT_MAX = 1_000;

    private final TreeMap<Long, State> underWay = new TreeMap<>();
    private final LinkedHashMap<Long, State> ended = new LinkedHashMap<>();
    private Bulks bulks = new Bulks();

    /// A command.
    ///
    /// @param opened what its entry said
    /// @param at packed position of that entry
    /// @param ordered whether it was handed to who speaks to the machine
    /// @param progress what was told last of how far it is
    /// @param outcome none while it is under way
    public record State(
            Result.CommandOpened opened,
            long at,
            boolean ordered,
            Optional<Progress> progress,
            Optional<Outcome> outcome) {
        /// What it is at, in words: an outcome only where there is one.
        public String words() {
            if (outcome.isPresent()) return outcome.get().toString();
            return progress.map(Progress::toString).orElse(ordered ? "sent, waiting for the machine" : "queued");
        }

        private State with(Progress now) {
            return new State(opened, at, ordered, Optional.of(now), outcome);
        }

        private State sent() {
            return new State(opened, at, true, Optional.empty(), outcome);
        }

        private State over(Outcome what) {
            return new State(opened, at, ordered, progress, Optional.of(what));
        }
    }

    CommandBook() {}

    /// Begins with what a site brought back from its log.
    synchronized void begin(Site site) {
        underWay.clear();
        for (var u : site.underWay())
            underWay.put(
                    u.opened().number(), new State(u.opened(), u.at(), u.ordered(), u.progress(), Optional.empty()));
        bulks = site.bulks();
    }

    /// Takes what followed in an entry that is on disk.
    synchronized void put(List<Result> results, Moment at, long position) {
        for (var result : results) {
            bulks.apply(result, at);
            switch (result) {
                case Result.CommandOpened r ->
                    underWay.put(r.number(), new State(r, position, false, Optional.empty(), Optional.empty()));
                case Result.CommandAt r -> underWay.computeIfPresent(r.number(), (_, s) -> s.with(r.progress()));
                case Result.WriteOrdered r -> ordered(r);
                case Result.CommandEnded r -> ended(r);
                default -> {} // open: the others are not about commands
            }
        }
    }

    private void ordered(Result.WriteOrdered r) {
        underWay.replaceAll((_, s) -> {
            var o = s.opened();
            boolean its = o.property() == r.property() && (o.hold() == 0 ? s.at() == r.cause() : o.hold() == r.hold());
            return its ? s.sent() : s;
        });
    }

    private void ended(Result.CommandEnded r) {
        var was = underWay.remove(r.number());
        if (was == null) return; // refused at once: who asked was told
        ended.put(r.number(), was.over(r.outcome()));
        if (ended.size() > ENDED_KEPT_MAX) ended.pollFirstEntry();
    }

    // ---- looking

    /// The commands under way, the oldest first.
    public synchronized List<State> underWay() {
        return List.copyOf(underWay.values());
    }

    /// Those that ended lately, the newest first.
    public synchronized List<State> ended() {
        return List.copyOf(ended.sequencedValues().reversed());
    }

    /// The command with this number, under way or ended lately.
    public synchronized Optional<State> command(long number) {
        return Optional.ofNullable(underWay.get(number)).or(() -> Optional.ofNullable(ended.get(number)));
    }

    /// The commands whose key is such a one; those of orders over many things are not meant.
    public synchronized List<State> commands(Predicate<String> key) {
        var all = new ArrayList<State>();
        for (Map<Long, State> some : List.of(underWay, ended))
            for (var s : some.values()) if (key.test(s.opened().key())) all.add(s);
        return all;
    }

    /// Looks at the orders over many things; what is made of them must not hold on to them.
    public synchronized <T> List<T> bulks(Function<Bulk, T> look) {
        return bulks.all().stream().map(look).toList();
    }

    /// Looks at the order with this number.
    public synchronized <T> Optional<T> bulk(long number, Function<Bulk, T> look) {
        return bulks.find(number).map(look);
    }
}
