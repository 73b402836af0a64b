package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TappedSocketTest {
    private static final byte[] PUBLISH = Wired.publish("t", new PayloadFormat("r", "p", "x", 10).build(0, 7), 0, false, 0);
    private static final byte[] DISCONNECT = {(byte) 0xE0, 0};

    private final Recorder recorder = new Recorder("r", "p");
    private final Watcher watcher = new Watcher(new Wired().session().state, recorder, null, new Watcher.Listener() {});
    private ServerSocket server;
    private TappedSocket socket;
    private Socket peer;

    @BeforeEach
    void connect() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        socket = (TappedSocket) new TappedSockets(watcher).createSocket();
        socket.connect(server.getLocalSocketAddress());
        peer = server.accept();
        peer.getOutputStream().write(PUBLISH);
    }

    @AfterEach
    void close() throws IOException {
        socket.release();
        peer.close();
        server.close();
    }

    private List<Object> ends() {
        return Wired.rows(recorder, "close").stream().map(row -> row.get(0)).toList();
    }

    @Test
    @DisplayName("what came is written down before the library has it, and its end is the other side's")
    void peer() throws IOException {
        assertEquals(PUBLISH.length, socket.getInputStream().readNBytes(PUBLISH.length).length);
        assertEquals(1, Wired.rows(recorder, "receive").size());
        peer.close();
        assertEquals(-1, socket.getInputStream().read());
        assertEquals(List.of("peer"), ends());
    }

    @Test
    @DisplayName("after a DISCONNECT the socket is open until the other side ends, and what comes meanwhile is nobody's")
    void goodbye() throws IOException {
        socket.getOutputStream().write(DISCONNECT, 0, DISCONNECT.length);
        Thread closing = Threads.start("closing", () -> {
            try {
                socket.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertEquals(DISCONNECT.length, peer.getInputStream().readAllBytes().length);
        assertFalse(socket.isClosed());
        peer.close();
        assertTrue(Threads.join(closing, 5_000));
        assertEquals(List.of("own-disconnect"), ends());
        assertEquals(List.of(), Wired.rows(recorder, "receive"));
    }

    @Test
    @DisplayName("a mute socket says nothing, hears nothing, and stays open until it is released")
    void mute() throws IOException {
        socket.mute(() -> watcher.closed("own-mute", 1, null));
        socket.getOutputStream().write(DISCONNECT, 0, DISCONNECT.length);
        assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read());
        socket.close();
        peer.setSoTimeout(100);
        assertThrows(SocketTimeoutException.class, () -> peer.getInputStream().read());
        assertEquals(List.of("own-mute"), ends());
        assertEquals(List.of(), Wired.rows(recorder, "receive"));
        socket.release();
        peer.setSoTimeout(5_000);
        assertThrows(IOException.class, () -> {
            if (peer.getInputStream().read() < 0) {
                throw new IOException("closed");
            }
        });
    }

    @Test
    @DisplayName("after a cut nothing is sent or received, and an attempt that was given up does not connect")
    void cut() {
        socket.cut(() -> watcher.closed("own-cut", 1, null));
        assertThrows(IOException.class, () -> socket.getOutputStream().write(DISCONNECT, 0, DISCONNECT.length));
        assertThrows(IOException.class, () -> socket.getInputStream().read());
        assertEquals(List.of("own-cut"), ends());
        watcher.takeSocket();
        assertThrows(IOException.class, () -> new TappedSockets(watcher).createSocket());
    }
}
