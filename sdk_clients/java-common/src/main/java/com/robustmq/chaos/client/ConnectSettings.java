package com.robustmq.chaos.client;

/** Where a connection goes, and what its CONNECT says. */
record ConnectSettings(
        Endpoint endpoint, String clientId, String mqttVersion, String username, String password, boolean cleanSession) {
    /** The limit of an attempt to connect. */
    static final int ATTEMPT_SECONDS = 3;

    /** Far below the 65 535 packet ids, and high enough that a slow network does not make the library hold messages back. */
    static final int IN_FLIGHT = 10_000;

    static final int KEEP_ALIVE_SECONDS = 5;

    /** How long a broker is to keep the subscriber's session: in MQTT 5 it ends with its connection unless it is told. */
    static final long SESSION_EXPIRY_SECONDS = 1800;
}
