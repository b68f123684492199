package io.linkspan.node;

import io.linkspan.access.Account;
import io.linkspan.access.AccountsCodec;
import io.linkspan.access.AccountsEntry;
import io.linkspan.access.AccountsResult;
import io.linkspan.access.Language;
import io.linkspan.access.Refusal;
import io.linkspan.access.Role;
import io.linkspan.access.SignIn;
import io.linkspan.access.Token;
import io.linkspan.model.Durations;
import io.linkspan.model.Invalid;
import io.linkspan.model.Log;
import io.linkspan.model.Principal;
import io.linkspan.model.Settings;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The requests about accounts, tokens and the set-up code, over the Unix socket: who may open it runs the box and is
/// trusted, so nobody is locked out of his own house. Safe for many threads.
final class AccountRequests {
    /// Most entries that `account-log` shows.
    static final int LOG_MAX = 10_000;
    private static final int LOG_USUAL = 50;

    private final SignIn signIn;
    private final Log log;
    private final Principal by;

    /// @param log of the built-in site `node`
    AccountRequests(SignIn signIn, Log log, Principal by) {
        this.signIn = signIn;
        this.log = log;
        this.by = by;
    }

    /// Answers the request, or says that it is none of these.
    boolean answer(String what, Settings s, ControlSocket.Answers out)
            throws Invalid, IOException, InterruptedException {
        switch (what) {
            case "account-list" -> out.end(accounts());
            case "account-add" -> {
                String name = Account.name(s.needText("name", "anna"));
                var role = s.choice("role", Role.class).orElse(Role.VIEWER);
                var language = s.choice("language", Language.class).orElse(Language.EN);
                signIn.add(by, name, s.needText("password", "..."), role, language);
                out.end(account(name));
            }
            case "account-remove" -> {
                signIn.remove(by, name(s));
                out.end(Tree.fields(Map.of()));
            }
            case "account-password" -> {
                String name = name(s);
                change(name, Optional.empty(), Optional.of(s.needText("password", "...")), Optional.empty());
                out.end(account(name));
            }
            case "account-role" -> {
                String name = name(s);
                s.needText("role", "operator");
                change(name, s.choice("role", Role.class), Optional.empty(), Optional.empty());
                out.end(account(name));
            }
            case "account-log" -> log((int) s.integer("most", LOG_USUAL, 1, LOG_MAX), out);
            case "token-list" -> out.end(tokens());
            case "token-add" -> out.end(token(s));
            case "token-revoke" -> {
                signIn.revokeToken(by, s.needText("id", "k3v9x2ab"));
                out.end(Tree.fields(Map.of()));
            }
            case "setup-code" ->
                out.end(Trees.fields().text("code", signIn.newSetUpCode()).done());
            default -> { // open: what came over the wire
                return false;
            }
        }
        return true;
    }

    private void change(String name, Optional<Role> role, Optional<String> password, Optional<Language> language)
            throws Invalid, IOException, InterruptedException {
        signIn.change(by, name, role, password, language, Optional.empty());
    }

    private String name(Settings s) throws Invalid, NoSuch {
        String name = Account.name(s.needText("name", "anna"));
        var accounts = signIn.accounts().state().accounts();
        if (accounts.containsKey(name)) return name;
        throw new NoSuch("there is no account " + name
                + (accounts.isEmpty()
                        ? ", and no other; linkspan setup-code makes the first one possible"
                        : ", but " + String.join(", ", accounts.keySet())));
    }

    private Tree.Fields accounts() {
        var all = new ArrayList<Tree>();
        for (String name : signIn.accounts().state().accounts().keySet()) all.add(account(name));
        return Trees.fields()
                .put("accounts", Tree.items(all))
                .plain("refused", signIn.accounts().state().refused())
                .done();
    }

    private Tree.Fields account(String name) {
        var out = Trees.fields().text("name", name);
        signIn.accounts()
                .state()
                .account(name)
                .ifPresent(a -> out.text("role", a.role().word())
                        .text("language", a.language().tag())
                        .time("created", a.createdMicros())
                        .time("last_seen", a.seenMicros()));
        return out.done();
    }

    private Tree.Fields tokens() {
        var all = new ArrayList<Tree>();
        for (var t : signIn.accounts().state().tokens().values()) all.add(token(t));
        return Trees.fields().put("tokens", Tree.items(all)).done();
    }

    private static Tree.Fields token(Token t) {
        var out = Trees.fields()
                .text("id", t.id())
                .text("title", t.title())
                .text("account", t.account())
                .text("role", t.role().word())
                .time("created", t.createdMicros());
        if (t.expiresMicros() != Long.MAX_VALUE) out.time("expires", t.expiresMicros());
        return out.done();
    }

    private Tree.Fields token(Settings s) throws Invalid, IOException, InterruptedException {
        String account = Account.name(s.needText("account", "anna"));
        String title = s.needText("title", "\"Grafana on the laptop\"");
        var role = s.choice("role", Role.class).orElse(Role.VIEWER);
        var lasts = s.duration("for");
        long now = NodeClock.real().wallMicros();
        long expires = lasts.map(d -> now + Durations.micros(d)).orElse(Long.MAX_VALUE);
        var made = signIn.makeToken(by, account, title, role, expires);
        return Trees.fields().text("id", made.id()).text("token", made.secret()).done();
    }

    // ---- the log in words

    private void log(int most, ControlSocket.Answers out) throws IOException {
        var newest = new ArrayDeque<Tree.Fields>();
        try (var reader = log.read(new Log.Position(SiteId.NODE, 1, 0))) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) {
                var entry = AccountsCodec.decode(stored);
                if (entry.isEmpty()) continue;
                newest.add(Trees.fields()
                        .text("position", Trees.position(stored.at()))
                        .time("time", stored.wallTimeMicros())
                        .text("by", entry.get().by().toString())
                        .texts("text", words(entry.get()))
                        .done());
                if (newest.size() > most) newest.remove();
            }
        }
        for (var each : newest) out.item(each);
        out.end(Tree.fields(Map.of()));
    }

    private static List<String> words(AccountsEntry entry) {
        return entry.results().stream().map(AccountRequests::words).toList();
    }

    private static String words(AccountsResult result) {
        return switch (result) {
            case AccountsResult.AccountPut r ->
                "account " + r.account().name() + ", " + r.account().role().word();
            case AccountsResult.AccountRemoved r -> "account " + r.name() + " removed";
            case AccountsResult.SessionOpened r -> r.account() + " signed in, session " + r.id();
            case AccountsResult.SessionEnded r -> "session " + r.id() + " ended: " + word(r.why());
            case AccountsResult.TokenMade r ->
                "token " + r.token().id() + " of " + r.token().account() + ", "
                        + r.token().role().word() + ": " + r.token().title();
            case AccountsResult.TokenRevoked r -> "token " + r.id() + " revoked: " + word(r.why());
            case AccountsResult.ApplicationPut r -> {
                var a = r.application().application();
                yield "application " + a.name() + ", contract version "
                        + a.contract().version();
            }
            case AccountsResult.ApplicationRemoved r -> "application " + r.name() + " removed";
            case AccountsResult.CursorMoved r -> "application " + r.name() + " has stored up to " + r.position();
            case AccountsResult.SetUpCodeUsed _ -> "the set-up code was used";
            case AccountsResult.Refused r -> refused(r);
            case AccountsResult.Denied r -> "not done: " + r.sentence();
        };
    }

    private static String refused(AccountsResult.Refused r) {
        var out = new StringBuilder("refused ").append(r.total()).append(" times:");
        for (Refusal each : r.refusals())
            out.append(' ')
                    .append(word(each.what()))
                    .append(each.name().isEmpty() ? "" : " of " + each.name())
                    .append(each.from().isEmpty() ? "" : " from " + each.from())
                    .append(" (")
                    .append(each.count())
                    .append(')');
        return out.toString();
    }

    private static String word(Enum<?> of) {
        return of.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
}
