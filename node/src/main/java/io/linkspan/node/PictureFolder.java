package io.linkspan.node;

import io.linkspan.access.Picture;
import io.linkspan.access.Pictures;
import io.linkspan.model.Names;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pictures of one site as files of a folder, each under its name: `pictures/SITE/NAME` in the data folder. A file
/// is whole or not there: written beside, synced, then renamed. What else lies in the folder is no picture. Safe for
/// many threads of one process.
public final class PictureFolder implements Pictures {
    /// Within the data folder.
    static final String FOLDER = "pictures";

    private static final Logger LOG = LoggerFactory.getLogger("linkspan.pictures");
    private static final String FRESH = ".new";
    private static final int TAG_BYTES = 12;

    private final Path folder;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /// What was read of a file, as long as the file is the same.
    private record Known(long modified, long length, Picture.Listed listed) {}

    /// The pictures of a site in a data folder; nothing is made before the first one.
    public PictureFolder(Path data, SiteId site) {
        folder = data.resolve(FOLDER).resolve(site.toString());
    }

    @Override
    public List<Picture.Listed> list() throws IOException {
        var all = new ArrayList<Picture.Listed>();
        for (String name : names()) {
            var listed = listed(name);
            listed.ifPresent(all::add);
        }
        return all;
    }

    private List<String> names() throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(PictureFolder::isName)
                    .sorted()
                    .limit(PICTURES_MAX)
                    .toList();
        }
    }

    private static boolean isName(String name) {
        try {
            return Names.check(name).equals(name);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Optional<Picture.Listed> listed(String name) throws IOException {
        Path file = folder.resolve(name);
        try {
            long modified = Files.getLastModifiedTime(file).toMillis();
            long length = Files.size(file);
            var before = known.get(name);
            if (before != null && before.modified() == modified && before.length() == length)
                return Optional.of(before.listed());
            var stored = get(name);
            if (stored.isEmpty()) return Optional.empty();
            var listed = new Picture.Listed(
                    name, stored.get().picture(), length, stored.get().tag());
            known.put(name, new Known(modified, length, listed));
            return Optional.of(listed);
        } catch (NoSuchFileException e) {
            return Optional.empty(); // removed meanwhile
        }
    }

    @Override
    public Optional<Picture.Stored> get(String name) throws IOException {
        if (!isName(name)) return Optional.empty();
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file) || Files.size(file) > BYTES_MAX) return Optional.empty();
        byte[] bytes = Files.readAllBytes(file);
        try {
            return Optional.of(new Picture.Stored(Picture.parse(bytes), bytes, tag(bytes)));
        } catch (IllegalArgumentException e) {
            LOG.warn("The file {} is no picture: {}; put the picture again", file, e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public synchronized Picture.Listed put(String name, byte[] bytes) throws IOException {
        Names.check(name);
        if (bytes.length > BYTES_MAX)
            throw new IllegalArgumentException(
                    "A picture has at most " + BYTES_MAX + " bytes, not " + bytes.length + "; make it smaller first");
        var picture = Picture.parse(bytes);
        var names = names();
        if (!names.contains(name) && names.size() >= PICTURES_MAX)
            throw new IllegalArgumentException("A site has at most " + PICTURES_MAX + " pictures; remove one first");
        Files.createDirectories(folder);
        Path fresh = folder.resolve(name + FRESH);
        try {
            WholeFile.write(fresh, folder.resolve(name), bytes);
        } finally {
            Files.deleteIfExists(fresh);
        }
        sync();
        known.remove(name); // two of one length within one tick of the file's clock
        return new Picture.Listed(name, picture, bytes.length, tag(bytes));
    }

    @Override
    public synchronized boolean remove(String name) throws IOException {
        known.remove(name);
        if (!isName(name) || !Files.deleteIfExists(folder.resolve(name))) return false;
        sync();
        return true;
    }

    /// A new name is on disk when its folder is.
    private void sync() throws IOException {
        try (var names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private static String tag(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(Arrays.copyOf(hash, TAG_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java has no SHA-256", e);
        }
    }
}
