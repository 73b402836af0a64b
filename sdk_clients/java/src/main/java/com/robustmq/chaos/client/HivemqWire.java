package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttClientState;
import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import io.reactivex.schedulers.Schedulers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One client of the library for one session: it keeps what is in flight as long as it is the same client. Another one follows only
 * where a subscriber's would end every connection for ever.
 */
final class HivemqWire implements WireClient {
    private static final int NETTY_THREADS = 2;
    /** Longer than this program waits: it says by itself when an attempt is over. */
    private static final int ATTEMPT_SECONDS = 30;
    /** The library notices the end of a connection a moment after the socket has. */
    private static final long IDLE_LIMIT_US = 2_000_000;

    private final TappedAddress address = new TappedAddress();
    private final SessionSettings settings;
    private volatile WireVersion version;
    private boolean isTaking;
    /** The library has ended a connection because of what the broker sent. */
    private volatile boolean hasRefused;

    private volatile boolean hasPublished;

    HivemqWire(SessionSettings settings) {
        this.settings = settings;
        version = newClient();
    }

    private WireVersion newClient() {
        MqttClientBuilder builder = MqttClient.builder()
                .identifier(settings.clientId())
                .transportConfig()
                .serverAddress(address)
                .socketConnectTimeout(ATTEMPT_SECONDS, TimeUnit.SECONDS)
                .mqttConnectTimeout(ATTEMPT_SECONDS, TimeUnit.SECONDS)
                .applyTransportConfig()
                .executorConfig()
                .nettyThreads(NETTY_THREADS)
                .applicationScheduler(Schedulers.from(Runnable::run))
                .applyExecutorConfig()
                .addDisconnectedListener(context -> hasRefused = context.getSource() == MqttDisconnectSource.CLIENT);
        return settings.is5()
                ? Wire5.of(builder.useMqttVersion5(), settings)
                : Wire3.of(builder.useMqttVersion3(), settings);
    }

    @Override
    public CompletableFuture<Void> connect(Endpoint endpoint, Will will, Watcher watcher) {
        awaitIdle();
        if (hasRefused && !hasPublished) {
            // It still holds the packet id over which it ended the connection, and would do so again.
            version = newClient();
            isTaking = false;
        }
        address.goTo(endpoint, watcher);
        if (!isTaking) {
            // Before there is a connection: a broker may deliver right after its CONNACK.
            version.takeAll();
            isTaking = true;
        }
        return version.connect(will).thenAccept(isSessionPresent -> {
            if (!isSessionPresent) {
                // With the session the library ended this, too.
                version.takeAll();
            }
        });
    }

    private void awaitIdle() {
        long limitUs = Clock.nowUs() + IDLE_LIMIT_US;
        while (version.client().getState() != MqttClientState.DISCONNECTED && Clock.nowUs() < limitUs) {
            Pause.ofMs(1);
        }
    }

    @Override
    public void subscribe(String filter, int qos) {
        version.subscribe(filter, qos);
    }

    @Override
    public void unsubscribe(String filter) {
        version.unsubscribe(filter);
    }

    @Override
    public CompletableFuture<Void> publish(Publication message) {
        hasPublished = true;
        CompletableFuture<Void> taken = new CompletableFuture<>();
        version.publish(message).whenComplete((ignored, error) -> {
            if (error != null && Errors.root(error) instanceof MqttClientStateException) {
                taken.completeExceptionally(new NotTaken(true));
            } else {
                taken.complete(null);
            }
        });
        return taken;
    }

    @Override
    public void disconnect(boolean withWill) {
        version.disconnect(withWill);
    }
}
