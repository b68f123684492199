package io.linkspan.payload;

import io.linkspan.model.Invalid;
import io.linkspan.model.Tree;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The scripts that were read already: a kind's codec is one, however many things and properties use it. Safe for many
/// threads.
final class Codecs {
    /// Most scripts that are kept; beyond it the one that was not used for longest is read again when it is needed.
    static final int CODECS_KEPT_MAX = 256;

    private static final Map<String, Codec> KEPT = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Codec> eldest) {
            return size() > CODECS_KEPT_MAX;
        }
    };

    private Codecs() {}

    static Codec of(Tree.Scalar script) throws Invalid {
        synchronized (KEPT) {
            var kept = Optional.ofNullable(KEPT.get(script.text()));
            if (kept.isPresent()) return kept.get();
        }
        var codec = Codec.compile(script.mark(), script.text());
        synchronized (KEPT) {
            KEPT.put(script.text(), codec);
        }
        return codec;
    }
}
