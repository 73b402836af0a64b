package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** MQTT 5: its acknowledgements have reason codes. */
record Link5(Mqtt5AsyncClient client, ConnectSettings settings) implements Link {
    static Link5 of(Mqtt5ClientBuilder builder, ConnectSettings settings) {
        if (!settings.username().isEmpty()) {
            builder.simpleAuth(auth(settings.username(), settings.password()));
        }
        return new Link5(builder.buildAsync(), settings);
    }

    static Mqtt5SimpleAuth auth(String username, String password) {
        var auth = Mqtt5SimpleAuth.builder().username(username);
        return password.isEmpty()
                ? auth.build()
                : auth.password(password.getBytes(StandardCharsets.UTF_8)).build();
    }

    @Override
    public Endpoint endpoint() {
        return settings.endpoint();
    }

    @Override
    public void onMessage(Consumer<byte[]> receiver) {
        client.publishes(
                MqttGlobalPublishFilter.ALL, publish -> receiver.accept(publish.getPayloadAsBytes()), Runnable::run);
    }

    @Override
    public CompletableFuture<Boolean> connect() {
        var connect = client.connectWith()
                .cleanStart(settings.cleanSession())
                .sessionExpiryInterval(settings.cleanSession() ? 0 : ConnectSettings.SESSION_EXPIRY_SECONDS)
                .keepAlive(ConnectSettings.KEEP_ALIVE_SECONDS)
                .restrictions()
                .sendMaximum(ConnectSettings.IN_FLIGHT)
                .applyRestrictions()
                .send();
        return connect.handle((ack, error) -> {
            if (error == null) {
                return CompletableFuture.completedFuture(ack.isSessionPresent());
            }
            return CompletableFuture.<Boolean>failedFuture(connectError(error));
        }).thenCompose(answer -> answer);
    }

    private static Throwable connectError(Throwable error) {
        if (Errors.root(error) instanceof Mqtt5ConnAckException refused) {
            Mqtt5ConnAckReasonCode code = refused.getMqttMessage().getReasonCode();
            if (code == Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD || code == Mqtt5ConnAckReasonCode.NOT_AUTHORIZED) {
                return new LoginRefused(code.toString());
            }
        }
        return error;
    }

    @Override
    public CompletableFuture<SubscriptionAnswer> subscribe(String topic) {
        return client.subscribeWith().topicFilter(topic).qos(MqttQos.AT_LEAST_ONCE).send().handle((ack, error) -> {
            if (error == null) {
                return answer(ack.getReasonCodes());
            }
            if (Errors.root(error) instanceof Mqtt5SubAckException refused) {
                return answer(refused.getMqttMessage().getReasonCodes());
            }
            return new SubscriptionAnswer(false, Errors.text(error));
        });
    }

    private static SubscriptionAnswer answer(List<Mqtt5SubAckReasonCode> codes) {
        return new SubscriptionAnswer(codes.get(0) == Mqtt5SubAckReasonCode.GRANTED_QOS_1, codes.toString());
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload) {
        // The library says by an error, in the future or in its value, that the PUBACK refused.
        var sent = client.publishWith().topic(topic).qos(MqttQos.AT_LEAST_ONCE).payload(payload).send();
        return sent.handle((result, error) -> {
            Throwable problem = error != null ? error : errorIn(result);
            if (problem == null) {
                return CompletableFuture.<Void>completedFuture(null);
            }
            return CompletableFuture.<Void>failedFuture(publishError(problem));
        }).thenCompose(answer -> answer);
    }

    private static Throwable errorIn(Mqtt5PublishResult result) {
        return result.getError().orElse(null);
    }

    private static Throwable publishError(Throwable error) {
        return Errors.root(error) instanceof Mqtt5PubAckException refused
                ? new PublishRefused(refused.getMqttMessage().getReasonCode().toString())
                : error;
    }

    @Override
    public CompletableFuture<Void> unsubscribe(String topic) {
        return client.unsubscribeWith().topicFilter(topic).send().thenAccept(ack -> {});
    }

    @Override
    public CompletableFuture<Void> disconnect() {
        return client.disconnect();
    }
}
