package com.robustmq.chaos.client;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One connection of the library's client for one version of MQTT, and where it is connected. It serves no other connection. Every
 * future fails where the packet that it waits for does not come.
 */
interface Link {
    /** What a SUBACK said: the code that it gave, in words where it is not QoS 1. */
    record SubscriptionAnswer(boolean grantsQos1, String text) {}

    Endpoint endpoint();

    /** The flow of everything that arrives; before the connection is made, because a broker may deliver right after its CONNACK. */
    void onMessage(Consumer<byte[]> receiver);

    /** Completes with "session present" when CONNACK 0 is there; fails with {@link LoginRefused} where the login is the reason. */
    CompletableFuture<Boolean> connect();

    CompletableFuture<SubscriptionAnswer> subscribe(String topic);

    /** False while the library would refuse a publish, because the broker takes no more before it has acknowledged one. */
    default boolean hasRoom() {
        return true;
    }

    /** Completes when the PUBACK was read; fails with {@link PublishRefused} where that refuses the message (MQTT 5). */
    CompletableFuture<Void> publish(String topic, byte[] payload);

    CompletableFuture<Void> unsubscribe(String topic);

    CompletableFuture<Void> disconnect();
}
