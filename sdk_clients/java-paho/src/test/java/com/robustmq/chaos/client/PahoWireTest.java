package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.eclipse.paho.mqttv5.client.internal.LateAck;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PahoWireTest {
    private static final int CONNECT = 0x10;
    private static final int LIMIT_MS = 10_000;

    @Test
    @DisplayName("what the last connection has queued after its end does not keep back the CONNECT of the next one")
    void lateAck() throws Exception {
        SessionSettings settings = new SessionSettings("c", Config.MQTT_5, "", "", false, 5, 60);
        PahoWire wire = new PahoWire(settings);
        LateAck.queue(wire.client.comms());
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Endpoint endpoint = new Endpoint("127.0.0.1", server.getLocalPort());
            Watcher watcher = new Watcher(new MqttSession(settings), new Recorder("r", "p"), null, new Watcher.Listener() {});
            wire.connect(endpoint, null, watcher);
            try (Socket peer = server.accept()) {
                peer.setSoTimeout(LIMIT_MS);
                assertEquals(CONNECT, peer.getInputStream().read());
            }
        }
    }
}
