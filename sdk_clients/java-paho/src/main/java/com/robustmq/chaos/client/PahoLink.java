package com.robustmq.chaos.client;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttConnAck;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPubAck;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;
import org.eclipse.paho.mqttv5.common.packet.MqttSubAck;
import org.eclipse.paho.mqttv5.common.packet.MqttUnsubAck;

/** One connection by Paho. What its calls promise is not believed; README.md says why. */
final class PahoLink implements Link, MqttCallback {
    private static final int QOS = 1;
    private static final int FIRST_FAILURE = 0x80;
    private static final List<Integer> LOGIN_REFUSED =
            List.of(MqttReturnCode.RETURN_CODE_BAD_USERNAME_OR_PASSWORD, MqttReturnCode.RETURN_CODE_NOT_AUTHORIZED);

    private final ConnectSettings settings;
    private final Consumer<Library.End> ended;
    private final OneSocket socket = new OneSocket();
    private final CompletableFuture<Boolean> connected = new CompletableFuture<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private MqttAsyncClient client;
    private Consumer<byte[]> receiver;
    private volatile int mostInFlight = ConnectSettings.IN_FLIGHT;

    PahoLink(ConnectSettings settings, Consumer<Library.End> ended) {
        this.settings = settings;
        this.ended = ended;
    }

    @Override
    public Endpoint endpoint() {
        return settings.endpoint();
    }

    @Override
    public void onMessage(Consumer<byte[]> messageReceiver) {
        receiver = messageReceiver;
    }

    @Override
    public CompletableFuture<Boolean> connect() {
        Answer.to(this::startConnecting, MqttConnAck.class).whenComplete((ack, error) -> {
            if (error != null) {
                connected.completeExceptionally(connectError(error));
            } else {
                accept(ack);
            }
        });
        // The library has a limit for the dial, and none for the CONNACK.
        CompletableFuture.delayedExecutor(ConnectSettings.ATTEMPT_SECONDS, TimeUnit.SECONDS)
                .execute(() -> connected.completeExceptionally(
                        new TimeoutException("no CONNACK within " + ConnectSettings.ATTEMPT_SECONDS + " s")));
        return connected.whenComplete((present, error) -> {
            if (error != null) {
                socket.close();
            }
        });
    }

    private void startConnecting(MqttActionListener listener) throws MqttException {
        // Without a persistence of its own, it makes folders where the program runs.
        client = new MqttAsyncClient("tcp://" + settings.endpoint(), settings.clientId(), new MemoryPersistence());
        client.setCallback(this);
        client.connect(options(), null, listener);
    }

    private MqttConnectionOptions options() {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setCleanStart(settings.cleanSession());
        options.setSessionExpiryInterval(settings.cleanSession() ? 0 : ConnectSettings.SESSION_EXPIRY_SECONDS);
        options.setKeepAliveInterval(ConnectSettings.KEEP_ALIVE_SECONDS);
        options.setConnectionTimeout(ConnectSettings.ATTEMPT_SECONDS);
        options.setAutomaticReconnect(false);
        options.setSocketFactory(socket);
        if (!settings.username().isEmpty()) {
            options.setUserName(settings.username());
        }
        if (!settings.password().isEmpty()) {
            options.setPassword(settings.password().getBytes(StandardCharsets.UTF_8));
        }
        return options;
    }

    private void accept(MqttConnAck ack) {
        Integer receiveMaximum = ack.getProperties().getReceiveMaximum();
        if (receiveMaximum != null && receiveMaximum < 1) {
            connected.completeExceptionally(unusable(receiveMaximum));
            return;
        }
        if (receiveMaximum != null) {
            mostInFlight = Math.min(mostInFlight, receiveMaximum);
        }
        connected.complete(ack.getSessionPresent());
    }

    /** For a Receive Maximum that the library has read as less than 1. */
    static ConnectException unusable(int receiveMaximum) {
        return new ConnectException(
                "Receive Maximum %d in the CONNACK: Paho takes more than %d for a negative number, and publishes nothing then"
                        .formatted(Short.toUnsignedInt((short) receiveMaximum), Short.MAX_VALUE));
    }

    private static Throwable connectError(Throwable error) {
        if (error instanceof MqttException refused && isFailure(refused.getReasonCode())) {
            String code = hex(refused.getReasonCode());
            return LOGIN_REFUSED.contains(refused.getReasonCode())
                    ? new LoginRefused(code + ": " + refused.getMessage())
                    : new ConnectException("CONNACK " + code + ": " + refused.getMessage());
        }
        return error;
    }

    private static boolean isFailure(int reasonCode) {
        return reasonCode >= FIRST_FAILURE && reasonCode <= 0xFF;
    }

    private static String hex(int reasonCode) {
        return "0x" + HexFormat.of().toHexDigits((byte) reasonCode);
    }

    @Override
    public CompletableFuture<SubscriptionAnswer> subscribe(String topic) {
        return Answer.to(listener -> client.subscribe(topic, QOS, null, listener), MqttSubAck.class)
                .handle((ack, error) -> error == null
                        ? answer(ack.getReturnCodes())
                        : new SubscriptionAnswer(false, Errors.text(error)));
    }

    private static SubscriptionAnswer answer(int[] codes) {
        boolean granted = codes.length == 1 && codes[0] == QOS;
        return new SubscriptionAnswer(granted, Arrays.stream(codes).mapToObj(PahoLink::hex).toList().toString());
    }

    @Override
    public boolean hasRoom() {
        return inFlight.get() < mostInFlight;
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload) {
        inFlight.incrementAndGet();
        return Answer.to(listener -> client.publish(topic, payload, QOS, false, null, listener), MqttPubAck.class)
                .handle((ack, error) -> {
                    inFlight.decrementAndGet();
                    if (error != null) {
                        return CompletableFuture.<Void>failedFuture(error);
                    }
                    // A PUBACK that refuses is a success to the library.
                    return isFailure(ack.getReturnCode())
                            ? CompletableFuture.<Void>failedFuture(new PublishRefused(hex(ack.getReturnCode())))
                            : CompletableFuture.<Void>completedFuture(null);
                })
                .thenCompose(outcome -> outcome);
    }

    @Override
    public CompletableFuture<Void> unsubscribe(String topic) {
        return Answer.to(listener -> client.unsubscribe(topic, null, listener), MqttUnsubAck.class)
                .thenAccept(ack -> {});
    }

    @Override
    public CompletableFuture<Void> disconnect() {
        // By a thread of its own: on the one that hands over answers, the library refuses to.
        return CompletableFuture.runAsync(() -> {
            try {
                client.disconnect(0, null, null, MqttReturnCode.RETURN_CODE_SUCCESS, new MqttProperties())
                        .waitForCompletion();
            } catch (MqttException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
        MqttException lost = response.getException();
        Throwable cause = lost != null ? lost : new IOException(disconnectText(response));
        Integer code = lost != null ? null : response.getReturnCode();
        // The library answers no connect whose connection was lost right after its CONNACK.
        connected.completeExceptionally(cause);
        ended.accept(new Library.End(cause, code, Clock.nowUs()));
    }

    private static String disconnectText(MqttDisconnectResponse response) {
        String text = "DISCONNECT " + hex(response.getReturnCode());
        return response.getReasonString() == null ? text : text + " " + response.getReasonString();
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        if (receiver != null) {
            receiver.accept(message.getPayload());
        }
        socket.handedOver();
    }

    @Override
    public void mqttErrorOccurred(MqttException error) {
        // It ends the connection, too.
    }

    @Override
    public void deliveryComplete(IMqttToken token) {
        // Comes for what was refused, too: see Answer.
    }

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {
        // Comes without the CONNACK: see Answer.
    }

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {
        // Nobody asked for it.
    }
}
