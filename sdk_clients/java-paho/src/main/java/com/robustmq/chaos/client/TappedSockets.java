package com.robustmq.chaos.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import javax.net.SocketFactory;

/** Gives the library the socket of one connection. */
final class TappedSockets extends SocketFactory {
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

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        throw new UnsupportedOperationException();
    }
}
