package com.robustmq.chaos.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The environment, parsed once; nothing else reads it.
 *
 * @param endpoints at least one; the publisher starts at the first, the subscriber at the second
 * @param startFile null to publish at once
 * @param ledgerPath null for no ledger
 */
record Config(
        List<Endpoint> endpoints,
        String username,
        String password,
        String mqttVersion,
        String subscriberSession,
        String runId,
        String phase,
        String clientId,
        String topic,
        int messageCount,
        double messageRate,
        int payloadBytes,
        Duration ackWait,
        Duration drainMax,
        Duration setupLimit,
        Duration timeLimit,
        String startFile,
        String ledgerPath) {

    static final String MQTT_311 = "3.1.1";
    static final String MQTT_5 = "5";
    static final String PERSISTENT = "persistent";
    static final String CLEAN = "clean";
    private static final int HOUR_MS = 3_600_000;
    private static final int LONGEST_TOPIC_BYTES = 65_535;

    String clientId(Role role) {
        return clientId + (role == Role.PUBLISHER ? "-pub" : "-sub");
    }

    /**
     * Everything wrong is reported at once.
     *
     * @param lookup gives a variable's value, or null
     * @param library says what the default client id is called, and which versions of MQTT there are
     * @param unique makes the default client id and topic this process's own
     * @throws ConfigException with one text per problem
     */
    static Config parse(UnaryOperator<String> lookup, Library library, String unique) throws ConfigException {
        ConfigReader reader = new ConfigReader(lookup);
        Config config = read(reader, library, unique);
        reader.throwProblems();
        return config;
    }

    /** The same, for whoever reads more than this, and throws what is wrong with all of it. */
    static Config read(ConfigReader reader, Library library, String unique) {
        Config config = new Config(
                reader.endpoints(),
                reader.text("MQTT_USERNAME", ""),
                reader.text("MQTT_PASSWORD", ""),
                reader.oneOf("MQTT_VERSION", library.mqttVersions()),
                reader.oneOf("SUBSCRIBER_SESSION", List.of(PERSISTENT, CLEAN)),
                reader.text("RUN_ID", "manual"),
                reader.text("PHASE", "manual"),
                reader.text("CLIENT_ID", library.sdk() + "-" + unique),
                reader.text("TOPIC", "chaos/manual/" + library.sdk() + "-" + unique),
                reader.integer("MESSAGE_COUNT", 1_000, 1, 1_000_000),
                reader.decimal("MESSAGE_RATE", 50, 0.001, 100_000),
                reader.integer("PAYLOAD_BYTES", 256, 1, 1_000_000),
                reader.milliseconds("ACK_WAIT_MS", 5_000, 1, HOUR_MS),
                reader.milliseconds("DRAIN_MAX_MS", 30_000, 0, HOUR_MS),
                reader.milliseconds("SETUP_LIMIT_MS", 20_000, 1, HOUR_MS),
                reader.milliseconds("TIME_LIMIT_MS", 180_000, 1, 24 * HOUR_MS),
                reader.text("START_FILE", null),
                reader.text("LEDGER_PATH", null));
        String topic = config.topic;
        int topicBytes = topic.getBytes(StandardCharsets.UTF_8).length;
        if (topic.contains("+") || topic.contains("#") || topicBytes > LONGEST_TOPIC_BYTES) {
            String shown = topic.substring(0, Math.min(80, topic.length()));
            reader.problem(
                    "TOPIC",
                    "a topic name without wildcards, at most " + LONGEST_TOPIC_BYTES + " bytes",
                    '"' + shown + '"');
        }
        if (!config.password.isEmpty() && config.username.isEmpty()) {
            reader.problem("MQTT_PASSWORD", "MQTT_USERNAME beside it, as MQTT 3.1.1 demands", "a password alone");
        }
        return config;
    }
}
