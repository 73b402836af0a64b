package com.robustmq.chaos.client;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the build runs to learn which classes a client loads: short real runs against a broker inside this process, with one
 * endpoint first where nothing listens.
 */
final class ClassDataExercise {
    private ClassDataExercise() {}

    /** The exit status of the first run that failed, or 0. */
    static int run(WireLibrary library) throws Exception {
        try (LoopbackBroker broker = LoopbackBroker.start()) {
            String endpoint = "127.0.0.1:" + broker.port();
            Map<String, String> environment = new HashMap<>(Map.of(
                    "CLUSTER_ENDPOINT", endpoint,
                    "CLUSTER_ENDPOINTS", "127.0.0.1:1," + endpoint,
                    "MQTT_USERNAME", "exercise",
                    "MQTT_PASSWORD", "exercise",
                    "MESSAGE_COUNT", "50",
                    "MESSAGE_RATE", "100",
                    // A build may have next to nothing of the processor.
                    "SETUP_LIMIT_MS", "120000",
                    "LEDGER_PATH", "/dev/null"));
            int status = Client.run(library, environment::get, new AtomicInteger());
            // The broker speaks of QoS 1 alone.
            environment.put("QOS", "1");
            for (String version : library.mqttVersions()) {
                environment.put("MQTT_VERSION", version);
                int next = WorkloadClient.run(library, WorkloadKind.QOS_MIX, environment::get, new AtomicInteger());
                status = status == 0 ? next : status;
            }
            return status;
        }
    }
}
