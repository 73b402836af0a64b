package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3ClientBuilder;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3ConnAckException;
import com.hivemq.client.mqtt.mqtt3.message.auth.Mqtt3SimpleAuth;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.connect.connack.Mqtt3ConnAckReturnCode;
import io.reactivex.schedulers.Schedulers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * One role's connection, kept up: a fresh library client for every attempt, endpoint after endpoint, without the library's
 * own reconnect. So nothing is sent again behind the outbox's back, and a lost session cannot fail what the outbox holds.
 */
final class Connection implements Runnable {
    /** Far below the 65 535 packet ids, and high enough that a slow network does not make the library hold messages back. */
    private static final int IN_FLIGHT = 10_000;

    private static final int KEEP_ALIVE_SECONDS = 5;
    private static final long ATTEMPT_SECONDS = 3;
    private static final long PAUSE_MS = 200;
    private static final int NETTY_THREADS = 2;

    private record End(Throwable cause, long atUs) {}

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
        Mqtt3AsyncClient client = client(endpoint, ended);
        session.prepare(client);
        boolean sessionPresent;
        try {
            sessionPresent = client.connect(connect()).join().isSessionPresent();
        } catch (CompletionException e) {
            recordFailure(endpoint, e.getCause());
            return;
        }
        synchronized (state) {
            long atUs = Clock.nowUs();
            state.journal.connected(session.role(), endpoint, sessionPresent, atUs);
            session.connected(new Link(client, endpoint), sessionPresent, atUs);
        }
        End end = ended.join();
        synchronized (state) {
            session.disconnected();
            if (!state.closing) {
                String reason = Errors.text(end.cause());
                state.journal.disconnected(session.role(), endpoint, reason, end.atUs());
                state.journal.error("%s at %s: connection lost: %s".formatted(session.role(), endpoint, reason));
            }
        }
    }

    private Mqtt3AsyncClient client(Endpoint endpoint, CompletableFuture<End> ended) {
        Mqtt3ClientBuilder builder = MqttClient.builder()
                .useMqttVersion3()
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
                .addDisconnectedListener(context -> ended.complete(new End(context.getCause(), Clock.nowUs())));
        if (!config.username().isEmpty()) {
            builder.simpleAuth(auth());
        }
        return builder.buildAsync();
    }

    private Mqtt3SimpleAuth auth() {
        var auth = Mqtt3SimpleAuth.builder().username(config.username());
        return config.password().isEmpty()
                ? auth.build()
                : auth.password(config.password().getBytes(StandardCharsets.UTF_8)).build();
    }

    private Mqtt3Connect connect() {
        return Mqtt3Connect.builder()
                // The outbox is the publisher's session. A clean one is what permits to send again under new packet ids
                // (MQTT-4.4.0-1).
                .cleanSession(session.role() == Role.PUBLISHER)
                .keepAlive(KEEP_ALIVE_SECONDS)
                .restrictions()
                .sendMaximum(IN_FLIGHT)
                .applyRestrictions()
                .build();
    }

    private void recordFailure(Endpoint endpoint, Throwable error) {
        Throwable root = Errors.root(error);
        String text = "%s at %s: expected CONNACK 0, got %s".formatted(session.role(), endpoint, Errors.text(error));
        synchronized (state) {
            if (state.closing) {
                return;
            }
            if (isRefusedLogin(root) && state.t0Us == null) {
                state.loginRefused = true;
                state.journal.fatal("login refused: " + text);
            } else {
                state.journal.error(text);
            }
        }
    }

    private static boolean isRefusedLogin(Throwable error) {
        if (!(error instanceof Mqtt3ConnAckException refused)) {
            return false;
        }
        Mqtt3ConnAckReturnCode code = refused.getMqttMessage().getReturnCode();
        return code == Mqtt3ConnAckReturnCode.BAD_USER_NAME_OR_PASSWORD || code == Mqtt3ConnAckReturnCode.NOT_AUTHORIZED;
    }
}
