package io.linkspan.bench;

import java.util.Arrays;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// `./linkspan bench NAME`: what the project claims to be fast or small, measured.
public final class Main {
    private Main() {}

    /// Runs one benchmark, or says which there are.
    public static void main(String[] arguments) throws Exception {
        String name = arguments.length == 0 ? "" : arguments[0];
        switch (name) {
            case "site" -> jmh(SiteBench.class);
            case "windows" -> WindowBench.run(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000);
            case "journal" -> jmh(JournalBench.class);
            case "log-size" -> LogSize.run();
            case "wire-to-wire" -> WireToWire.run(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 30);
            case "rehearse" ->
                RehearseBench.run(arguments.length > 1 ? Long.parseLong(arguments[1]) : RehearseBench.ENTRIES_USUAL);
            case "rules" -> RulesBench.run(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 30);
            case "start" -> System.out.print(ProcessStart.run(arguments.length > 1 ? arguments[1] : "./linkspan"));
            case "history" -> HistoryBench.run(Arrays.asList(arguments).subList(1, arguments.length));
            case "api" -> ApiBench.run(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10);
            case "api-floor" -> ApiBench.floor(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
            case "mqtt" -> MqttBench.run(Arrays.asList(arguments).subList(1, arguments.length));
            default -> { // open: what a person typed
                System.err.println("""
                        linkspan bench site           ns a reading through a site's step, 1 and 1,000 sites (JMH)
                        linkspan bench windows [N]    ns a reading through N windows, and their memory, beside the same without
                        linkspan bench journal        ns an entry through the journal; append to synced (JMH)
                        linkspan bench log-size       bytes a reading in the log at 1,000 readings a second
                        linkspan bench wire-to-wire [SECONDS]   telegram to Modbus write beside a bare relay, 100 events a second
                        linkspan bench rules [SECONDS]          10,000 rules: apply, start, memory, ns a reading, reading to write beside a bare relay
                        linkspan bench history [--points N] [--memory MIB] [--no-peers]   readings by time: size, speed, beside SQLite and DuckDB
                        linkspan bench api [SECONDS]            requests over HTTP: latency, requests a second, CPU, beside the JDK's server
                        linkspan bench mqtt [--messages N] [--clients N] [--seconds N] [--hivemq]   the MQTT broker beside mosquitto (and HiveMQ): CPU a message, latency, idle clients
                        linkspan bench rehearse [ENTRIES]       entries of a log that a rehearsal lives through in a second (2,000,000; 10000000 for the long form)
                        linkspan bench start [LAUNCHER]         start to first reading, resident memory with 1,000 properties""");
                System.exit(2);
            }
        }
    }

    private static void jmh(Class<?> benchmarks) throws Exception {
        new Runner(new OptionsBuilder()
                        .include(benchmarks.getSimpleName())
                        .jvmArgsAppend("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC")
                        .build())
                .run();
    }
}
