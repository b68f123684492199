package io.linkspan.payload;

import dev.cel.common.ast.CelExpr;

/// A part of an expression that was checked, rewritten so that CEL can compute it: numbers are doubles in one unit.
///
/// @param at its id in the tree that the person wrote
/// @param name how a sentence calls it
/// @param cost steps to compute it, at most
record Term(long at, CelExpr expr, Kind kind, String name, long cost) {
    Term with(CelExpr expr, Kind kind) {
        return new Term(at, expr, kind, name, cost);
    }
}
