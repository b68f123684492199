package io.linkspan.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An application that takes one property of a feed, over server-sent events or a WebSocket, and goes on at its
/// position whenever its connection ends. Safe for many threads.
final class Taker implements AutoCloseable {
    /// How it takes.
    enum Over {
        EVENTS,
        WEB_SOCKET
    }

    private static final Pattern POSITION = Pattern.compile("\"position\":\"([0-9]+)\"");
    private static final Pattern VALUE = Pattern.compile("\"value\":([^,}]+)");
    private static final long AGAIN_MILLIS = 100;

    private final HttpClient client;
    private final String feed;
    private final String token;
    private final Over over;
    private final List<Said.Value> taken = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private final Thread thread;
    private long position;
    private int connections;
    private volatile boolean open = true;

    /// @param feed the address of the feed with `?paths=`
    Taker(HttpClient client, String feed, String token, Over over) {
        this.client = client;
        this.feed = feed;
        this.token = token;
        this.over = over;
        thread = Thread.ofVirtual().name("taker").start(this::run);
    }

    private void run() {
        while (open) {
            try {
                switch (over) {
                    case EVENTS -> events();
                    case WEB_SOCKET -> webSocket();
                }
            } catch (IOException | UncheckedIOException | CompletionException e) {
                // the node is away
            } catch (InterruptedException e) {
                return;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void events() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(feed + (position == 0 ? "&from=1" : "")))
                .header("Authorization", "Bearer " + token);
        if (position > 0) request.header("Last-Event-ID", Long.toString(position));
        var answer = client.send(request.build(), BodyHandlers.ofLines());
        try (var lines = answer.body()) {
            if (!isWell(answer)) return;
            lines.forEach(line -> {
                if (line.startsWith("data: ")) event(line);
            });
        }
    }

    private synchronized boolean isWell(HttpResponse<?> answer) {
        connections++;
        if (answer.statusCode() != 200) wrong.add("The answer was " + answer.statusCode());
        return answer.statusCode() == 200;
    }

    private void webSocket() throws InterruptedException {
        var ended = new CompletableFuture<Void>();
        var listener = new WebSocket.Listener() {
            private final StringBuilder text = new StringBuilder();

            @Override
            public @Nullable CompletionStage<?> onText(WebSocket web, CharSequence data, boolean last) {
                text.append(data);
                if (last) {
                    event(text.toString());
                    text.setLength(0);
                }
                web.request(1);
                return null;
            }

            @Override
            public @Nullable CompletionStage<?> onClose(WebSocket web, int code, String reason) {
                ended.complete(null);
                return null;
            }

            @Override
            public void onError(WebSocket web, Throwable why) {
                ended.complete(null);
            }
        };
        var uri = URI.create(feed.replace("http:", "ws:") + "&from=" + Math.max(1, position));
        var socket = client.newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .buildAsync(uri, listener)
                .join();
        try {
            synchronized (this) {
                connections++;
            }
            ended.get();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new CompletionException(e);
        } finally {
            socket.abort();
        }
    }

    private synchronized void event(String json) {
        if (!open) return;
        var at = POSITION.matcher(json);
        if (json.contains("\"reset\"") || json.contains("\"ended\"")) wrong.add(json);
        if (!at.find()) return;
        long seq = Long.parseLong(at.group(1));
        if (over == Over.WEB_SOCKET && seq == position) return; // `from` counts itself
        if (seq <= position) wrong.add("Position " + seq + " came after " + position);
        position = seq;
        var value = VALUE.matcher(json);
        while (value.find()) taken.add(new Said.Value(seq, value.group(1)));
        notifyAll();
    }

    /// What it took so far.
    synchronized List<Said.Value> taken() {
        return List.copyOf(taken);
    }

    /// What was not as it must be.
    synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }

    /// How often it connected.
    synchronized int connections() {
        return connections;
    }

    /// Waits until it has so many values.
    synchronized boolean await(int values, long endNanos) throws InterruptedException {
        for (long left; taken.size() < values && (left = endNanos - System.nanoTime()) > 0; )
            TimeUnit.NANOSECONDS.timedWait(this, left);
        return taken.size() >= values;
    }

    @Override
    public void close() {
        open = false;
        thread.interrupt();
    }
}
