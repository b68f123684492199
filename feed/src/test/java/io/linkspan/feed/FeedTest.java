package io.linkspan.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FeedTest {
    private static final SiteId SITE = new SiteId(1, 2);

    private static final EntryCodec.Privacy SECOND_IS_CLOSED = new EntryCodec.Privacy() {
        @Override
        public boolean property(int number) {
            return number == 2;
        }

        @Override
        public boolean link(int number) {
            return false;
        }
    };

    /// A log in memory: what is in the list is on disk.
    private static final class Entries implements Log.Reader {
        private final List<Log.Stored> stored = new ArrayList<>();
        private int next;

        void add(int property) {
            var codec = new EntryCodec();
            var readings = List.of(Reading.good(property, new Value.Num(property)));
            long seq = stored.size() + 1;
            codec.encode(
                    seq,
                    new Moment(seq, seq),
                    Principal.SYSTEM,
                    new Input.Frame(1, readings, 0, 0),
                    List.of(new Result.Took(readings)),
                    new EntryCodec.Privacy() {
                        @Override
                        public boolean property(int number) {
                            return false;
                        }

                        @Override
                        public boolean link(int number) {
                            return false;
                        }
                    });
            stored.add(new Log.Stored(
                    new Log.Position(SITE, 1, seq), seq, seq, copy(codec.control()), copy(codec.readings()), false));
        }

        private static ByteBuffer copy(ByteBuffer from) {
            return ByteBuffer.allocate(from.remaining()).put(from).flip();
        }

        @Override
        public Log.@Nullable Stored next() {
            return next < stored.size() ? stored.get(next++) : null;
        }

        @Override
        public void close() {}
    }

    @Test
    void givesEachEntryWithItsPositionAndGoesOnWhenMoreCame() throws Exception {
        var log = new Entries();
        log.add(1);
        try (var feed = new Feed(log, Contract.OWNER, SECOND_IS_CLOSED)) {
            assertThat(feed.next().map(Feed.Item::at)).contains(new Log.Position(SITE, 1, 1));
            assertThat(feed.next()).isEmpty();
            log.add(3);
            assertThat(feed.next().map(Feed.Item::at)).contains(new Log.Position(SITE, 1, 2));
        }
    }

    @Test
    void passesOverPrivateEntriesButRemembersThemAsSeen() throws Exception {
        var log = new Entries();
        log.add(2);
        try (var feed = new Feed(log, Contract.OWNER, SECOND_IS_CLOSED)) {
            assertThat(feed.next()).isEmpty();
            assertThat(feed.seen()).isEqualTo(Optional.of(new Log.Position(SITE, 1, 1)));
            assertThat(Feed.after(feed.seen().orElseThrow())).isEqualTo(new Log.Position(SITE, 1, 2));
        }
    }
}
