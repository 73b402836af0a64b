package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3ClientBuilder;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3ConnAckException;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3SubAckException;
import com.hivemq.client.mqtt.mqtt3.message.auth.Mqtt3SimpleAuth;
import com.hivemq.client.mqtt.mqtt3.message.connect.connack.Mqtt3ConnAckReturnCode;
import com.hivemq.client.mqtt.mqtt3.message.subscribe.suback.Mqtt3SubAckReturnCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** MQTT 3.1.1. */
record Link3(Mqtt3AsyncClient client, ConnectSettings settings) implements Link {

    static Link3 of(Mqtt3ClientBuilder builder, ConnectSettings settings) {
        if (!settings.username().isEmpty()) {
            builder.simpleAuth(auth(settings.username(), settings.password()));
        }
        return new Link3(builder.buildAsync(), settings);
    }

    static Mqtt3SimpleAuth auth(String username, String password) {
        var auth = Mqtt3SimpleAuth.builder().username(username);
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
        // Without this flow, the library acknowledges and discards what a kept session delivers before any subscribe call.
        client.publishes(
                MqttGlobalPublishFilter.ALL, publish -> receiver.accept(publish.getPayloadAsBytes()), Runnable::run);
    }

    @Override
    public CompletableFuture<Boolean> connect() {
        var connect = client.connectWith()
                .cleanSession(settings.cleanSession())
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
        if (Errors.root(error) instanceof Mqtt3ConnAckException refused) {
            Mqtt3ConnAckReturnCode code = refused.getMqttMessage().getReturnCode();
            if (code == Mqtt3ConnAckReturnCode.BAD_USER_NAME_OR_PASSWORD || code == Mqtt3ConnAckReturnCode.NOT_AUTHORIZED) {
                return new LoginRefused(code.toString());
            }
        }
        return error;
    }

    @Override
    public CompletableFuture<SubscriptionAnswer> subscribe(String topic) {
        return client.subscribeWith().topicFilter(topic).qos(MqttQos.AT_LEAST_ONCE).send().handle((ack, error) -> {
            if (error == null) {
                return answer(ack.getReturnCodes());
            }
            if (Errors.root(error) instanceof Mqtt3SubAckException refused) {
                return answer(refused.getMqttMessage().getReturnCodes());
            }
            return new SubscriptionAnswer(false, Errors.text(error));
        });
    }

    private static SubscriptionAnswer answer(List<Mqtt3SubAckReturnCode> codes) {
        return new SubscriptionAnswer(codes.get(0) == Mqtt3SubAckReturnCode.SUCCESS_MAXIMUM_QOS_1, codes.toString());
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload) {
        // At QoS 1 the library completes this with a value only when it reads the PUBACK.
        return client.publishWith().topic(topic).qos(MqttQos.AT_LEAST_ONCE).payload(payload).send().thenAccept(ack -> {});
    }

    @Override
    public CompletableFuture<Void> unsubscribe(String topic) {
        return client.unsubscribeWith().topicFilter(topic).send();
    }

    @Override
    public CompletableFuture<Void> disconnect() {
        return client.disconnect();
    }
}
