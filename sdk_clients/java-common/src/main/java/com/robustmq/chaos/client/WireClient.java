package com.robustmq.chaos.client;

import java.util.concurrent.CompletableFuture;

/**
 * A library's client for one MQTT session, whose every packet is shown. It connects again only when it is told to, to the endpoint
 * that it is told, and brings along what it has in flight. One connection at a time.
 */
interface WireClient {
    /** A message was not taken: it is in no session. */
    final class NotTaken extends Exception {
        private static final long serialVersionUID = 1L;

        /** False where the library has only too much in flight. */
        final boolean isConnectionGone;

        NotTaken(boolean isConnectionGone) {
            this.isConnectionGone = isConnectionGone;
        }
    }

    /**
     * Completes when the library has taken the CONNACK, and has begun to send again what was open.
     *
     * @param will null for none
     * @param watcher is told of the socket and of every byte on it, before the library has what came, and before what it sends goes out
     */
    CompletableFuture<Void> connect(Endpoint endpoint, Will will, Watcher watcher);

    void subscribe(String filter, int qos);

    void unsubscribe(String filter);

    /** Fails with {@link NotTaken}, or for a reason that {@link Watcher} has seen; how it completes means nothing. */
    CompletableFuture<Void> publish(Publication message);

    /** Sends DISCONNECT, with 0x04 if the will is to be published, and ends the connection. */
    void disconnect(boolean withWill);
}
