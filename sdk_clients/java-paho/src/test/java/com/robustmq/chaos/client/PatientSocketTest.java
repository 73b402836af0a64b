package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PatientSocketTest {
    private static final int EMPTY_PUBLISH = 0x30;

    @Test
    @DisplayName("the end is seen when every message before it was handed over, and not before")
    void end() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                PatientSocket socket = new PatientSocket()) {
            socket.connect(server.getLocalSocketAddress());
            try (Socket peer = server.accept()) {
                peer.getOutputStream().write(new byte[] {EMPTY_PUBLISH, 0, EMPTY_PUBLISH, 0});
            }
            InputStream in = socket.getInputStream();
            assertEquals(4, in.readNBytes(4).length);
            socket.handedOver();
            CompletableFuture<Integer> end = CompletableFuture.supplyAsync(() -> {
                try {
                    return in.read();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThrows(TimeoutException.class, () -> end.get(100, TimeUnit.MILLISECONDS));
            assertFalse(end.isDone());
            socket.handedOver();
            assertEquals(-1, end.get());
        }
    }

    @Test
    @DisplayName("an attempt that was given up does not connect later")
    void givenUp() throws Exception {
        OneSocket one = new OneSocket();
        one.close();
        assertThrows(IOException.class, one::createSocket);
    }
}
