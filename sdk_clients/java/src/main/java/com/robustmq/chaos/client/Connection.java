package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import io.reactivex.schedulers.Schedulers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * One role's connection, kept up: a fresh library client for every attempt, endpoint after endpoint, without the library's
 * own reconnect. So nothing is sent again behind the outbox's back, and a lost session cannot fail what the outbox holds.
 */
final class Connection implements Runnable {
    private static final long ATTEMPT_SECONDS = 3;
    private static final long PAUSE_MS = 200;
    private static final int NETTY_THREADS = 2;

    private record End(Throwable cause, Integer code, long atUs) {}

    private final Config config;
    private final State state;
    private final Session session;

    Connection(Config config, State state, Session session) {
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
        CompletableFuture<End> ended = new CompletableFuture<>();
        Link link = link(endpoint, ended);
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
        End end = ended.join();
        synchronized (state) {
            session.disconnected();
            if (!state.closing) {
                String reason = Errors.text(end.cause());
                state.journal.disconnected(session.role(), endpoint, reason, end.code(), end.atUs());
                state.journal.error("%s at %s: connection lost: %s".formatted(session.role(), endpoint, reason));
            }
        }
    }

    private Link link(Endpoint endpoint, CompletableFuture<End> ended) {
        MqttClientBuilder builder = MqttClient.builder()
                .identifier(config.clientId(session.role()))
                .transportConfig()
                .serverHost(endpoint.host())
                .serverPort(endpoint.port())
                .socketConnectTimeout(ATTEMPT_SECONDS, TimeUnit.SECONDS)
                .mqttConnectTimeout(ATTEMPT_SECONDS, TimeUnit.SECONDS)
                .applyTransportConfig()
                // Acknowledgements and receipts are entered on the thread that read them: a queue between the two would be
                // part of every latency.
                .executorConfig()
                .nettyThreads(NETTY_THREADS)
                .applicationScheduler(Schedulers.from(Runnable::run))
                .applyExecutorConfig()
                .addDisconnectedListener(context -> ended.complete(new End(
                        context.getCause(),
                        context.getSource() == MqttDisconnectSource.SERVER
                                ? Errors.disconnectCode(context.getCause())
                                : null,
                        Clock.nowUs())));
        // The outbox is the publisher's session. A clean one is what permits to send again under new packet ids (MQTT-4.4.0-1).
        boolean cleanSession =
                session.role() == Role.PUBLISHER || config.subscriberSession().equals(Config.CLEAN);
        ConnectSettings settings = new ConnectSettings(config.username(), config.password(), cleanSession);
        return config.mqttVersion().equals(Config.MQTT_5)
                ? Link5.of(builder.useMqttVersion5(), endpoint, settings)
                : Link3.of(builder.useMqttVersion3(), endpoint, settings);
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
