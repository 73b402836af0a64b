package com.robustmq.chaos.client;

/** A session, and the library's client in which it lives. */
final class ClientSession {
    final MqttSession state;
    final SessionSettings settings;
    private final WireLibrary library;
    private WireClient client;

    ClientSession(WireLibrary library, SessionSettings settings) {
        this.library = library;
        this.settings = settings;
        this.state = new MqttSession(settings);
    }

    /** A client of a clean session has one connection: two of one id may be there at the same time. */
    synchronized WireClient client() {
        if (client == null || settings.clean()) {
            client = library.wireClient(settings);
        }
        return client;
    }
}
