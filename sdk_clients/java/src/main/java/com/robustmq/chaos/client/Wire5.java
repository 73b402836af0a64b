package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import java.util.concurrent.CompletableFuture;

/** MQTT 5. */
record Wire5(Mqtt5AsyncClient client, SessionSettings settings) implements WireVersion {
    static Wire5 of(Mqtt5ClientBuilder builder, SessionSettings settings) {
        if (!settings.username().isEmpty()) {
            builder.simpleAuth(Link5.auth(settings.username(), settings.password()));
        }
        return new Wire5(builder.buildAsync(), settings);
    }

    @Override
    public CompletableFuture<Boolean> connect(Will will) {
        var connect = client.connectWith()
                .cleanStart(settings.clean())
                .sessionExpiryInterval(settings.expiryS())
                .keepAlive(settings.keepAliveS())
                // An alias in the place of a topic would hide the topic on the wire.
                .restrictions()
                .sendTopicAliasMaximum(0)
                .applyRestrictions();
        if (will != null) {
            connect = connect.willPublish()
                    .topic(will.topic())
                    .qos(Wire3.qos(will.qos()))
                    .payload(will.payload())
                    .delayInterval(will.delayS())
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
        return client.subscribeWith().topicFilter(filter).qos(Wire3.qos(qos)).send();
    }

    @Override
    public CompletableFuture<?> unsubscribe(String filter) {
        return client.unsubscribeWith().topicFilter(filter).send();
    }

    @Override
    public CompletableFuture<?> publish(Publication message) {
        return client.publishWith()
                .topic(message.topic)
                .qos(Wire3.qos(message.qos))
                .retain(message.retain)
                .payload(message.payload)
                .send();
    }

    @Override
    public CompletableFuture<?> disconnect(boolean withWill) {
        Mqtt5DisconnectReasonCode code = withWill
                ? Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE
                : Mqtt5DisconnectReasonCode.NORMAL_DISCONNECTION;
        return client.disconnectWith().reasonCode(code).send();
    }
}
