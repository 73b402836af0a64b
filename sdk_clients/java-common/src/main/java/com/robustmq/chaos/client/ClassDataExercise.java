package com.robustmq.chaos.client;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the build runs to learn which classes a client loads: a short real run against a broker inside this process, with one
 * endpoint first where nothing listens.
 */
final class ClassDataExercise {
    private ClassDataExercise() {}

    /** The run's exit status. */
    static int run(Library library) throws Exception {
        try (LoopbackBroker broker = LoopbackBroker.start()) {
            String endpoint = "127.0.0.1:" + broker.port();
            Map<String, String> environment = Map.of(
                    "CLUSTER_ENDPOINT", endpoint,
                    "CLUSTER_ENDPOINTS", "127.0.0.1:1," + endpoint,
                    "MQTT_USERNAME", "exercise",
                    "MQTT_PASSWORD", "exercise",
                    "MESSAGE_COUNT", "50",
                    "MESSAGE_RATE", "100",
                    "LEDGER_PATH", "/dev/null");
            return Client.run(library, environment::get, new AtomicInteger());
        }
    }
}
