package com.robustmq.chaos.client;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What the workloads of contract version 2 read beyond the environment of every client.
 *
 * @param offlineFile null to go by the time, and so is resumeFile
 * @param resumeEndpoint its place among all endpoints; null for the one after the one that was left
 * @param moves whether each move is by DISCONNECT, in turn
 */
record WorkloadConfig(
        Config base,
        List<Integer> qos,
        int inFlight,
        int topics,
        int keepAliveS,
        int sessionExpiryS,
        int newTopicEveryMs,
        int offlineAtMs,
        String offlineFile,
        int resumeAtMs,
        String resumeFile,
        Integer resumeEndpoint,
        int readerIntervalMs,
        List<Integer> readerEndpoints,
        List<Death> deaths,
        int moveEveryMs,
        List<Boolean> moves,
        int members) {

    private static final int HOUR_MS = 3_600_000;
    private static final int DAY_MS = 24 * HOUR_MS;

    List<Endpoint> endpoints() {
        return base.endpoints();
    }

    /** @throws ConfigException with everything that is wrong, at once */
    static WorkloadConfig parse(UnaryOperator<String> lookup, Library library, WorkloadKind kind, String unique)
            throws ConfigException {
        ConfigReader reader = new ConfigReader(lookup);
        Config base = Config.read(reader, library, unique);
        // With one where none could be read: what is wrong with the endpoints is said once.
        int places = Math.max(1, base.endpoints().size());
        WorkloadLists lists = new WorkloadLists(reader, places);
        WorkloadConfig config = new WorkloadConfig(
                base,
                lists.qos(kind.defaultQos),
                reader.integer("IN_FLIGHT", kind.defaultInFlight, 1, 10_000),
                reader.integer("TOPICS", 3, 1, 1_000),
                reader.integer("KEEP_ALIVE_S", 5, 1, 65_535),
                reader.integer("SESSION_EXPIRY_S", 1_800, 0, 86_400),
                reader.integer("NEW_TOPIC_EVERY_MS", 1_000, 10, HOUR_MS),
                reader.integer("OFFLINE_AT_MS", 2_000, 0, DAY_MS),
                reader.text("OFFLINE_FILE", null),
                reader.integer("RESUME_AT_MS", 5_000, 0, DAY_MS),
                reader.text("RESUME_FILE", null),
                reader.text("RESUME_ENDPOINT", null) == null
                        ? null
                        : (Integer) reader.integer("RESUME_ENDPOINT", 0, 0, places - 1),
                reader.integer("READER_INTERVAL_MS", 200, 10, HOUR_MS),
                lists.places("READER_ENDPOINTS"),
                kind.hasDeaths() ? lists.deaths(base) : List.of(),
                reader.integer("MOVE_EVERY_MS", kind.defaultMoveEveryMs(), 100, HOUR_MS),
                lists.moves(kind.defaultMoves()),
                reader.integer("MEMBERS", 3, 1, 100));
        if (config.resumeAtMs < config.offlineAtMs && config.resumeFile == null && config.offlineFile == null) {
            reader.problem("RESUME_AT_MS", "at least OFFLINE_AT_MS=" + config.offlineAtMs, "" + config.resumeAtMs);
        }
        reader.throwProblems();
        return config;
    }
}
