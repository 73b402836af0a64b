package com.robustmq.chaos.client;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;

/** Gives the library the socket of one connection. */
final class TappedSockets extends OwnSockets {
    private final TappedSocket socket;
    private final Watcher watcher;

    TappedSockets(Watcher watcher) {
        this.watcher = watcher;
        this.socket = new TappedSocket(watcher);
    }

    @Override
    public Socket createSocket() throws IOException {
        if (!watcher.dials(socket)) {
            throw new SocketException("given up");
        }
        // Else a small packet waits until the one before it is acknowledged by the other host, which takes its time (40 ms).
        socket.setTcpNoDelay(true);
        return socket;
    }
}
