package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.ByteWriter;
import io.linkspan.model.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Logs that were written once, one a decision: they are read for ever, replay gives the state that they gave then, and
/// the site decides today what it decided when they were written.
class GoldenLogsTest {
    @TempDir
    Path folder;

    static List<String> folders() throws IOException {
        try (var all = Files.list(GoldenLogs.FOLDER)) {
            return all.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    static Set<String> scripts() {
        return GoldenLogs.SCRIPTS.keySet();
    }

    @Test
    void eachScriptHasItsFolderAndEachFolderItsDecision() throws IOException {
        assertThat(folders()).containsAll(scripts());
        var decisions = TidyTest.root().resolve("docs/decisions");
        for (String each : folders())
            assertThat(decisions.resolve(each + ".md")).exists();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void itIsReadAndReplayedAsItWasWritten(String name) throws IOException {
        var golden = GoldenLogs.FOLDER.resolve(name);
        var before = files(golden);
        assertThat(GoldenText.of(golden)).isEqualTo(expected(name));
        assertThat(files(golden)).as("files after reading").isEqualTo(before);
    }

    /// A change that is meant: run [GoldenLogs#main]. While the format stays, the folder may be written over.
    @ParameterizedTest
    @MethodSource("scripts")
    void theSiteDecidesTodayWhatItDecidedThen(String name) throws Exception {
        GoldenLogs.write(GoldenLogs.SCRIPTS.get(name), GoldenLogs.FOLDER.resolve(name), folder);
        assertThat(GoldenText.of(folder)).isEqualTo(expected(name));
    }

    @Test
    void noFileHasThePrivateNumber() throws IOException {
        var golden = GoldenLogs.FOLDER.resolve("0004-private-readings");
        String text = String.valueOf(GoldenLogs.PRIVATE);
        byte[] number =
                new ByteWriter().value(new Value.Num(GoldenLogs.PRIVATE)).copy();
        byte[] converted =
                new ByteWriter().value(new Value.Num(GoldenLogs.PRIVATE / 1000)).copy();
        byte[] open = new ByteWriter().value(new Value.Num(231.5)).copy();
        String all = String.join("", files(golden).values());
        assertThat(all)
                .contains(latin(open))
                .doesNotContain(text)
                .doesNotContain(latin(number))
                .doesNotContain(latin(converted));
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String expected(String name) throws IOException {
        return Files.readString(GoldenLogs.FOLDER.resolve(name).resolve("expected.txt"));
    }

    private static TreeMap<String, String> files(Path folder) throws IOException {
        var all = new TreeMap<String, String>();
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList())
                all.put(folder.relativize(file).toString(), latin(Files.readAllBytes(file)));
        }
        return all;
    }
}
