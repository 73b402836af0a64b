package com.robustmq.chaos.client;

/** What a CONNECT says, in either version. */
record ConnectSettings(String username, String password, boolean cleanSession) {
    /** Far below the 65 535 packet ids, and high enough that a slow network does not make the library hold messages back. */
    static final int IN_FLIGHT = 10_000;

    static final int KEEP_ALIVE_SECONDS = 5;
}
