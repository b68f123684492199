package io.linkspan.access;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.linkspan.model.Json;
import java.nio.charset.StandardCharsets;

/// The one route about who is at the door where nobody need sign in: everybody here is the owner. Safe for many
/// threads.
///
/// @param everybody who they are
public record OpenSessionRoutes(EverybodyHere everybody) implements HttpService {
    @Override
    public void routing(HttpRules rules) {
        rules.get("/session", (_, response) -> {
            var account = Words.fields()
                    .text("name", everybody.person().name())
                    .text("role", Role.OWNER.word())
                    .text("language", Language.EN.tag())
                    .done();
            var body = Words.fields()
                    .plain("signed_in", true)
                    .plain("needs_setup", false)
                    .put("account", account)
                    .text("csrf", "")
                    .done();
            response.header(HeaderNames.CONTENT_TYPE, "application/json");
            response.send(Json.write(body).getBytes(StandardCharsets.UTF_8));
        });
    }
}
