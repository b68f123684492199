package io.linkspan.node;

import io.linkspan.insight.Language;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/// What is answered to a sentence, in one language. Immutable, safe for many threads.
final class Sayings {
    private static final Map<Language, Sayings> ALL = new EnumMap<>(Language.class);

    static {
        for (var language : Language.values()) ALL.put(language, read(language));
    }

    private final Map<String, String> texts = new HashMap<>();

    private Sayings() {}

    /// Those of a language.
    static Sayings of(Language language) {
        return java.util.Objects.requireNonNull(ALL.get(language));
    }

    private static Sayings read(Language language) {
        String name = "sayings-" + language.tag() + ".txt";
        var all = new Sayings();
        try (InputStream in = Sayings.class.getResourceAsStream(name)) {
            if (in == null) throw new IllegalStateException(name + " is not in this program; build it again");
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                int is = line.indexOf(" = ");
                if (!line.startsWith("#") && is > 0) all.texts.put(line.substring(0, is), line.substring(is + 3));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(name + " can not be read", e);
        }
        return all;
    }

    /// The keys, so that both languages can be compared.
    java.util.Set<String> keys() {
        return texts.keySet();
    }

    /// A text with what is put in.
    String say(String key, Object... values) {
        String text = texts.get(key);
        if (text == null) throw new IllegalStateException("There is no saying \"" + key + "\"");
        for (int i = 0; i < values.length; i++) text = text.replace("{" + i + "}", String.valueOf(values[i]));
        return text;
    }
}
