package com.robustmq.chaos.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * What a client of the library is told to connect to: always this, so that one client can go from endpoint to endpoint with its session.
 * {@link ChannelTap} dials {@link #target} instead.
 */
final class TappedAddress extends InetSocketAddress {
    private static final long serialVersionUID = 1L;

    /** Where the next connection goes, and who watches it. */
    record Target(Endpoint endpoint, Watcher watcher) {}

    private transient volatile Target target;

    TappedAddress() {
        super(InetAddress.getLoopbackAddress(), 1);
    }

    void goTo(Endpoint endpoint, Watcher watcher) {
        target = new Target(endpoint, watcher);
    }

    Target target() {
        return target;
    }
}
