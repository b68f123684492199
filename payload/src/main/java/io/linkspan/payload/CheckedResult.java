package io.linkspan.payload;

import io.linkspan.model.Unit;
import io.linkspan.payload.Kind.Number;

/// Fits the result of an expression to what is wanted of it.
final class CheckedResult {
    private final Quantities quantities;

    CheckedResult(Quantities quantities) {
        this.quantities = quantities;
    }

    Term fit(Term term, Wanted wanted) throws Refused {
        Typed target = wanted.target();
        return switch (target.type()) {
            case NUMBER, INTEGER -> {
                if (!(term.kind() instanceof Number)) throw wrong(term, "a number");
                yield quantities.result(term, wanted.said(), target.unit().orElse(Unit.ONE));
            }
            case FLAG -> {
                if (!(term.kind() instanceof Kind.Flag)) throw wrong(term, "true or false, such as x > 0");
                yield term;
            }
            case TEXT -> {
                if (!(term.kind() instanceof Kind.Text) && !(term.kind() instanceof Kind.Choice))
                    throw wrong(term, "a text");
                yield term;
            }
            case CHOICE -> choice(term, target);
            case REGISTER ->
                throw new Refused(term.at(), "a register is read and never computed; let the target be a number");
            case BYTES, POSITION, GROUP ->
                throw new Refused(
                        term.at(),
                        "no expression gives a " + target.type().word()
                                + "; its target can be a number, an integer, a flag, a choice or a text");
        };
    }

    private static Term choice(Term term, Typed target) throws Refused {
        var possible = switch (term.kind()) {
            case Kind.Text text -> text.possible();
            case Kind.Choice choice -> java.util.Optional.of(choice.names());
            case Number _, Kind.Flag _, Kind.Items _ ->
                throw wrong(term, "one of " + String.join(", ", target.choices()));
        };
        if (possible.isEmpty()) return term; // checked when it is computed
        for (var name : possible.get())
            if (!target.choices().contains(name))
                throw new Refused(
                        term.at(),
                        "the result can be \"" + name + "\", and the target takes only "
                                + String.join(", ", target.choices()));
        return term;
    }

    private static Refused wrong(Term term, String right) {
        return new Refused(term.at(), "the result is " + term.kind().described() + ", and wanted is " + right);
    }
}
