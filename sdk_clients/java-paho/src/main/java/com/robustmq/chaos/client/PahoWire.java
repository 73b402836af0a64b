package com.robustmq.chaos.client;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.internal.ClientComms;
import org.eclipse.paho.mqttv5.client.internal.SessionState;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttConnAck;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;

/** One client of the library for one session: what is in flight stays with it. README.md says what it does. */
final class PahoWire implements WireClient {
    /** Longer than this program waits: it says by itself when an attempt is over. */
    private static final int DIAL_SECONDS = 30;
    /** The library notices the end of a connection a moment after the socket has, which waits for the other side first. */
    private static final long IDLE_LIMIT_US = 3_000_000 + 1_000L * TappedSocket.PEER_LIMIT_MS;

    private static final Set<Integer> NOT_IDLE = Set.of(
            (int) MqttClientException.REASON_CODE_CLIENT_CONNECTED,
            (int) MqttClientException.REASON_CODE_CONNECT_IN_PROGRESS,
            (int) MqttClientException.REASON_CODE_CLIENT_DISCONNECTING);

    /** The library's own client, with a way to what it keeps of its session. */
    static final class Client extends MqttAsyncClient {
        Client(String clientId) throws MqttException {
            // Without a persistence of its own, it makes folders where the program runs.
            super("tcp://127.0.0.1:1", clientId, new MemoryPersistence());
        }

        ClientComms comms() {
            return comms;
        }

        void forgets(boolean forgets) {
            SessionState.forgets(comms, forgets);
        }
    }

    private final ThreadGroup threads = new ThreadGroup("paho");
    private final SessionSettings settings;
    final Client client;

    PahoWire(SessionSettings settings) {
        this.settings = settings;
        try {
            client = new Client(settings.clientId());
        } catch (MqttException e) {
            throw new IllegalStateException(e);
        }
        client.setCallback(new Ignored());
    }

    @Override
    public CompletableFuture<Void> connect(Endpoint endpoint, Will will, Watcher watcher) {
        MqttConnectionOptions options = options(endpoint, will, watcher);
        watcher.onConnack(ack -> client.forgets(settings.clean() || !ack.sessionPresent()));
        CompletableFuture<MqttConnAck> answered = Answer.to(listener -> connectWhenIdle(options, listener), MqttConnAck.class);
        // The library answers no connect whose connection was lost right after its CONNACK.
        watcher.lost.thenRun(() -> answered.completeExceptionally(new ConnectException(watcher.lostReason)));
        return answered.thenCompose(ack -> {
            client.forgets(settings.clean());
            SessionState.usesNoTopicAlias(client);
            Integer receiveMaximum = ack.getProperties().getReceiveMaximum();
            return receiveMaximum != null && receiveMaximum < 1
                    ? CompletableFuture.<Void>failedFuture(PahoLink.unusable(receiveMaximum))
                    : CompletableFuture.<Void>completedFuture(null);
        }).exceptionallyCompose(error -> CompletableFuture.failedFuture(dialError(error)));
    }

    private static Throwable dialError(Throwable error) {
        return Errors.root(error) instanceof SocketTimeoutException ? Errors.root(error) : error;
    }

    private void connectWhenIdle(MqttConnectionOptions options, MqttActionListener listener) throws MqttException {
        long limitUs = Clock.nowUs() + IDLE_LIMIT_US;
        // A thread of the connection before that notices its end late ends the next one, whose CONNECT then never goes out.
        while (hasThreads() && Clock.nowUs() < limitUs) {
            Pause.ofMs(1);
        }
        SessionState.forgetsQueue(client.comms());
        while (true) {
            try {
                inGroup(() -> client.connect(options, null, listener));
                return;
            } catch (MqttException e) {
                if (!NOT_IDLE.contains(e.getReasonCode()) || Clock.nowUs() >= limitUs) {
                    throw e;
                }
                Pause.ofMs(1);
            }
        }
    }

    /** Does a thread that the library began for this session still live? That of its timer ends nothing. */
    private boolean hasThreads() {
        Thread[] all = new Thread[2 * threads.activeCount() + 8];
        return Arrays.stream(all, 0, threads.enumerate(all)).anyMatch(thread -> !thread.getName().startsWith("MQTT Ping"));
    }

    /** What the library begins meanwhile belongs to this session. */
    private void inGroup(Call call) throws MqttException {
        AtomicReference<MqttException> failed = new AtomicReference<>();
        Thread thread = new Thread(threads, () -> {
            try {
                call.make();
            } catch (MqttException e) {
                failed.set(e);
            }
        });
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failed.get() != null) {
            throw failed.get();
        }
    }

    private MqttConnectionOptions options(Endpoint endpoint, Will will, Watcher watcher) {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setServerURIs(new String[] {"tcp://" + endpoint});
        options.setCleanStart(settings.clean());
        options.setSessionExpiryInterval((long) settings.expiryS());
        options.setKeepAliveInterval(settings.keepAliveS());
        options.setConnectionTimeout(DIAL_SECONDS);
        options.setAutomaticReconnect(false);
        options.setSocketFactory(new TappedSockets(watcher));
        if (!settings.username().isEmpty()) {
            options.setUserName(settings.username());
        }
        if (!settings.password().isEmpty()) {
            options.setPassword(settings.password().getBytes(StandardCharsets.UTF_8));
        }
        if (will != null) {
            options.setWill(will.topic(), new MqttMessage(will.payload(), will.qos(), false, new MqttProperties()));
            MqttProperties properties = new MqttProperties();
            properties.setWillDelayInterval((long) will.delayS());
            options.setWillMessageProperties(properties);
        }
        return options;
    }

    @Override
    public void subscribe(String filter, int qos) {
        attempt(() -> client.subscribe(filter, qos));
    }

    @Override
    public void unsubscribe(String filter) {
        attempt(() -> client.unsubscribe(filter));
    }

    @Override
    public CompletableFuture<Void> publish(Publication message) {
        try {
            client.publish(message.topic, message.payload, message.qos, message.retain);
            return CompletableFuture.completedFuture(null);
        } catch (MqttException e) {
            return CompletableFuture.failedFuture(new NotTaken(e.getReasonCode() != MqttClientException.REASON_CODE_MAX_INFLIGHT));
        }
    }

    @Override
    public void disconnect(boolean withWill) {
        int code = withWill
                ? MqttReturnCode.RETURN_CODE_DISCONNECT_WITH_WILL_MESSAGE
                : MqttReturnCode.RETURN_CODE_SUCCESS;
        attempt(() -> inGroup(() -> client.disconnect(0, null, null, code, new MqttProperties())));
    }

    private interface Call {
        void make() throws MqttException;
    }

    /** What does not work is seen on the wire, by what does not come. */
    private static void attempt(Call call) {
        try {
            call.make();
        } catch (MqttException e) {
            // See above.
        }
    }
}
