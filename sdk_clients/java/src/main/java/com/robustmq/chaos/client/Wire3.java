package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3ClientBuilder;
import java.util.concurrent.CompletableFuture;

/** MQTT 3.1.1. */
record Wire3(Mqtt3AsyncClient client, SessionSettings settings) implements WireVersion {
    static Wire3 of(Mqtt3ClientBuilder builder, SessionSettings settings) {
        if (!settings.username().isEmpty()) {
            builder.simpleAuth(Link3.auth(settings.username(), settings.password()));
        }
        return new Wire3(builder.buildAsync(), settings);
    }

    @Override
    public CompletableFuture<Boolean> connect(Will will) {
        var connect = client.connectWith().cleanSession(settings.clean()).keepAlive(settings.keepAliveS());
        if (will != null) {
            connect = connect.willPublish()
                    .topic(will.topic())
                    .qos(qos(will.qos()))
                    .payload(will.payload())
                    .applyWillPublish();
        }
        return connect.send().thenApply(ack -> ack.isSessionPresent());
    }

    @Override
    public void takeAll() {
        client.publishes(MqttGlobalPublishFilter.ALL, publish -> {}, Runnable::run);
    }

    @Override
    public CompletableFuture<?> subscribe(String filter, int qos) {
        return client.subscribeWith().topicFilter(filter).qos(qos(qos)).send();
    }

    @Override
    public CompletableFuture<?> unsubscribe(String filter) {
        return client.unsubscribeWith().topicFilter(filter).send();
    }

    @Override
    public CompletableFuture<?> publish(Publication message) {
        return client.publishWith()
                .topic(message.topic)
                .qos(qos(message.qos))
                .retain(message.retain)
                .payload(message.payload)
                .send();
    }

    @Override
    public CompletableFuture<?> disconnect(boolean withWill) {
        return client.disconnect();
    }

    static MqttQos qos(int qos) {
        return MqttQos.fromCode(qos);
    }
}
