package io.linkspan.node;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Line;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// A serial port, or a pseudo terminal that stands for one. A read that is interrupted ends with
/// `InterruptedIOException`
/// within [TcpLine#INTERRUPT_SLICE_MS] and keeps the thread's interrupt.
///
/// Reads and writes block in native code, which would hold the carrier of a virtual thread, so on a virtual thread each
/// of
/// them runs on a platform thread of its own; a connector of a serial line should run on a platform thread.
///
/// Thread-safety: one thread reads, one may write, any may close.
final class SerialLine implements Line {
    /// How long the port may take to take what we write.
    static final Duration WRITE_TIMEOUT = Duration.ofSeconds(5);

    private final SerialPort port;
    private final Endpoint.Serial endpoint;
    private int sliceMillis;

    private SerialLine(SerialPort port, Endpoint.Serial endpoint) {
        this.port = port;
        this.endpoint = endpoint;
    }

    static SerialLine open(Endpoint.Serial endpoint) throws IOException {
        refuseWhatIsNotThere(endpoint.path());
        SerialPort port;
        try {
            port = SerialPort.getCommPort(endpoint.path());
        } catch (SerialPortInvalidPortException e) {
            throw new IOException(endpoint.path() + " is no serial port" + others(), e);
        }
        String mode = endpoint.mode();
        int parity = switch (mode.charAt(1)) {
            case 'E' -> SerialPort.EVEN_PARITY;
            case 'O' -> SerialPort.ODD_PARITY;
            default -> SerialPort.NO_PARITY; // the endpoint's pattern leaves only N
        };
        int stop = mode.charAt(2) == '2' ? SerialPort.TWO_STOP_BITS : SerialPort.ONE_STOP_BIT;
        port.setComPortParameters(endpoint.baud(), mode.charAt(0) - '0', stop, parity);
        port.setComPortTimeouts(SerialPort.TIMEOUT_READ_SEMI_BLOCKING, TcpLine.INTERRUPT_SLICE_MS, 0);
        if (!port.openPort(0))
            throw new IOException(
                    "The serial port " + endpoint.path() + " does not open (error " + port.getLastErrorCode()
                            + "); does another program use it, is it a serial port, can it do " + endpoint.baud()
                            + " baud " + mode
                            + "?");
        var line = new SerialLine(port, endpoint);
        line.sliceMillis = TcpLine.INTERRUPT_SLICE_MS;
        return line;
    }

    private static void refuseWhatIsNotThere(String path) throws IOException {
        var file = Path.of(path);
        if (!path.startsWith("/")) return;
        if (!Files.exists(file))
            throw new IOException("There is no serial port " + path + "; is the adapter plugged in?" + others());
        if (!Files.isReadable(file) || !Files.isWritable(file))
            throw new IOException("This program may not open " + path
                    + "; add its user to the group of the file (often: usermod -aG dialout USER)");
    }

    /// The serial ports that are there, for a sentence.
    private static String others() {
        List<String> all = new ArrayList<>();
        for (String folder : List.of("/dev/serial/by-id", "/dev")) {
            String glob = folder.equals("/dev") ? "tty{USB,ACM,AMA}*" : "*";
            if (!Files.isDirectory(Path.of(folder))) continue;
            try (var files = Files.newDirectoryStream(Path.of(folder), glob)) {
                files.forEach(f -> all.add(f.toString()));
            } catch (IOException | DirectoryIteratorException e) {
                // the list is a help in a sentence that is right without it
            }
        }
        return all.isEmpty() ? "" : " This box has " + String.join(", ", all);
    }

    @Override
    public int read(byte[] into, int offset, int length, Duration timeout) throws IOException {
        return Thread.currentThread().isVirtual()
                ? onPlatform(() -> readSliced(into, offset, length, timeout))
                : readSliced(into, offset, length, timeout);
    }

    private int readSliced(byte[] into, int offset, int length, Duration timeout) throws IOException {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            TcpLine.refuseWhenInterrupted();
            slice(Math.clamp(Math.ceilDiv(end - System.nanoTime(), 1_000_000L), 1, TcpLine.INTERRUPT_SLICE_MS));
            int n = port.readBytes(into, length, offset);
            if (n > 0) return n;
            if (n < 0) throw lost("read");
            if (System.nanoTime() - end >= 0) return 0;
        }
    }

    /// A change goes to the driver, so it is made only when it is one.
    private void slice(int millis) {
        if (millis == sliceMillis) return;
        sliceMillis = millis;
        port.setComPortTimeouts(SerialPort.TIMEOUT_READ_SEMI_BLOCKING, millis, 0);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (Thread.currentThread().isVirtual()) onPlatform(() -> writeAll(bytes, offset, length));
        else writeAll(bytes, offset, length);
    }

    private int writeAll(byte[] bytes, int offset, int length) throws IOException {
        long end = System.nanoTime() + WRITE_TIMEOUT.toNanos();
        int done = 0;
        while (done < length) {
            TcpLine.refuseWhenInterrupted();
            int n = port.writeBytes(bytes, length - done, offset + done);
            if (n < 0) throw lost("write");
            done += n;
            if (done < length && System.nanoTime() - end >= 0)
                throw new IOException(name() + " took " + done + " of " + length + " bytes in "
                        + WRITE_TIMEOUT.toSeconds() + "s; does the flow control of the machine hold it?");
            if (n == 0) Thread.onSpinWait();
        }
        return done;
    }

    @Override
    public void discardInput() throws IOException {
        byte[] away = new byte[256];
        while (port.bytesAvailable() > 0)
            if (port.readBytes(away, Math.min(away.length, port.bytesAvailable())) < 0) return;
    }

    @Override
    public String name() {
        return endpoint.toString();
    }

    @Override
    public void close() {
        port.closePort();
    }

    private IOException lost(String what) {
        return new IOException("The serial port " + endpoint.path() + " is gone (" + what + " error "
                + port.getLastErrorCode() + "); was the adapter pulled out?");
    }

    private static int onPlatform(Callable<Integer> task) throws IOException {
        var future = new FutureTask<>(task);
        var thread = Thread.ofPlatform().daemon().name("serial").start(future);
        try {
            return future.get();
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) throw io;
            throw new IllegalStateException(e.getCause());
        }
    }
}
