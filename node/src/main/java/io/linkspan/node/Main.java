package io.linkspan.node;

import io.linkspan.model.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The program: `./linkspan COMMAND ...`. docs/commands.md describes the commands and their exit codes.
@Command(
        name = "linkspan",
        description = "Joins machines to each other and to the internet, from one small box beside them.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.class,
        subcommands = {
            RunCommand.class,
            ApplyCommand.class,
            Looking.Export.class,
            Looking.Get.class,
            Looking.Tail.class,
            Looking.WhyCommand.class,
            Looking.Status.class,
            Acting.SetCommand.class,
            Acting.Invoke.class,
            Ordering.Commands.class,
            Ordering.Cancel.class,
            Acting.Say.class,
            Acting.Arm.class,
            Acting.Service.class,
            Acting.ExchangeCommand.class,
            RuleCommands.Rules.class,
            RuleCommands.Mode.class,
            RuleCommands.Scene.class,
            AccountCommand.class,
            AccountCommand.TokenCommand.class,
            AccountCommand.SetUpCodeCommand.class,
            Keeping.Verify.class,
            Keeping.BackupCommand.class,
            Keeping.Restore.class,
            Past.Query.class,
            Past.Import.class,
            EnergyCommand.class,
            RehearseCommand.class,
            ShadowCommand.class,
            AlarmCommand.class,
            ByHand.Probe.class,
            ByHand.Read.class,
            CommandLine.HelpCommand.class
        })
public final class Main implements Callable<Integer>, CommandLine.IVersionProvider {
    @Spec
    private @Nullable CommandSpec spec;

    /// For picocli, which makes one.
    public Main() {}

    /// Runs one command and ends with its exit code.
    public static void main(String[] args) {
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    /// Runs one command within this process.
    ///
    /// @return the exit code, see [Exit]
    static int run(PrintWriter out, PrintWriter err, String... args) {
        var line = new CommandLine(new Main());
        for (var more : ServiceLoader.load(Subcommand.class)) line.addSubcommand(more.name(), more.command());
        for (var each : line.getSubcommands().values()) each.getCommandSpec().mixinStandardHelpOptions(true);
        line.setOut(out).setErr(err);
        line.setParameterExceptionHandler((e, _) -> misused(e));
        line.setExecutionExceptionHandler(
                (e, command, parsed) -> failed(e, command, parsed.hasMatchedOption("--json")));
        return line.execute(args);
    }

    @Override
    public Integer call() {
        if (spec != null) spec.commandLine().usage(spec.commandLine().getOut());
        return Exit.USAGE;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"Linkspan " + Version.NUMBER};
    }

    private static int misused(CommandLine.ParameterException e) {
        var command = e.getCommandLine();
        boolean isRoot = command.getParent() == null;
        if (isRoot
                && e instanceof CommandLine.UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().getFirst().startsWith("-")) {
            command.getErr()
                    .println("linkspan: there is no command \""
                            + unmatched.getUnmatched().getFirst() + "\", but "
                            + String.join(", ", command.getSubcommands().keySet()));
            return Exit.USAGE;
        }
        String word = isRoot ? "" : " " + command.getCommandName();
        command.getErr().println("linkspan" + word + ": " + e.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr()))
            command.getErr().println("See: linkspan" + word + " --help");
        return Exit.USAGE;
    }

    private static int failed(Exception e, CommandLine command, boolean json) {
        int exit = Exit.of(e);
        String text = sentence(e);
        if (json)
            command.getOut()
                    .println(Json.write(Trees.fields()
                            .text("error", text)
                            .plain("exit", exit)
                            .done()));
        command.getErr().println("linkspan: " + text);
        if (exit == Exit.BUG) {
            var trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace, true));
            command.getErr().println("This is a bug in Linkspan; please report it with these lines:\n" + trace);
        }
        return exit;
    }

    private static String sentence(Exception e) {
        if (e instanceof java.nio.file.NoSuchFileException missing) return "there is no file " + missing.getFile();
        if (e instanceof java.nio.file.AccessDeniedException denied) return denied.getFile() + " is not yours to use";
        if (e instanceof InterruptedException) return "interrupted";
        String text = e.getMessage() == null ? e.getClass().getSimpleName().toLowerCase(Locale.ROOT) : e.getMessage();
        return text;
    }
}
