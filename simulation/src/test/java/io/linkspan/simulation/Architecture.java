package io.linkspan.simulation;

import static java.util.stream.Collectors.toCollection;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/// The dependency table between modules and the libraries of each module, and the rules that hold them.
///
/// The rules look at the classes under one root package, so that the same rules run over the product
/// (`io.linkspan`) and over the planted violations (`io.linkspan.simulation.planted`).
record Architecture(String root, JavaClasses classes) {
    /// What one module may know besides itself and the JDK: other modules, and packages of libraries.
    record Module(Set<String> modules, Set<String> libraries) {}

    /// A rule's finding: the class that breaks it, where, and what to do about it.
    record Violation(JavaClass by, String message) {}

    private static final Set<String> EVERYWHERE = Set.of("org.jspecify.annotations");

    /// The table of ARCHITECTURE.md. A new word of the product is a new line here; anything else is a mistake.
    /// `console`
    /// has no line: it is a web page without a class of Java, and knows the HTTP API alone.
    static final Map<String, Module> TABLE = Map.ofEntries(
            module("model", knows(), uses("tools.jackson.core", "javax.measure", "tech.units.indriya", "systems.uom")),
            module("connector", knows("model"), uses("org.slf4j")),
            module(
                    "payload",
                    knows("model"),
                    uses(
                            "dev.cel",
                            "com.google.common",
                            "com.google.protobuf",
                            "tools.jackson",
                            "org.mozilla.javascript")),
            module("site", knows("model", "payload"), uses("org.dmfs")),
            module("journal", knows("model"), uses()),
            module("feed", knows("model"), uses()),
            module("mqtt", knows(), uses()),
            module("history", knows("model", "feed"), uses("org.apache.tsfile", "com.github.luben.zstd")),
            module("insight", knows("model"), uses()),
            module("connectors", knows("model", "connector", "payload", "mqtt"), uses("org.slf4j")),
            module(
                    "broker",
                    knows("model", "connector", "payload", "feed", "mqtt"),
                    uses("io.netty", "com.password4j", "org.slf4j")),
            module(
                    "access",
                    knows("model", "feed", "payload"),
                    uses("io.helidon", "com.password4j", "com.nulabinc", "org.bouncycastle", "org.slf4j")),
            module(
                    "node",
                    knows(
                            "model",
                            "connector",
                            "payload",
                            "site",
                            "journal",
                            "feed",
                            "history",
                            "insight",
                            "connectors",
                            "mqtt",
                            "broker",
                            "access"),
                    uses("org.snakeyaml.engine", "picocli", "com.fazecast.jSerialComm", "org.slf4j", "ch.qos.logback")),
            module(
                    "simulation",
                    knows(
                            "model",
                            "connector",
                            "payload",
                            "site",
                            "journal",
                            "feed",
                            "history",
                            "insight",
                            "connectors",
                            "mqtt",
                            "broker",
                            "access",
                            "node"),
                    uses("org.HdrHistogram", "picocli")),
            module(
                    "bench",
                    knows(
                            "model",
                            "connector",
                            "payload",
                            "site",
                            "journal",
                            "feed",
                            "history",
                            "insight",
                            "connectors",
                            "mqtt",
                            "broker",
                            "access",
                            "node",
                            "simulation"),
                    uses("org.HdrHistogram", "org.openjdk.jmh", "picocli", "org.duckdb")));

    /// These put the parts together; every other module is handed what it needs.
    private static final Set<String> MAY_CONSTRUCT = Set.of("node", "simulation", "bench");

    /// The one module with a package for each protocol; all others are flat.
    private static final String PER_PROTOCOL = "connectors";

    /// Each class belongs to a module of the table and knows only the modules that its own line names.
    List<Violation> modules() {
        return check(dependency -> {
            var from = moduleOf(dependency.getOriginClass());
            var to = moduleOf(dependency.getTargetClass());
            var line = from.map(TABLE::get);
            if (line.isEmpty())
                return Optional.of("is in no module of the table; move it, or add a line to Architecture.TABLE and a"
                        + " decision that names the new word");
            if (to.isEmpty() || to.equals(from) || line.get().modules().contains(to.get())) return Optional.empty();
            return Optional.of(from.get() + " may not know " + to.get() + ", only "
                    + new TreeSet<>(line.get().modules()) + "; let node hand it over through a port in model");
        });
    }

    /// Each module uses only the libraries that its line names.
    List<Violation> libraries() {
        return check(dependency -> {
            var from = moduleOf(dependency.getOriginClass());
            var target = dependency.getTargetClass();
            if (from.isEmpty() || !TABLE.containsKey(from.get()) || isOurs(target) || isJdk(target))
                return Optional.empty();
            var allowed = Stream.concat(EVERYWHERE.stream(), TABLE.get(from.get()).libraries().stream());
            if (allowed.anyMatch(library -> isIn(target.getPackageName(), library))) return Optional.empty();
            return Optional.of(from.get() + " may not use " + target.getPackageName() + ", only "
                    + new TreeSet<>(TABLE.get(from.get()).libraries())
                    + "; keep the library behind a type of the module that owns it");
        });
    }

    /// Nobody reaches into the JDK's internals; they change without notice.
    List<Violation> internals() {
        return check(dependency -> {
            var name = dependency.getTargetClass().getPackageName();
            if (!isIn(name, "sun") && !isIn(name, "jdk.internal") && !isIn(name, "com.sun.nio"))
                return Optional.empty();
            return Optional.of("uses " + name + ", which belongs to the JDK alone; use the public API");
        });
    }

    /// The folders of two protocols do not see each other.
    List<Violation> protocolFolders() {
        return check(dependency -> {
            var from = folderOf(dependency.getOriginClass());
            var to = folderOf(dependency.getTargetClass());
            if (from.isEmpty() || to.isEmpty() || from.equals(to)) return Optional.empty();
            return Optional.of("the folder " + from.get() + " sees the folder " + to.get()
                    + "; what both need belongs in connector");
        });
    }

    /// Every module but the connectors is one flat package.
    List<Violation> flat() {
        return classes.stream()
                .filter(this::isOurs)
                .filter(c -> levelsBelowRoot(c).size() > (isIn(c.getPackageName(), root + "." + PER_PROTOCOL) ? 2 : 1))
                .map(c -> new Violation(c, c.getName() + " is in a package below its module's; a module is flat"))
                .toList();
    }

    /// Only `node` (and what tests and measures it) constructs the parts of other modules. What is in
    /// `model` are words and what is in `mqtt` a codec, which knows nobody; records, enums and exceptions are
    /// values:
    /// anybody may make these.
    List<Violation> construction() {
        var found = new ArrayList<Violation>();
        for (var origin : classes) {
            var from = moduleOf(origin);
            if (from.isEmpty() || MAY_CONSTRUCT.contains(from.get())) continue;
            for (JavaConstructorCall call : origin.getConstructorCallsFromSelf()) {
                var target = call.getTargetOwner();
                var to = moduleOf(target);
                if (to.isEmpty() || to.equals(from) || isWord(to.get(), target) || isSuperCall(call)) continue;
                found.add(new Violation(
                        origin,
                        call.getSourceCodeLocation() + ": " + origin.getName() + " constructs " + target.getName()
                                + "; only node constructs across modules, so take it as a parameter"));
            }
        }
        return found;
    }

    /// No package reaches itself over others.
    List<Violation> cycles() {
        var edges = new TreeMap<String, Set<String>>();
        for (var origin : classes)
            for (var dependency : origin.getDirectDependenciesFromSelf())
                if (isOurs(origin) && isOurs(dependency.getTargetClass()))
                    edges.computeIfAbsent(origin.getPackageName(), p -> new TreeSet<>())
                            .add(dependency.getTargetClass().getPackageName());
        edges.forEach((name, targets) -> targets.remove(name));
        return classes.stream()
                .filter(this::isOurs)
                .filter(c -> reaches(edges, c.getPackageName()))
                .map(c -> new Violation(
                        c,
                        c.getPackageName() + " is in a cycle with one of "
                                + edges.get(c.getPackageName()).stream()
                                        .filter(next -> reach(edges, next).contains(c.getPackageName()))
                                        .toList()
                                + "; turn one direction round with a small interface"))
                .toList();
    }

    Set<String> modulesSeen() {
        return classes.stream().map(this::moduleOf).flatMap(Optional::stream).collect(toCollection(TreeSet::new));
    }

    private List<Violation> check(Function<Dependency, Optional<String>> rule) {
        var found = new ArrayList<Violation>();
        for (var origin : classes)
            for (var dependency : origin.getDirectDependenciesFromSelf())
                rule.apply(dependency)
                        .ifPresent(why -> found.add(new Violation(
                                origin, dependency.getSourceCodeLocation() + ": " + origin.getName() + ": " + why)));
        return found;
    }

    private Optional<String> moduleOf(JavaClass type) {
        var levels = levelsBelowRoot(type);
        return levels.isEmpty() ? Optional.empty() : Optional.of(levels.getFirst());
    }

    private Optional<String> folderOf(JavaClass type) {
        var levels = levelsBelowRoot(type);
        return levels.size() < 2 || !levels.getFirst().equals(PER_PROTOCOL)
                ? Optional.empty()
                : Optional.of(levels.get(1));
    }

    private List<String> levelsBelowRoot(JavaClass type) {
        var name = type.getBaseComponentType().getPackageName();
        if (!isIn(name, root) || name.equals(root)) return List.of();
        return Arrays.asList(name.substring(root.length() + 1).split("\\."));
    }

    private boolean isOurs(JavaClass type) {
        return isIn(type.getBaseComponentType().getPackageName(), root);
    }

    private static boolean isJdk(JavaClass type) {
        var name = type.getBaseComponentType().getPackageName();
        return type.getBaseComponentType().isPrimitive()
                || Stream.of(
                                "java",
                                "javax.net",
                                "javax.crypto",
                                "javax.security",
                                "jdk",
                                "com.sun.net.httpserver",
                                "com.sun.management")
                        .anyMatch(jdk -> isIn(name, jdk));
    }

    private static boolean isWord(String module, JavaClass type) {
        return module.equals("model")
                || module.equals("mqtt")
                || type.isRecord()
                || type.isEnum()
                || type.isAssignableTo(Throwable.class);
    }

    private static boolean isSuperCall(JavaConstructorCall call) {
        return call.getOriginOwner().getRawSuperclass().equals(Optional.of(call.getTargetOwner()));
    }

    private static boolean reaches(Map<String, Set<String>> edges, String name) {
        return reach(edges, name).contains(name);
    }

    private static Set<String> reach(Map<String, Set<String>> edges, String from) {
        var reached = new HashSet<String>();
        var open = new ArrayDeque<>(edges.getOrDefault(from, Set.of()));
        while (!open.isEmpty()) {
            var next = open.pop();
            if (reached.add(next)) open.addAll(edges.getOrDefault(next, Set.of()));
        }
        return reached;
    }

    private static boolean isIn(String name, String parent) {
        return name.equals(parent) || name.startsWith(parent + ".");
    }

    private static Map.Entry<String, Module> module(String name, Set<String> modules, Set<String> libraries) {
        return Map.entry(name, new Module(modules, libraries));
    }

    private static Set<String> knows(String... modules) {
        return Set.of(modules);
    }

    private static Set<String> uses(String... libraries) {
        return Set.of(libraries);
    }
}
