package com.robustmq.chaos.client;

/** The socket of one connection, in this client's own hands: what no library offers. Each may be called when it has ended. */
interface WireSocket {
    /** Closes it without a DISCONNECT, right after {@code moment}: nothing is read or written between the two. */
    void cut(Runnable moment);

    /** When it returns, nothing more is read, written or closed, and {@code moment} has run. */
    void mute(Runnable moment);

    /** Closes it in the end, mute or not. */
    void release();
}
