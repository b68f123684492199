package io.linkspan.access;

import io.linkspan.access.AccountsResult.Stored;
import io.linkspan.feed.Contract;
import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.Log;
import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Entries and snapshots of the accounts machine as bytes. The format is version [#VERSION]; older ones are always
/// read,
/// a newer one is refused with a sentence. No state.
///
/// A moved cursor is in the readings part of its entry, so that it goes when it is old: applications move theirs often,
/// and the newest snapshot has each. All else is control and stays.
public final class AccountsCodec {
    /// Family of the accounts' entries: the upper half of the first byte of each part.
    public static final int FAMILY_ACCOUNTS = 2;
    /// Version of this format.
    public static final int VERSION = 1;

    private static final int HEAD = FAMILY_ACCOUNTS << 4 | VERSION;

    private static final int ACCOUNT_PUT = 1;
    private static final int ACCOUNT_REMOVED = 2;
    private static final int SESSION_OPENED = 3;
    private static final int SESSION_ENDED = 4;
    private static final int TOKEN_MADE = 5;
    private static final int TOKEN_REVOKED = 6;
    private static final int APPLICATION_PUT = 7;
    private static final int APPLICATION_REMOVED = 8;
    private static final int CURSOR_MOVED = 9;
    private static final int SET_UP_CODE_USED = 10;
    private static final int REFUSED = 11;
    private static final int DENIED = 12;

    private AccountsCodec() {}

    /// Whether the entry can go when it is old.
    static boolean isPassing(AccountsEntry entry) {
        return entry.act() == AccountsEntry.Act.MOVE_CURSOR;
    }

    /// An entry as bytes: one part, control or readings as [#isPassing] says.
    static ByteBuffer encode(AccountsEntry entry) {
        var out = new ByteWriter().u8(HEAD).constant(entry.act());
        out.constant(entry.by().kind()).text(entry.by().name());
        results(out, entry.results());
        return ByteBuffer.wrap(out.copy());
    }

    /// Reads what a log stored.
    ///
    /// @return none when the entry was dropped because it was old
    /// @throws IllegalArgumentException the bytes are of a newer version, or of nobody's making
    public static Optional<AccountsEntry> decode(Log.Stored stored) {
        var part = stored.control().hasRemaining() ? stored.control() : stored.readings();
        if (!part.hasRemaining()) return Optional.empty();
        var in = new ByteReader(part.slice());
        head(in);
        var act = in.constant(AccountsEntry.Act.values());
        var by = new Principal(in.constant(Principal.Kind.values()), in.text());
        return Optional.of(new AccountsEntry(by, act, results(in)));
    }

    /// The state with what a log stored after it.
    ///
    /// @throws IllegalArgumentException as [#decode]
    public static AccountsState replay(AccountsState state, Log.Stored stored) {
        return decode(stored).map(entry -> state.with(entry.results())).orElse(state);
    }

    /// A state as a snapshot has it.
    public static byte[] image(AccountsState state) {
        var out = new ByteWriter().u8(HEAD);
        results(out, state.results());
        return out.copy();
    }

    /// The state of a snapshot.
    ///
    /// @throws IllegalArgumentException as [#decode]
    public static AccountsState state(ByteBuffer image) {
        var in = new ByteReader(image.slice());
        head(in);
        return AccountsState.EMPTY.with(results(in));
    }

    private static void head(ByteReader in) {
        int head = in.u8();
        if (head >> 4 != FAMILY_ACCOUNTS)
            throw new IllegalArgumentException("The log of the accounts has an entry of family " + (head >> 4)
                    + ", which this version does not know; update Linkspan");
        if ((head & 0xF) > VERSION)
            throw new IllegalArgumentException("The log of the accounts was written by a newer version (format "
                    + (head & 0xF) + "); update Linkspan");
    }

    private static void results(ByteWriter out, List<AccountsResult> results) {
        out.varint(results.size());
        for (var each : results) write(out, each);
    }

    private static List<AccountsResult> results(ByteReader in) {
        var all = new ArrayList<AccountsResult>();
        for (int n = in.items(); n > 0; n--) all.add(read(in));
        return all;
    }

    private static void write(ByteWriter out, AccountsResult result) {
        switch (result) {
            case AccountsResult.AccountPut r -> account(out.u8(ACCOUNT_PUT), r.account());
            case AccountsResult.AccountRemoved r -> out.u8(ACCOUNT_REMOVED).text(r.name());
            case AccountsResult.SessionOpened r ->
                digest(out.u8(SESSION_OPENED), r.id())
                        .text(r.account())
                        .signed(r.openedMicros())
                        .signed(r.expiresMicros());
            case AccountsResult.SessionEnded r ->
                digest(out.u8(SESSION_ENDED), r.id()).constant(r.why());
            case AccountsResult.TokenMade r -> token(out.u8(TOKEN_MADE), r.token());
            case AccountsResult.TokenRevoked r ->
                out.u8(TOKEN_REVOKED).text(r.id()).constant(r.why());
            case AccountsResult.ApplicationPut r -> application(out.u8(APPLICATION_PUT), r.application());
            case AccountsResult.ApplicationRemoved r ->
                site(out.u8(APPLICATION_REMOVED), r.site()).text(r.name());
            case AccountsResult.CursorMoved r ->
                site(out.u8(CURSOR_MOVED), r.site()).text(r.name()).signed(r.position());
            case AccountsResult.SetUpCodeUsed _ -> out.u8(SET_UP_CODE_USED);
            case AccountsResult.Refused r -> {
                out.u8(REFUSED).signed(r.total()).varint(r.refusals().size());
                for (var each : r.refusals()) refusal(out, each);
            }
            case AccountsResult.Denied r -> out.u8(DENIED).constant(r.why()).text(r.about());
        }
    }

    private static AccountsResult read(ByteReader in) {
        int tag = in.u8();
        return switch (tag) {
            case ACCOUNT_PUT -> new AccountsResult.AccountPut(account(in));
            case ACCOUNT_REMOVED -> new AccountsResult.AccountRemoved(in.text());
            case SESSION_OPENED -> new AccountsResult.SessionOpened(digest(in), in.text(), in.signed(), in.signed());
            case SESSION_ENDED -> new AccountsResult.SessionEnded(digest(in), in.constant(AccountsResult.End.values()));
            case TOKEN_MADE -> new AccountsResult.TokenMade(token(in));
            case TOKEN_REVOKED -> new AccountsResult.TokenRevoked(in.text(), in.constant(AccountsResult.End.values()));
            case APPLICATION_PUT -> new AccountsResult.ApplicationPut(application(in));
            case APPLICATION_REMOVED -> new AccountsResult.ApplicationRemoved(site(in), in.text());
            case CURSOR_MOVED -> new AccountsResult.CursorMoved(site(in), in.text(), in.signed());
            case SET_UP_CODE_USED -> new AccountsResult.SetUpCodeUsed();
            case REFUSED -> refused(in);
            case DENIED -> new AccountsResult.Denied(in.constant(AccountsResult.Why.values()), in.text());
            default -> // open: any byte
                throw new IllegalArgumentException("The log of the accounts has a result " + tag
                        + ", which is newer than this version knows; update Linkspan");
        };
    }

    private static void account(ByteWriter out, Account a) {
        out.text(a.name())
                .constant(a.role())
                .constant(a.language())
                .text(a.passwordHash())
                .signed(a.createdMicros())
                .signed(a.seenMicros());
    }

    private static Account account(ByteReader in) {
        return new Account(
                in.text(),
                in.constant(Role.values()),
                in.constant(Language.values()),
                in.text(),
                in.signed(),
                in.signed());
    }

    private static void token(ByteWriter out, Token t) {
        digest(out.text(t.id()), t.digest())
                .text(t.title())
                .text(t.account())
                .constant(t.role())
                .signed(t.createdMicros())
                .signed(t.expiresMicros());
    }

    private static Token token(ByteReader in) {
        return new Token(
                in.text(), digest(in), in.text(), in.text(), in.constant(Role.values()), in.signed(), in.signed());
    }

    private static void application(ByteWriter out, Stored stored) {
        var a = stored.application();
        var c = a.contract();
        digest(site(out, stored.site()), stored.digest()).text(a.name());
        out.text(c.party()).varint(c.version()).varint(c.paths().size());
        for (String path : new TreeSet<>(c.paths())) out.text(path);
        out.varint(c.every().toMillis()).varint(c.delay().toMillis()).signed(c.untilMicros());
        out.flag(a.cursor().isPresent());
        a.cursor().ifPresent(out::signed);
        out.signed(a.createdMicros()).varint(a.itemsPerSecondMax());
    }

    private static Stored application(ByteReader in) {
        var site = site(in);
        var digest = digest(in);
        String name = in.text();
        String party = in.text();
        long version = in.varint();
        var paths = new TreeSet<String>();
        for (int n = in.items(); n > 0; n--) paths.add(in.text());
        var contract = new Contract(
                party, version, paths, Duration.ofMillis(in.varint()), Duration.ofMillis(in.varint()), in.signed());
        Optional<Long> cursor = in.flag() ? Optional.of(in.signed()) : Optional.empty();
        return new Stored(site, new Application(name, contract, cursor, in.signed(), in.count()), digest);
    }

    private static void refusal(ByteWriter out, Refusal r) {
        out.constant(r.what()).text(r.name()).text(r.from()).varint(r.count()).signed(r.lastMicros());
    }

    private static AccountsResult refused(ByteReader in) {
        long total = in.signed();
        var all = new ArrayList<Refusal>();
        for (int n = in.items(); n > 0; n--)
            all.add(new Refusal(in.constant(Refusal.What.values()), in.text(), in.text(), in.varint(), in.signed()));
        return new AccountsResult.Refused(total, all);
    }

    private static ByteWriter site(ByteWriter out, SiteId site) {
        return out.i64(site.high()).i64(site.low());
    }

    private static SiteId site(ByteReader in) {
        return new SiteId(in.i64(), in.i64());
    }

    private static ByteWriter digest(ByteWriter out, Digest digest) {
        return out.i64(digest.a()).i64(digest.b()).i64(digest.c()).i64(digest.d());
    }

    private static Digest digest(ByteReader in) {
        return new Digest(in.i64(), in.i64(), in.i64(), in.i64());
    }
}
