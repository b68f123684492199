package io.linkspan.node;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Note;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Publishes messages to a topic of ntfy, which shows them on phones (ntfy, "Publish as JSON").
///
/// @param token file with an access token
record Ntfy(URI server, String topic, Optional<Path> token, Optional<Path> ca) implements Channel {
    private static final Pattern TOPIC = Pattern.compile("[-_A-Za-z0-9]{1,64}");
    private static final int BAD_REQUEST = 400;
    private static final int TOO_LARGE = 413;

    static Ntfy read(Settings s) throws Invalid {
        String topic = s.needText("topic", "riverside_12_alarms");
        if (!TOPIC.matcher(topic).matches())
            throw s.wrong("topic", "is 1 to 64 of A-Z, a-z, 0-9, - and _, not \"" + topic + "\"");
        var server = s.has("server") ? Channels.url(s, "server", "https://ntfy.sh") : URI.create("https://ntfy.sh");
        var ntfy = new Ntfy(server, topic, Channels.file(s, "token-file"), Channels.file(s, "ca"));
        s.finish();
        return ntfy;
    }

    @Override
    public String deliver(Message message) throws IOException, InterruptedException, Refused {
        var note = message.note();
        var body = Trees.fields()
                .text("topic", topic)
                .text("title", note.subject())
                .text("message", note.text())
                .plain("priority", priority(note))
                .put("tags", Tree.items(List.of(Tree.text(tag(note)))))
                .done();
        var request = HttpRequest.newBuilder(server)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(Json.write(body), StandardCharsets.UTF_8));
        if (token.isPresent()) request.header("Authorization", "Bearer " + Channels.secret(token.get()));
        var answer = Posting.send(request, server, ca);
        if (answer.status() == BAD_REQUEST || answer.status() == TOO_LARGE) throw new Refused(answer.words());
        return answer.orFail();
    }

    /// 5 sounds and stays, 3 is usual, 2 makes no sound.
    private static int priority(Note note) {
        if (note.kind() == Note.Kind.RETURNED || note.kind() == Note.Kind.TEST) return 2;
        return switch (note.severity()) {
            case HIGH -> 5;
            case MEDIUM -> 4;
            case LOW -> 3;
        };
    }

    private static String tag(Note note) {
        return switch (note.kind()) {
            case RETURNED, STORM_OVER -> "white_check_mark";
            case TEST -> "wave";
            case RAISED, AGAIN, ESCALATED, STORM -> "rotating_light";
        };
    }
}
