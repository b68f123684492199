package io.linkspan.model;

/// What a person wrote can not be taken: where, what is wrong, what would be right. Nothing was changed.
public final class Invalid extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Mark mark;

    /// @param what one sentence that says what is wrong and what would be right
    public Invalid(Mark mark, String what) {
        super(mark.file().isEmpty() ? what : mark + ": " + what);
        this.mark = mark;
    }

    /// Where it stands.
    public Mark mark() {
        return mark;
    }
}
