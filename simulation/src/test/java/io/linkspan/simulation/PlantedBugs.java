package io.linkspan.simulation;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.function.Predicate;

/// Bugs that are planted in the product's classes while they are loaded, one at a time: a call dropped, a branch turned
/// round, a constant replaced, a method left early. The product itself has no hook for them. A place that is no longer
/// found fails loudly, so that the list keeps up with the code.
final class PlantedBugs {
    /// A bug.
    ///
    /// @param type the class, below `io.linkspan.`
    /// @param method its name; each overload with a body is looked at
    record Bug(String name, String type, String method, Mutation mutation) {
        @Override
        public String toString() {
            return name;
        }
    }

    /// What is done to a method.
    sealed interface Mutation {
        /// The n-th call of this method (counted from 1) is not made; what it would give is empty, false or
        /// zero.
        record DropCall(String called, int nth) implements Mutation {}

        /// The n-th conditional branch goes the other way.
        record Negate(int nth) implements Mutation {}

        /// A long, int or double constant is another one.
        record Replace(Number old, Number instead) implements Mutation {}

        /// The method returns at once: nothing, false, zero or empty.
        record ReturnEarly() implements Mutation {}
    }

    private PlantedBugs() {}

    static Mutation drop(String called) {
        return new Mutation.DropCall(called, 1);
    }

    static Mutation drop(String called, int nth) {
        return new Mutation.DropCall(called, nth);
    }

    static Mutation negate(int nth) {
        return new Mutation.Negate(nth);
    }

    static Mutation replace(Number old, Number instead) {
        return new Mutation.Replace(old, instead);
    }

    static Mutation returnEarly() {
        return new Mutation.ReturnEarly();
    }

    static Bug bug(String name, String type, String method, Mutation mutation) {
        return new Bug(name, type, method, mutation);
    }

    static final List<Bug> ALL = List.of(
            bug("the journal never syncs", "journal.Journal", "settle", drop("force")),
            bug("readings are told as stored before they are", "node.LedSite", "finish", drop("append")),
            bug("writes go out before the disk has them", "node.LedSite", "finish", negate(6)),
            bug("a full disk is not told to who waits for a reading", "node.LedSite", "act", negate(5)),
            bug("an armed site is asked no more", "site.Writes", "withheld", negate(2)),
            bug("out of service counts for nothing", "site.Writes", "withheld", negate(1)),
            bug("minimum times are not kept", "site.Arbiter", "minimumTime", negate(1)),
            bug("minimum times end at once", "site.Arbiter", "minimumTime", drop("micros")),
            bug("the oldest of equals wins", "site.Actuator", "<clinit>", drop("reversed")),
            bug("bounds are not looked at", "site.Arbiter$Bounds", "add", returnEarly()),
            bug("forbids are not looked at", "site.Arbiter$Bounds", "narrow", negate(2)),
            bug("a hold is not placed at its rank", "site.Actuator", "with", drop("sort")),
            bug("an ended hold stays", "site.Actuator", "without", drop("removeIf")),
            bug("a private reading is taken like any other", "site.Site", "withoutPrivate", returnEarly()),
            bug("private values are encoded", "site.Site", "property", returnEarly()),
            bug("private links are encoded", "site.Site", "link", returnEarly()),
            bug("private twins stand in images", "site.Program", "isPrivate", returnEarly()),
            bug("a commanded value is done though it was refused", "site.Commands", "answered", negate(3)),
            bug("a command never ends when its deadline passed", "site.Commands", "expired", negate(1)),
            bug("a write in doubt is settled", "site.State", "readBack", negate(2)),
            bug("the same key is commanded twice", "site.Commands", "set", negate(1)),
            bug("a lease never ends", "site.Site", "leaseEnded", returnEarly()),
            bug("the outage is no gap", "site.State", "began", drop("open")),
            bug("a line that is down is no gap", "site.State", "line", drop("open")),
            bug("a silent unit is no gap", "site.State", "unit", drop("open")),
            bug("a late series is no gap", "site.Site", "late", returnEarly()),
            bug("a gap never closes", "site.Series", "close", returnEarly()),
            bug("a full disk is no gap", "site.State", "disk", returnEarly()),
            bug("an end of a write is forgotten", "site.State", "writeEnded", returnEarly()),
            bug("a restart forgets what was sent", "site.Site", "started", negate(3)),
            bug("the image has no actuators", "site.Image", "actuator", drop("optional", 1)),
            bug("the replay skips the first entry behind a snapshot", "node.Recovered", "from", replace(1L, 2L)),
            bug("the log's sequence is not counted", "node.LedSite", "next", replace(1L, 2L)),
            bug("an outcome is told twice", "site.State", "commandEnded", returnEarly()),
            bug("write numbers are used again", "site.State", "ordered", drop("max")),
            bug("timers are never due", "site.Timers", "put", returnEarly()),
            bug("links are never looked at", "site.State", "took", drop("set", 2)),
            bug("a link's hold stays when it lets go", "site.Actuator", "withoutLink", drop("removeIf")),
            bug("a machine that comes back is not written", "site.State", "reachedAgain", returnEarly()),
            bug("nobody is told what became of a command", "node.LedSite", "ended", returnEarly()));

    // ---- planting

    /// A world whose product has this bug.
    static final class Infected extends ClassLoader {
        private final Bug bug;
        private final String world;
        private boolean planted;

        Infected(Bug bug) {
            this(bug, "World");
        }

        /// @param world the class of the simulation whose `of` gives a verdict for a seed
        Infected(Bug bug, String world) {
            super(PlantedBugs.class.getClassLoader());
            this.bug = bug;
            this.world = world;
        }

        /// What the world of this seed says: empty when all invariants hold.
        String verdict(long seed) {
            try {
                var type = loadClass("io.linkspan.simulation." + world);
                if (bug.type.isEmpty()) throw new IllegalStateException("A bug has a place");
                loadClass("io.linkspan." + bug.type);
                if (!planted) throw new AssertionError("The place of \"" + bug.name + "\" is gone: " + bug);
                var verdict = type.getMethod("of", long.class).invoke(null, seed);
                var violation = (java.util.Optional<?>)
                        verdict.getClass().getMethod("violation").invoke(verdict);
                return violation
                        .map(v -> String.valueOf(((Throwable) v).getMessage()))
                        .orElse("");
            } catch (InvocationTargetException e) {
                return "no-step-fails: " + e.getCause();
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.linkspan.")) return super.loadClass(name, resolve);
            synchronized (getClassLoadingLock(name)) {
                var known = findLoadedClass(name);
                return known != null ? known : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (var in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) throw new ClassNotFoundException(name);
                byte[] bytes = in.readAllBytes();
                if (name.equals("io.linkspan." + bug.type)) bytes = mutated(bytes);
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        private byte[] mutated(byte[] bytes) {
            var file = ClassFile.of(
                    ClassFile.DebugElementsOption.DROP_DEBUG,
                    ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(getParent())
                            .orElse(ClassHierarchyResolver.defaultResolver())));
            var model = file.parse(bytes);
            Predicate<MethodModel> here =
                    m -> m.methodName().equalsString(bug.method) && m.code().isPresent();
            return file.transformClass(model, (builder, element) -> {
                if (element instanceof MethodModel m && here.test(m))
                    builder.transformMethod(m, java.lang.classfile.MethodTransform.transformingCode(change(m)));
                else builder.with(element);
            });
        }

        private CodeTransform change(MethodModel method) {
            return switch (bug.mutation) {
                case Mutation.ReturnEarly _ -> early(method.methodTypeSymbol().returnType(), firstParameter(method));
                case Mutation.Negate n ->
                    counting(n.nth, e -> e instanceof BranchInstruction b && isConditional(b.opcode()), this::turn);
                case Mutation.DropCall d ->
                    counting(
                            d.nth,
                            e -> e instanceof InvokeInstruction i
                                    && i.name().equalsString(d.called)
                                    && !d.called.equals("<init>"),
                            (b, e) -> {
                                if (e instanceof InvokeInstruction i) dropped(b, i);
                            });
                case Mutation.Replace r ->
                    counting(
                            1,
                            e -> e instanceof ConstantInstruction c
                                    && c.constantValue().equals(r.old),
                            (b, _) -> {
                                switch (r.instead) {
                                    case Long l -> b.loadConstant(l);
                                    case Integer i -> b.loadConstant(i);
                                    default -> b.loadConstant(r.instead.doubleValue()); // open: numbers of the JDK
                                }
                            });
            };
        }

        private static java.util.Optional<ClassDesc> firstParameter(MethodModel method) {
            var type = method.methodTypeSymbol();
            return type.parameterCount() == 0
                    ? java.util.Optional.empty()
                    : java.util.Optional.of(type.parameterType(0));
        }

        private interface Change {
            void into(CodeBuilder builder, CodeElement element);
        }

        private CodeTransform counting(int nth, Predicate<CodeElement> at, Change change) {
            int[] seen = {0};
            return (builder, element) -> {
                if (at.test(element) && ++seen[0] == nth) {
                    planted = true;
                    change.into(builder, element);
                } else builder.with(element);
            };
        }

        private void turn(CodeBuilder builder, CodeElement element) {
            if (!(element instanceof BranchInstruction branch)) return;
            var other = switch (branch.opcode()) {
                case IFEQ -> Opcode.IFNE;
                case IFNE -> Opcode.IFEQ;
                case IFLT -> Opcode.IFGE;
                case IFGE -> Opcode.IFLT;
                case IFGT -> Opcode.IFLE;
                case IFLE -> Opcode.IFGT;
                case IF_ICMPEQ -> Opcode.IF_ICMPNE;
                case IF_ICMPNE -> Opcode.IF_ICMPEQ;
                case IF_ICMPLT -> Opcode.IF_ICMPGE;
                case IF_ICMPGE -> Opcode.IF_ICMPLT;
                case IF_ICMPGT -> Opcode.IF_ICMPLE;
                case IF_ICMPLE -> Opcode.IF_ICMPGT;
                case IF_ACMPEQ -> Opcode.IF_ACMPNE;
                case IF_ACMPNE -> Opcode.IF_ACMPEQ;
                case IFNULL -> Opcode.IFNONNULL;
                case IFNONNULL -> Opcode.IFNULL;
                default -> throw new IllegalStateException("No branch: " + branch.opcode()); // open: opcodes of the JVM
            };
            builder.branch(other, branch.target());
        }

        private static boolean isConditional(Opcode opcode) {
            return opcode != Opcode.GOTO && opcode != Opcode.GOTO_W && opcode != Opcode.JSR && opcode != Opcode.JSR_W;
        }

        /// Arguments and receiver off the stack, and something empty on it.
        private static void dropped(CodeBuilder b, InvokeInstruction call) {
            MethodTypeDesc type = call.typeSymbol();
            for (int i = type.parameterCount() - 1; i >= 0; i--) pop(b, type.parameterType(i));
            boolean keepsReceiver = call.opcode() != Opcode.INVOKESTATIC
                    && type.returnType().equals(call.owner().asSymbol());
            if (call.opcode() != Opcode.INVOKESTATIC && !keepsReceiver) b.pop();
            if (!keepsReceiver) empty(b, type.returnType());
        }

        private static void pop(CodeBuilder b, ClassDesc type) {
            var kind = TypeKind.from(type);
            if (kind == TypeKind.LONG || kind == TypeKind.DOUBLE) b.pop2();
            else b.pop();
        }

        private static void empty(CodeBuilder b, ClassDesc type) {
            var kind = TypeKind.from(type);
            switch (kind) {
                case VOID -> {}
                case LONG -> b.lconst_0();
                case DOUBLE -> b.dconst_0();
                case FLOAT -> b.fconst_0();
                case REFERENCE -> emptyObject(b, type);
                case BOOLEAN, BYTE, CHAR, SHORT, INT -> b.iconst_0();
            }
        }

        private static void emptyObject(CodeBuilder b, ClassDesc type) {
            if (type.equals(ConstantDescs.CD_List)) b.invokestatic(type, "of", MethodTypeDesc.of(type), true);
            else if (type.descriptorString().equals("Ljava/util/Optional;"))
                b.invokestatic(type, "empty", MethodTypeDesc.of(type));
            else b.aconst_null();
        }

        private CodeTransform early(ClassDesc returns, java.util.Optional<ClassDesc> first) {
            planted = true;
            return new CodeTransform() {
                @Override
                public void atStart(CodeBuilder b) {
                    // a method that gives back its own kind gives back what it was called with, or on
                    if (first.isPresent() && first.get().equals(returns)) b.aload(b.parameterSlot(0));
                    else if (returns.displayName().equals("Series")) b.aload(0);
                    else empty(b, returns);
                    b.return_(TypeKind.from(returns));
                }

                @Override
                public void accept(CodeBuilder b, CodeElement e) {
                    b.with(e);
                }
            };
        }
    }
}
