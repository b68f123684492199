package io.linkspan.insight;

import java.util.List;

/// What became of a sentence before anything was done about it. Whoever hands it on must handle each kind.
public sealed interface Understood {
    /// It means one thing.
    ///
    /// @param notes what had to be taken one way: a word that was misspelt, an hour without a half of the day
    record Meant(Intent intent, List<Note> notes) implements Understood {
        public Meant {
            notes = List.copyOf(notes);
        }
    }

    /// It may mean several things, or something that is not done without asking.
    ///
    /// @param choices what it may mean, or the one thing that is to be confirmed; more than [#CHOICES_MAX] are cut
    /// @param more how many were cut
    record Asked(Why why, List<Intent> choices, List<Note> notes, int more) implements Understood {
        /// Most choices of one question.
        public static final int CHOICES_MAX = 12;

        public Asked {
            notes = List.copyOf(notes);
            if (choices.size() > CHOICES_MAX) {
                more += choices.size() - CHOICES_MAX;
                choices = choices.subList(0, CHOICES_MAX);
            }
            choices = List.copyOf(choices);
        }
    }

    /// It was not understood, and nothing is done.
    ///
    /// @param known the words that were understood
    /// @param about the words that the reason is about
    record Unclear(Reason reason, List<String> known, List<String> about) implements Understood {
        public Unclear {
            known = List.copyOf(known);
            about = List.copyOf(about);
        }
    }

    /// Why somebody is asked.
    enum Why {
        /// Several things are called so.
        WHICH_ONE,
        /// It was said not to do it: shall it be held the other way?
        NOT_TO,
        /// A lock, a door, a valve: what it moves can hurt, let in or let out.
        RISKY,
        /// More than the property is made for.
        OUT_OF_RANGE,
        /// Far from what it is now.
        FAR,
        /// Somebody with a higher priority is in charge, so it would wait.
        OUTRANKED,
        /// The thing is out of service, so nothing would be written.
        OUT_OF_SERVICE,
        /// It stops what keeps goods or animals well.
        KEEPS_GOODS,
        /// It was no command, but may have been meant as one.
        WISH,
        /// It touches more than one would think.
        MANY
    }

    /// Why nothing was understood.
    enum Reason {
        /// There was nothing in it.
        EMPTY,
        /// It is longer than a sentence may be.
        TOO_LONG,
        /// A word that is neither in the language's list nor a name of the site.
        UNKNOWN_WORD,
        /// Nothing on the site is called so.
        NO_SUCH_THING,
        /// The things are there, but can not do this.
        CAN_NOT,
        /// It does not say which thing.
        NO_TARGET,
        /// It names things and not what to do.
        NO_ACTION,
        /// "It" and "here" are not known.
        NO_CONTEXT,
        /// More than one of its parts would have to be asked about.
        SEVERAL_QUESTIONS,
        /// The time in it can not be read.
        NO_TIME,
        /// The site has no modes or scenes of this name.
        NO_PRESET,
        /// The site has more properties than sentences can name.
        SITE_TOO_LARGE
    }

    /// Something that was taken one way and is told.
    sealed interface Note {
        /// A word that was read as another one.
        record Read(String word, String as) implements Note {}

        /// An hour that was taken as the next one.
        record Hour(String said, String time) implements Note {}

        /// How far a relative change goes, when nobody said.
        record Step(double step, String unit) implements Note {}
    }
}
