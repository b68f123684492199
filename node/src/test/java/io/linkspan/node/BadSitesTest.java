package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.linkspan.model.Invalid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each file below `golden/bad-sites` is refused with the sentence of its first line: file, line, what is wrong and
/// what would be
/// right. A new case is a new file.
class BadSitesTest {
    private static final Path FOLDER = SiteSchemaTest.root().resolve("node/src/test/resources/golden/bad-sites");

    static List<Path> files() throws IOException {
        try (var all = Files.list(FOLDER)) {
            return all.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void isRefusedWithItsSentence(Path file) throws Exception {
        String text = Files.readString(file);
        String expected = text.lines().findFirst().orElseThrow().substring(2);
        String name = file.getFileName().toString();
        var refused =
                catchThrowableOfType(Invalid.class, () -> Node.check(Applying.read(name, text, Optional.empty(), "")));
        assertThat(refused).as("it was taken").isNotNull();
        assertThat(refused).hasMessage(expected);
        assertThat(expected).matches("\\S+\\.yaml:\\d+: .{12,}");
    }
}
