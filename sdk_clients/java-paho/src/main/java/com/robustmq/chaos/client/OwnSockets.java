package com.robustmq.chaos.client;

import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/** The library asks for a socket that is not connected yet, and for no other kind. */
abstract class OwnSockets extends SocketFactory {
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
