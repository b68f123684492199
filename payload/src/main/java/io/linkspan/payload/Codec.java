package io.linkspan.payload;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Mark;
import io.linkspan.model.Tree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ContextFactory;
import org.mozilla.javascript.Function;
import org.mozilla.javascript.NativeArray;
import org.mozilla.javascript.NativeObject;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.Script;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Undefined;

/// A payload codec in JavaScript, as makers of LoRaWAN devices publish them (LoRaWAN Payload Codec API, TS013-1.0.0):
/// `decodeUplink({bytes, fPort, topic})` gives `{data: {...}}` and `encodeDownlink({data, topic})` gives `{bytes:
/// [...]}`.
///
/// The script is interpreted, each run from new, and reaches neither Java nor files nor the network. What it may take
/// is limited by name: [#INSTRUCTIONS_MAX], [#MEMORY_BYTES_MAX], [#DEPTH_MAX], [#RUN_MILLIS_MAX]; a run that goes
/// beyond ends
/// as a message that could not be taken. Scripts run on [#THREADS] threads of their own, since they only compute.
///
/// Immutable, safe for many threads.
public final class Codec {
    /// Longest script, in characters.
    public static final int SCRIPT_CHARACTERS_MAX = 200_000;

    /// Most instructions of one run; a usual decoder takes some thousands.
    public static final int INSTRUCTIONS_MAX = 2_000_000;

    /// Most memory that one run may ask for in total, in bytes.
    public static final long MEMORY_BYTES_MAX = 32L << 20;

    /// Deepest calls inside each other.
    public static final int DEPTH_MAX = 200;

    /// Longest time of one run by the clock, in milliseconds; the instructions end first unless the box is very
    /// busy.
    public static final int RUN_MILLIS_MAX = 5_000;

    /// Most bytes that a script may encode.
    public static final int ENCODED_BYTES_MAX = 4_096;

    /// Threads for scripts.
    public static final int THREADS = 2;

    private static final int WAITING_MAX = 1_000;
    private static final int OBSERVED_EVERY_INSTRUCTIONS = 1_000;

    private static final ThreadPoolExecutor POOL = pool();
    private static final Sandbox SANDBOX = new Sandbox();

    private final Script script;
    private final boolean encodes;

    private Codec(Script script, boolean encodes) {
        this.script = script;
        this.encodes = encodes;
    }

    /// Reads a script and runs its top level once.
    ///
    /// @throws Invalid it can not be read, or has no `decodeUplink`
    public static Codec compile(Mark at, String source) throws Invalid {
        if (source.length() > SCRIPT_CHARACTERS_MAX)
            throw new Invalid(at, "a codec has at most " + SCRIPT_CHARACTERS_MAX + " characters");
        try {
            return run(run -> {
                var script = run.context().compileString(source, "codec", 1, null);
                var scope = run.scope();
                script.exec(run.context(), scope, scope);
                if (!(ScriptableObject.getProperty(scope, "decodeUplink") instanceof Function))
                    throw new BadPayload("it has no function decodeUplink(input)");
                return new Codec(script, ScriptableObject.getProperty(scope, "encodeDownlink") instanceof Function);
            });
        } catch (BadPayload e) {
            throw new Invalid(at, "the codec can not be used: " + e.getMessage());
        }
    }

    /// Whether it can also write.
    public boolean encodes() {
        return encodes;
    }

    /// What the script makes of a message: `data` of its result, or the result itself where it has no `data`.
    ///
    /// @throws BadPayload it says why it could not (`errors`), broke, or went beyond a limit
    public Tree decode(String topic, byte[] bytes) throws BadPayload {
        return run(run -> {
            var input = run.context().newObject(run.scope());
            put(input, "bytes", array(run, bytes));
            put(input, "fPort", 1);
            put(input, "topic", topic);
            var result = call(run, "decodeUplink", input);
            var data = ScriptableObject.getProperty(result, "data");
            return tree(run, data == Scriptable.NOT_FOUND ? result : data, 0);
        });
    }

    /// The bytes that the script makes of these values by name.
    ///
    /// @throws BadPayload as [#decode]
    public byte[] encode(String topic, Tree data) throws BadPayload {
        return run(run -> {
            var input = run.context().newObject(run.scope());
            var parse = (Function) ScriptableObject.getProperty(
                    (Scriptable) ScriptableObject.getProperty(run.scope(), "JSON"), "parse");
            put(input, "data", parse.call(run.context(), run.scope(), run.scope(), new Object[] {Json.write(data)}));
            put(input, "topic", topic);
            return bytes(ScriptableObject.getProperty(call(run, "encodeDownlink", input), "bytes"));
        });
    }

    private static void put(Scriptable object, String name, Object value) {
        ScriptableObject.putProperty(object, name, value);
    }

    private static Scriptable array(Run run, byte[] bytes) {
        var items = new Object[bytes.length];
        for (int i = 0; i < bytes.length; i++) items[i] = bytes[i] & 0xFF;
        return run.context().newArray(run.scope(), items);
    }

    private static byte[] bytes(Object result) throws BadPayload {
        if (!(result instanceof NativeArray array) || array.getLength() > ENCODED_BYTES_MAX)
            throw new BadPayload("the codec gives no bytes: [...] of at most " + ENCODED_BYTES_MAX);
        var bytes = new byte[(int) array.getLength()];
        for (int i = 0; i < bytes.length; i++) {
            if (!(array.get(i, array) instanceof Number n) || n.intValue() < 0 || n.intValue() > 255)
                throw new BadPayload("the codec gives bytes that are none of 0..255");
            bytes[i] = (byte) n.intValue();
        }
        return bytes;
    }

    private Scriptable call(Run run, String name, Scriptable input) throws BadPayload {
        script.exec(run.context(), run.scope(), run.scope());
        if (!(ScriptableObject.getProperty(run.scope(), name) instanceof Function function))
            throw new BadPayload("the codec has no function " + name);
        var result = function.call(run.context(), run.scope(), run.scope(), new Object[] {input});
        if (!(result instanceof Scriptable object) || Undefined.isUndefined(result))
            throw new BadPayload("the codec's " + name + " gives no object");
        if (ScriptableObject.getProperty(object, "errors") instanceof NativeArray errors && errors.getLength() > 0)
            throw new BadPayload("the codec says " + Shape.shown(Context.toString(errors.get(0, errors))));
        return object;
    }

    private static Tree tree(Run run, @Nullable Object value, int depth) throws BadPayload {
        run.context().observe();
        if (depth > Json.NESTING_MAX)
            throw new BadPayload("the codec's result nests deeper than nestingMax = " + Json.NESTING_MAX);
        return switch (value) {
            case null -> Tree.plain("");
            case CharSequence text -> Tree.text(text.toString());
            case Boolean flag -> Tree.plain(flag);
            case Number n
            when Double.isFinite(n.doubleValue()) ->
                Tree.plain(
                        n.doubleValue() == Math.rint(n.doubleValue()) && Math.abs(n.doubleValue()) < 1e15
                                ? Long.toString(n.longValue())
                                : Double.toString(n.doubleValue()));
            case NativeArray list -> {
                var items = new ArrayList<Tree>();
                for (long i = 0; i < list.getLength(); i++) items.add(tree(run, list.get((int) i, list), depth + 1));
                yield Tree.items(items);
            }
            case NativeObject object -> {
                var fields = new LinkedHashMap<String, Tree>();
                for (Object id : object.getIds())
                    fields.put(
                            String.valueOf(id),
                            tree(run, ScriptableObject.getProperty(object, String.valueOf(id)), depth + 1));
                yield Tree.fields(fields);
            }
            default -> Tree.plain(""); // open: undefined, not a number, functions
        };
    }

    @FunctionalInterface
    private interface Work<T> {
        T apply(Run run) throws BadPayload;
    }

    private record Run(Bounded context, Scriptable scope) {}

    private static <T> T run(Work<T> work) throws BadPayload {
        var stopped = new AtomicBoolean();
        try {
            return POOL.submit(() -> within(work, stopped)).get(RUN_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BadPayload bad) throw bad;
            if (e.getCause() instanceof RuntimeException bug) throw bug;
            if (e.getCause() instanceof Error error) throw error;
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            stopped.set(true);
            throw new BadPayload("the codec ran longer than runMillisMax = " + RUN_MILLIS_MAX + " ms");
        } catch (RejectedExecutionException e) {
            throw new BadPayload("more than " + WAITING_MAX + " messages wait for their codecs");
        } catch (InterruptedException e) {
            stopped.set(true);
            Thread.currentThread().interrupt();
            throw new BadPayload("the codec was interrupted, since its connector stops");
        }
    }

    private static <T> T within(Work<T> work, AtomicBoolean stopped) throws BadPayload {
        var context = (Bounded) SANDBOX.enterContext();
        try (context) {
            context.begin(stopped);
            var scope = context.initSafeStandardObjects();
            context.evaluateString(scope, GUARD, "guard", 1, null);
            return work.apply(new Run(context, scope));
        } catch (RhinoException e) {
            throw new BadPayload(
                    "the codec broke off: " + Shape.shown(String.valueOf(e.details())) + " in line " + e.lineNumber());
        } catch (Beyond e) {
            throw new BadPayload("the codec went beyond " + e.getMessage());
        } catch (StackOverflowError | OutOfMemoryError e) {
            throw new BadPayload(
                    "the codec went beyond " + (e instanceof StackOverflowError ? "depthMax" : "memoryBytesMax"));
        }
    }

    /// What makes much of little in one call is bounded in the language itself, since nobody looks on meanwhile.
    private static final String GUARD = """
            (function () {
              var most = 65536;
              function bounded(owner, name, size) {
                var original = owner[name];
                owner[name] = function () {
                  if (size(this, arguments) > most) throw new Error('more than memoryBytesMax');
                  return original.apply(this, arguments);
                };
              }
              bounded(String.prototype, 'repeat', function (t, a) { return String(t).length * a[0]; });
              bounded(String.prototype, 'padStart', function (t, a) { return a[0]; });
              bounded(String.prototype, 'padEnd', function (t, a) { return a[0]; });
              ['join', 'fill', 'concat', 'reverse', 'sort', 'toString', 'slice', 'splice', 'map', 'unshift'].forEach(
                function (n) { bounded(Array.prototype, n, function (t) { return t.length; }); });
              ['ArrayBuffer', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array',
               'Uint32Array', 'Float32Array', 'Float64Array'].forEach(function (n) {
                 var original = this[n];
                 if (!original) return;
                 var replaced = function (a, b, c) {
                   if (typeof a === 'number' && a > most) throw new Error('more than memoryBytesMax');
                   if (arguments.length === 1) return new original(a);
                   if (arguments.length === 2) return new original(a, b);
                   return arguments.length === 0 ? new original() : new original(a, b, c);
                 };
                 replaced.from = original.from; replaced.of = original.of; replaced.prototype = original.prototype;
                 this[n] = replaced;
               }, this);
            }).call(this);
            """;

    /// A run went beyond a limit. An error, so that a script's `catch` can not hold it.
    private static final class Beyond extends Error {
        private static final long serialVersionUID = 1;

        Beyond(String limit) {
            super(limit, null, false, false);
        }
    }

    /// One run's context, which counts.
    private static final class Bounded extends Context {
        private long instructions;
        private long allocatedBefore;
        private AtomicBoolean stopped = new AtomicBoolean();

        Bounded(ContextFactory factory) {
            super(factory);
        }

        void begin(AtomicBoolean stop) {
            stopped = stop;
            allocatedBefore = allocated();
        }

        void count(int more) {
            instructions += more;
            if (instructions > INSTRUCTIONS_MAX) throw new Beyond("instructionsMax = " + INSTRUCTIONS_MAX);
            observe();
        }

        void observe() {
            if (stopped.get()) throw new Beyond("runMillisMax = " + RUN_MILLIS_MAX);
            if (allocated() - allocatedBefore > MEMORY_BYTES_MAX)
                throw new Beyond("memoryBytesMax = " + MEMORY_BYTES_MAX);
        }

        private static long allocated() {
            return THREADS_SEEN.getCurrentThreadAllocatedBytes();
        }
    }

    private static final com.sun.management.ThreadMXBean THREADS_SEEN =
            (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();

    /// Rhino, interpreted, without Java.
    private static final class Sandbox extends ContextFactory {
        @Override
        protected Context makeContext() {
            var context = new Bounded(this);
            context.setInterpretedMode(true);
            context.setLanguageVersion(Context.VERSION_ES6);
            context.setInstructionObserverThreshold(OBSERVED_EVERY_INSTRUCTIONS);
            context.setMaximumInterpreterStackDepth(DEPTH_MAX);
            context.setClassShutter(_ -> false);
            return context;
        }

        @Override
        protected void observeInstructionCount(Context context, int instructions) {
            ((Bounded) context).count(instructions);
        }
    }

    private static ThreadPoolExecutor pool() {
        var pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(WAITING_MAX),
                Thread.ofPlatform().name("codec-", 1).daemon().factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
