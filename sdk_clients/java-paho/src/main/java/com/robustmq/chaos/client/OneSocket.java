package com.robustmq.chaos.client;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;

/**
 * Gives the library the socket of its connection, and can close it whatever the library is at: an attempt that was given up must
 * not connect later, and take the client id away from the next one.
 */
final class OneSocket extends OwnSockets {
    private final PatientSocket socket = new PatientSocket();

    @Override
    public Socket createSocket() throws SocketException {
        // Else a small packet waits until the one before it is acknowledged by the other host, which takes its time (40 ms).
        socket.setTcpNoDelay(true);
        return socket;
    }

    void handedOver() {
        socket.handedOver();
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }
}
