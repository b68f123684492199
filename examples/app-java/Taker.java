// Takes a feed and writes each value down once, whatever dies in between. The position stands in the same line as what
// was made of it, so both are there or neither; a line without its end was never written.
//   LINKSPAN_TOKEN=... java Taker.java http://127.0.0.1:8080/v1/sites/riverside_12/feed values.txt
import module java.net.http;

static final Pattern READING = Pattern.compile("\"property\":\"([^\"]+)\",\"value\":([^,}]+)");

void main(String[] args) throws Exception {
    try (var file = new RandomAccessFile(args[1], "rw"); var client = HttpClient.newHttpClient()) {
        for (; true; Thread.sleep(1_000)) { // the node is away, or dropped us: go on at our position
            String last = keep(file, Long.MAX_VALUE);
            var request = HttpRequest.newBuilder(URI.create(args[0] + (last.isEmpty() ? "?from=1" : "")))
                    .header("Authorization", "Bearer " + System.getenv("LINKSPAN_TOKEN"));
            if (!last.isEmpty()) request.header("Last-Event-ID", last);
            try {
                var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
                if (answer.statusCode() < 300) answer.body().forEach(new Events(file)::line);
                else System.err.println(answer.body().collect(Collectors.joining())); // says what to do
            } catch (IOException | UncheckedIOException e) {
                System.err.println("Again in a second: " + e);
            }
        }
    }
}

/// Server-sent events, line by line. What has no position belongs to the next one that has.
record Events(RandomAccessFile file, Map<String, String> event, StringBuilder made) {
    Events(RandomAccessFile file) { this(file, new HashMap<>(), new StringBuilder()); }

    void line(String line) {
        int colon = line.indexOf(": ");
        if (colon > 0) event.put(line.substring(0, colon), line.substring(colon + 2));
        if (line.isEmpty()) end();
    }

    private void end() {
        try {
            String position = event.get("id");
            boolean reset = "reset".equals(event.get("event"));
            if (reset) keep(file, order(position)); // what came after it was never said: the log was restored
            var readings = READING.matcher(event.getOrDefault("data", ""));
            while (readings.find()) made.append(' ').append(readings.group(1)).append('=').append(readings.group(2));
            event.clear();
            if (position == null || reset) return;
            file.write((position + made + "\n").getBytes(StandardCharsets.UTF_8));
            file.getFD().sync();
            made.setLength(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

/// Keeps the whole lines up to a position, cuts the rest off, and tells the last position.
static String keep(RandomAccessFile file, long upTo) throws IOException {
    String last = "";
    long end = 0;
    file.seek(0);
    for (String line; (line = file.readLine()) != null; end = file.getFilePointer()) {
        file.seek(file.getFilePointer() - 1);
        if (file.read() != '\n' || order(line.split(" ")[0]) > upTo) break;
        last = line.split(" ")[0];
    }
    file.setLength(end);
    file.seek(end);
    return last;
}

/// 42, or 2:42 after another node took over.
static long order(String position) {
    int colon = position.indexOf(':');
    return (colon < 0 ? 1 : Long.parseLong(position.substring(0, colon))) << 44 | Long.parseLong(position.substring(colon + 1));
}
