package com.robustmq.chaos.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * One role's connection, kept up: a fresh library client for every attempt, endpoint after endpoint, without the library's
 * own reconnect. So nothing is sent again behind the outbox's back, and a lost session cannot fail what the outbox holds.
 */
final class Connection implements Runnable {
    private static final long PAUSE_MS = 200;

    private final Library library;
    private final Config config;
    private final State state;
    private final Session session;

    Connection(Library library, Config config, State state, Session session) {
        this.library = library;
        this.config = config;
        this.state = state;
        this.session = session;
    }

    /** Stays connected until the state is closing or the login was refused. */
    @Override
    public void run() {
        int first = session.role() == Role.PUBLISHER ? 0 : 1;
        for (int attempt = first; ; attempt++) {
            serve(config.endpoints().get(attempt % config.endpoints().size()));
            synchronized (state) {
                if (state.closing || state.loginRefused) {
                    return;
                }
            }
            Pause.ofMs(PAUSE_MS);
        }
    }

    /** Runs one client until its connection ends. */
    private void serve(Endpoint endpoint) {
        CompletableFuture<Library.End> ended = new CompletableFuture<>();
        Link link = library.link(settings(endpoint), ended::complete);
        session.prepare(link);
        boolean sessionPresent;
        try {
            sessionPresent = link.connect().join();
        } catch (CompletionException e) {
            recordFailure(endpoint, e.getCause());
            return;
        }
        synchronized (state) {
            long atUs = Clock.nowUs();
            state.journal.connected(session.role(), endpoint, sessionPresent, atUs);
            session.connected(link, sessionPresent, atUs);
        }
        Library.End end = ended.join();
        synchronized (state) {
            session.disconnected();
            if (!state.closing) {
                String reason = Errors.text(end.cause());
                state.journal.disconnected(session.role(), endpoint, reason, end.code(), end.atUs());
                state.journal.error("%s at %s: connection lost: %s".formatted(session.role(), endpoint, reason));
            }
        }
    }

    private ConnectSettings settings(Endpoint endpoint) {
        Role role = session.role();
        // The outbox is the publisher's session. A clean one is what permits to send again under new packet ids (MQTT-4.4.0-1).
        boolean cleanSession = role == Role.PUBLISHER || config.subscriberSession().equals(Config.CLEAN);
        return new ConnectSettings(
                endpoint,
                config.clientId(role),
                config.mqttVersion(),
                config.username(),
                config.password(),
                cleanSession);
    }

    private void recordFailure(Endpoint endpoint, Throwable error) {
        Throwable root = Errors.root(error);
        String text = "%s at %s: expected CONNACK 0, got %s".formatted(session.role(), endpoint, Errors.text(error));
        synchronized (state) {
            if (state.closing) {
                return;
            }
            if (root instanceof LoginRefused && state.t0Us == null) {
                state.loginRefused = true;
                state.journal.fatal("login refused: " + text);
            } else {
                state.journal.error(text);
            }
        }
    }
}
