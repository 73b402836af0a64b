package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.MqttClient;
import java.util.concurrent.CompletableFuture;

/** What differs between MQTT 3.1.1 and 5. */
interface WireVersion {
    MqttClient client();

    /** Completes with "session present". */
    CompletableFuture<Boolean> connect(Will will);

    /** Takes what arrives; without anybody who does, the library throws it away. */
    void takeAll();

    CompletableFuture<?> subscribe(String filter, int qos);

    CompletableFuture<?> unsubscribe(String filter);

    CompletableFuture<?> publish(Publication message);

    CompletableFuture<?> disconnect(boolean withWill);
}
