package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PahoLinkTest {
    /** With Receive Maximum 65 535. */
    private static final byte[] CONNACK = {0x20, 6, 0, 0, 3, 0x21, (byte) 0xFF, (byte) 0xFF};

    @Test
    @DisplayName("a Receive Maximum that the library takes for a negative number is said, and nothing is connected")
    void receiveMaximum() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Endpoint endpoint = new Endpoint("127.0.0.1", server.getLocalPort());
            ConnectSettings settings = new ConnectSettings(endpoint, "c", Config.MQTT_5, "", "", true);
            CompletableFuture<Boolean> connected = new PahoLink(settings, end -> {}).connect();
            try (Socket peer = server.accept()) {
                peer.getInputStream().read();
                peer.getOutputStream().write(CONNACK);
                Throwable error = assertThrows(ExecutionException.class, connected::get);
                assertEquals(
                        "Receive Maximum 65535 in the CONNACK: Paho takes more than 32767 for a negative number, and publishes nothing then",
                        Errors.root(error).getMessage());
            }
        }
    }
}
