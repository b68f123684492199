package io.linkspan.node;

import io.linkspan.model.Tree;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `account`: who may sign in. Over the socket of the running node, whose user is trusted.
@Command(
        name = "account",
        description = "says who may sign in on the page",
        subcommands = {
            AccountCommand.Add.class,
            AccountCommand.ListAll.class,
            AccountCommand.Remove.class,
            AccountCommand.NewPassword.class,
            AccountCommand.RoleOf.class,
            AccountCommand.Audit.class
        })
final class AccountCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        return usage(spec);
    }

    /// Says which commands there are.
    static int usage(@Nullable CommandSpec spec) {
        if (spec != null) spec.commandLine().usage(spec.commandLine().getErr());
        return Exit.USAGE;
    }

    /// Where a password comes from: the terminal, without showing it; else a file or a pipe, never the command
    /// line,
    /// which every user of the box can see.
    static final class PasswordFrom {
        @Option(
                names = "--password-file",
                paramLabel = "FILE",
                description = "the password is the first line of this file, - for the standard input; else it is asked")
        private @Nullable String file;

        String read(Where where) throws IOException {
            var console = System.console();
            if (file == null && console != null && Terminal.isInteractive()) {
                char[] first = console.readPassword("Password: ");
                char[] again = console.readPassword("Again: ");
                if (first == null || again == null || !Arrays.equals(first, again))
                    throw new SaidNo("the two are not the same; nothing was changed");
                return new String(first);
            }
            if (file != null && !file.equals("-")) return firstLine(Files.readString(Path.of(file)));
            var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            String line = in.readLine();
            if (line == null) throw new SaidNo("no password came; type one on a terminal, or use --password-file");
            return line;
        }

        private static String firstLine(String text) {
            int end = text.indexOf('\n');
            return end < 0 ? text : text.substring(0, end).stripTrailing();
        }
    }

    @Command(name = "add", description = "adds an account", mixinStandardHelpOptions = true)
    static final class Add implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Mixin
        private final PasswordFrom password = new PasswordFrom();

        @Parameters(paramLabel = "NAME", description = "anna")
        private String name = "";

        @Option(names = "--role", paramLabel = "ROLE", description = "owner, installer, operator or viewer (viewer)")
        private String role = "viewer";

        @Option(names = "--language", paramLabel = "en|nl", description = "what the page speaks to them (en)")
        private String language = "en";

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(where.request("account-add")
                    .text("name", name)
                    .text("role", role)
                    .text("language", language)
                    .text("password", password.read(where)));
            if (!where.printed(answer))
                where.print(Where.text(answer, "name") + " may sign in, as " + Where.text(answer, "role"));
            return Exit.DONE;
        }
    }

    @Command(name = "list", description = "shows the accounts", mixinStandardHelpOptions = true)
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(where.request("account-list"));
            if (where.printed(answer)) return Exit.DONE;
            var table = new Table("NAME", "ROLE", "LANGUAGE", "CREATED", "LAST SEEN");
            for (var a : Where.list(answer, "accounts"))
                table.row(
                        Table.Cell.of(Where.text(a, "name")),
                        Table.Cell.of(Where.text(a, "role")),
                        Table.Cell.of(Where.text(a, "language")),
                        Table.Cell.of(Where.text(a, "created")),
                        Table.Cell.of(Where.optional(a, "last_seen").orElse("never")));
            where.out().print(table.text(where.terminal()));
            where.print("");
            where.print(Where.text(answer, "refused") + " times somebody was refused; linkspan account log has who");
            return Exit.DONE;
        }
    }

    @Command(name = "remove", description = "takes an account away, with its tokens", mixinStandardHelpOptions = true)
    static final class Remove implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "NAME", description = "anna")
        private String name = "";

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(where.request("account-remove").text("name", name));
            if (!where.printed(answer)) where.print(name + " may sign in no more");
            return Exit.DONE;
        }
    }

    @Command(
            name = "password",
            description = "gives an account another password and ends its sessions",
            mixinStandardHelpOptions = true)
    static final class NewPassword implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Mixin
        private final PasswordFrom password = new PasswordFrom();

        @Parameters(paramLabel = "NAME", description = "anna")
        private String name = "";

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(
                    where.request("account-password").text("name", name).text("password", password.read(where)));
            if (!where.printed(answer))
                where.print(Where.text(answer, "name") + " has another password; where they were signed in, they are"
                        + " no more");
            return Exit.DONE;
        }
    }

    @Command(name = "role", description = "says how far an account may go", mixinStandardHelpOptions = true)
    static final class RoleOf implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(index = "0", paramLabel = "NAME", description = "anna")
        private String name = "";

        @Parameters(index = "1", paramLabel = "ROLE", description = "owner, installer, operator or viewer")
        private String role = "";

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(
                    where.request("account-role").text("name", name).text("role", role));
            if (!where.printed(answer)) where.print(Where.text(answer, "name") + " is " + Where.text(answer, "role"));
            return Exit.DONE;
        }
    }

    @Command(
            name = "log",
            description = "shows who signed in, was refused, changed accounts and tokens",
            mixinStandardHelpOptions = true)
    static final class Audit implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Option(names = "--most", paramLabel = "N", description = "at most so many entries (50)")
        private int most = 50;

        @Override
        public Integer call() throws Exception {
            try (var door = Door.toNode(where.data())) {
                door.ask(where.request("account-log").plain("most", most).done(), this::show);
            }
            return Exit.DONE;
        }

        private void show(Tree.Fields item) {
            if (where.printed(item)) return;
            for (String line : Where.texts(item, "text"))
                where.print("%-8s %-27s %-16s "
                                .formatted(
                                        Where.text(item, "position"), Where.text(item, "time"), Where.text(item, "by"))
                        + Terminal.harmless(line));
        }
    }

    /// `token`: what programs show instead of a password.
    @Command(
            name = "token",
            description = "says which programs may come in",
            subcommands = {TokenAdd.class, TokenList.class, TokenRevoke.class})
    static final class TokenCommand implements Callable<Integer> {
        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            return usage(spec);
        }
    }

    @Command(name = "add", description = "makes a token and shows it once", mixinStandardHelpOptions = true)
    static final class TokenAdd implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(index = "0", paramLabel = "ACCOUNT", description = "whose it is: it may at most what they may")
        private String account = "";

        @Parameters(index = "1", paramLabel = "TITLE", description = "what it is for: \"Grafana on the laptop\"")
        private String title = "";

        @Option(names = "--role", paramLabel = "ROLE", description = "owner, installer, operator or viewer (viewer)")
        private String role = "viewer";

        @Option(names = "--for", paramLabel = "TIME", description = "how long, such as 90d; else until it is revoked")
        private @Nullable String lasts;

        @Override
        public Integer call() throws Exception {
            var request = where.request("token-add")
                    .text("account", account)
                    .text("title", title)
                    .text("role", role);
            if (lasts != null) request.text("for", lasts);
            var answer = where.askNode(request);
            if (where.printed(answer)) return Exit.DONE;
            where.print(Where.text(answer, "token"));
            where.err()
                    .println("This is shown once. Revoke it with: linkspan token revoke " + Where.text(answer, "id"));
            return Exit.DONE;
        }
    }

    @Command(name = "list", description = "shows the tokens", mixinStandardHelpOptions = true)
    static final class TokenList implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(where.request("token-list"));
            if (where.printed(answer)) return Exit.DONE;
            var table = new Table("ID", "TITLE", "ACCOUNT", "ROLE", "CREATED", "EXPIRES");
            for (var t : Where.list(answer, "tokens"))
                table.row(
                        Table.Cell.of(Where.text(t, "id")),
                        Table.Cell.of(Where.text(t, "title")),
                        Table.Cell.of(Where.text(t, "account")),
                        Table.Cell.of(Where.text(t, "role")),
                        Table.Cell.of(Where.text(t, "created")),
                        Table.Cell.of(Where.optional(t, "expires").orElse("never")));
            where.out().print(table.text(where.terminal()));
            return Exit.DONE;
        }
    }

    @Command(name = "revoke", description = "takes a token away", mixinStandardHelpOptions = true)
    static final class TokenRevoke implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "ID", description = "as token list shows it")
        private String id = "";

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(where.request("token-revoke").text("id", id));
            if (!where.printed(answer)) where.print("The token " + id + " opens nothing any more");
            return Exit.DONE;
        }
    }

    /// `setup-code`: the first account on a box whose terminal nobody saw.
    @Command(name = "setup-code", description = "makes a new code with which the first account is made on the page")
    static final class SetUpCodeCommand implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(where.request("setup-code"));
            if (!where.printed(answer)) where.print(Where.text(answer, "code"));
            return Exit.DONE;
        }
    }
}
