package io.linkspan.node;

import io.linkspan.model.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `linkspan alarms`: what stands, and what people do about it.
@Command(
        name = "alarms",
        description = "shows the alarms that stand, and acknowledges, shelves or comments them",
        subcommands = {
            AlarmCommand.ListCommand.class,
            AlarmCommand.Ack.class,
            AlarmCommand.Reset.class,
            AlarmCommand.Shelve.class,
            AlarmCommand.Unshelve.class,
            AlarmCommand.Comment.class,
            AlarmCommand.Service.class,
            AlarmCommand.History.class,
            AlarmCommand.Messages.class,
            AlarmCommand.Test.class
        })
final class AlarmCommand implements Callable<Integer> {
    @Mixin
    private final Where where = new Where();

    @Override
    public Integer call() throws Exception {
        return list(where, where.request("alarms"));
    }

    private static int list(Where where, Trees.Fields request) throws Exception {
        var answer = where.askToLook(request);
        if (where.printed(answer)) return Exit.DONE;
        var table = new Table("ALARM", "SEVERITY", "STATE", "RAISED", "TEXT");
        for (var a : Where.list(answer, "alarms"))
            table.row(
                    Table.Cell.of(Where.text(a, "alarm")),
                    Table.Cell.of(
                            Where.text(a, "severity"),
                            Where.text(a, "severity").equals("high") ? Terminal.Tone.BAD : Terminal.Tone.PLAIN),
                    Table.Cell.of(
                            Where.text(a, "state").replace('_', ' '),
                            Where.text(a, "needs_acknowledging").equals("true")
                                    ? Terminal.Tone.WARN
                                    : Terminal.Tone.PLAIN),
                    Table.Cell.of(Where.text(a, "raised")),
                    Table.Cell.of(Terminal.harmless(Where.text(a, "text"))));
        where.out().print(table.text(where.terminal()));
        where.print("");
        where.print("standing: " + Where.text(answer, "standing") + ", not acknowledged: "
                + Where.text(answer, "unacknowledged") + ", messages that wait: "
                + Where.text(answer, "messages_waiting"));
        return Exit.DONE;
    }

    private static int acted(Where where, Trees.Fields request) throws Exception {
        var answer = where.askNode(request);
        if (where.printed(answer)) return Exit.DONE;
        for (var a : Where.list(answer, "alarms"))
            where.print(Where.text(a, "alarm") + ": " + Where.text(a, "state").replace('_', ' ') + "  [entry "
                    + Where.text(answer, "position") + "]");
        return Exit.DONE;
    }

    @Command(name = "list", description = "shows alarms: those that stand, without another word")
    static final class ListCommand implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Option(
                names = "--state",
                paramLabel = "S",
                description = "standing (without), unacknowledged, active, suppressed, all")
        private @Nullable String state;

        @Option(names = "--severity", paramLabel = "S", description = "at least low (without), medium, high")
        private @Nullable String severity;

        @Option(names = "--group", paramLabel = "G", description = "of this group")
        private @Nullable String group;

        @Option(names = "--owner", paramLabel = "O", description = "of this owner")
        private @Nullable String owner;

        @Override
        public Integer call() throws Exception {
            var request = where.request("alarms");
            if (state != null) request.text("state", state);
            if (severity != null) request.text("severity", severity);
            if (group != null) request.text("group", group);
            if (owner != null) request.text("owner", owner);
            return list(where, request);
        }
    }

    @Command(name = "ack", description = "acknowledges alarms: somebody saw them, and looks")
    static final class Ack implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "ALARM", description = "freezer_warm")
        private List<String> alarms = new ArrayList<>();

        @Option(names = "--all", description = "all that are not acknowledged")
        private boolean all;

        @Option(names = "--comment", paramLabel = "TEXT", description = "what is done about it")
        private @Nullable String comment;

        @Override
        public Integer call() throws Exception {
            var request = where.request("acknowledge").texts("alarms", alarms).plain("all", all);
            if (comment != null) request.text("comment", comment);
            return acted(where, request);
        }
    }

    @Command(name = "reset", description = "resets an alarm that latched, once it was acknowledged")
    static final class Reset implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "ALARM", description = "freezer_warm")
        private String alarm = "";

        @Option(names = "--comment", paramLabel = "TEXT", description = "what was found")
        private @Nullable String comment;

        @Override
        public Integer call() throws Exception {
            var request = where.request("reset").text("alarm", alarm);
            if (comment != null) request.text("comment", comment);
            return acted(where, request);
        }
    }

    @Command(name = "shelve", description = "puts an alarm aside for a time, with a reason; it comes back by itself")
    static final class Shelve implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(index = "0", paramLabel = "ALARM", description = "freezer_warm")
        private String alarm = "";

        @Option(names = "--for", paramLabel = "TIME", required = true, description = "how long: 2h")
        private String time = "";

        @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "why")
        private String reason = "";

        @Override
        public Integer call() throws Exception {
            return acted(
                    where,
                    where.request("shelve")
                            .text("alarm", alarm)
                            .text("for", time)
                            .text("reason", reason));
        }
    }

    @Command(name = "unshelve", description = "takes an alarm back before its time is over")
    static final class Unshelve implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "ALARM", description = "freezer_warm")
        private String alarm = "";

        @Override
        public Integer call() throws Exception {
            return acted(where, where.request("unshelve").text("alarm", alarm));
        }
    }

    @Command(name = "comment", description = "says something about an alarm, for those who look later")
    static final class Comment implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(index = "0", paramLabel = "ALARM", description = "freezer_warm")
        private String alarm = "";

        @Parameters(index = "1", paramLabel = "TEXT", description = "what is to be known")
        private String text = "";

        @Override
        public Integer call() throws Exception {
            return acted(where, where.request("comment").text("alarm", alarm).text("text", text));
        }
    }

    @Command(name = "service", description = "takes an alarm out of service (nobody is told then), or gives it back")
    static final class Service implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "ALARM", description = "freezer_warm")
        private String alarm = "";

        @Option(names = "--out", paramLabel = "REASON", description = "why it is out of service")
        private @Nullable String reason;

        @Option(names = "--in", description = "give it back")
        private boolean in;

        @Override
        public Integer call() throws Exception {
            if (in == (reason != null)) {
                where.err().println("say one of --out \"the probe is being changed\" and --in");
                return Exit.USAGE;
            }
            var request = where.request("alarm-service").text("alarm", alarm).plain("out", !in);
            if (reason != null) request.text("reason", reason);
            return acted(where, request);
        }
    }

    @Command(name = "history", description = "shows what an alarm, or all of them, did")
    static final class History implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(arity = "0..1", paramLabel = "ALARM", description = "freezer_warm; all without")
        private @Nullable String alarm;

        @Option(names = "--most", paramLabel = "N", description = "at most so many moves (100 without)")
        private @Nullable Long most;

        @Override
        public Integer call() throws Exception {
            var request = where.request("alarm-journal");
            if (alarm != null) request.text("alarm", alarm);
            if (most != null) request.plain("most", most);
            var answer = where.askToLook(request);
            if (where.printed(answer)) return Exit.DONE;
            where.moves(answer, "journal");
            return Exit.DONE;
        }
    }

    @Command(name = "messages", description = "shows the messages that wait to be delivered")
    static final class Messages implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Override
        public Integer call() throws Exception {
            var answer = where.askToLook(where.request("messages"));
            if (where.printed(answer)) return Exit.DONE;
            var table = new Table("MESSAGE", "CHANNEL", "SINCE", "TRIES", "SUBJECT", "LAST ERROR");
            for (Tree.Fields m : Where.list(answer, "messages"))
                table.row(
                        Table.Cell.number(Where.text(m, "message")),
                        Table.Cell.of(Where.text(m, "channel")),
                        Table.Cell.of(Where.text(m, "since")),
                        Table.Cell.number(Where.text(m, "tries")),
                        Table.Cell.of(Terminal.harmless(Where.text(m, "subject"))),
                        Table.Cell.of(Terminal.harmless(Where.text(m, "last_error"))));
            where.out().print(table.text(where.terminal()));
            where.print("");
            return Exit.DONE;
        }
    }

    @Command(name = "test", description = "sends a message over a channel, to see whether it arrives")
    static final class Test implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "CHANNEL", description = "phone")
        private String channel = "";

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(where.request("try-channel").text("channel", channel));
            if (!where.printed(answer))
                where.print("message " + String.join(", ", Where.texts(answer, "messages")) + " goes to " + channel
                        + "; what becomes of it: linkspan tail, and linkspan alarms messages while it waits");
            return Exit.DONE;
        }
    }
}
