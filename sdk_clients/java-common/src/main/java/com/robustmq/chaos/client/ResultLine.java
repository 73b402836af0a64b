package com.robustmq.chaos.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The members of the result line, in their order. Pure, but for the time of the report, which is handed in. */
final class ResultLine {
    private ResultLine() {}

    /** The line of a run that could not be started. */
    static Map<String, Object> ofErrors(Library library, List<String> errors) {
        Map<String, Object> line = head(library, library.mqttVersions().get(0));
        line.put("planned", 0);
        putCounts(line, new Ledger(), new Ledger().counts(0), 0);
        putLatencies(line, new Ledger(), 0);
        putRun(line, 0, 0, 0);
        putEndpoints(line, new Journal());
        line.put("errors", errors);
        return line;
    }

    static Map<String, Object> ofRun(Library library, Config config, State state, long startedUs, long nowUs) {
        Map<String, Object> line = head(library, config.mqttVersion());
        long planned = planned(config, state);
        long endUs = state.endUs != null ? state.endUs : nowUs;
        long publishedUs = state.publishedUs != null ? state.publishedUs : endUs;
        line.put("planned", planned);
        putCounts(line, state.ledger, state.ledger.counts(planned), state.journal.reconnects());
        putLatencies(line, state.ledger, endUs);
        putRun(line, achievedRateRatio(config, state, planned), nowUs - startedUs, endUs - publishedUs);
        putEndpoints(line, state.journal);
        line.put("errors", state.journal.errors());
        return line;
    }

    /** Everything planned was sent, acknowledged and received, and that was at least one message. */
    static boolean isSuccess(Config config, State state) {
        long planned = planned(config, state);
        return planned > 0 && state.ledger.counts(planned).ok() == planned;
    }

    private static long planned(Config config, State state) {
        return state.stoppedBySignal ? state.ledger.messages().size() : config.messageCount();
    }

    private static Map<String, Object> head(Library library, String mqttVersion) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("sdk", library.sdk());
        line.put("library", library.nameAndVersion());
        line.put("mqtt_version", mqttVersion);
        return line;
    }

    private static void putCounts(Map<String, Object> line, Ledger ledger, Counts counts, long reconnects) {
        line.put("sent", counts.sent());
        line.put("acked", counts.acked());
        line.put("received", counts.received());
        line.put("lost", counts.lost());
        line.put("recovered", counts.recovered());
        line.put("unconfirmed", counts.unconfirmed());
        line.put("unsent", counts.unsent());
        line.put("lost_seqs", counts.lostSeqs());
        line.put("naive_lost", counts.naiveLost());
        line.put("duplicates", ledger.duplicates());
        // Neither library tells an application whether the DUP flag was set, so a number would be an invention.
        line.put("duplicates_flagged", null);
        line.put("unexpected", ledger.unexpected());
        line.put("inversions", ledger.inversions());
        line.put("attempts", counts.attempts());
        line.put("refused_acks", ledger.refusedAcks());
        line.put("reconnects", reconnects);
    }

    private static void putLatencies(Map<String, Object> line, Ledger ledger, long endUs) {
        List<Message> messages = ledger.messages();
        Counts counts = ledger.counts(messages.size());
        Latency receipts = Latency.ofReceipts(messages, endUs);
        Latency acks = Latency.ofAcks(messages, endUs);
        Latency lateness = Latency.ofGenerator(messages);
        boolean received = counts.received() > 0;
        boolean acked = counts.acked() > 0;
        line.put("p50_ms", received ? receipts.percentileMs(50) : null);
        line.put("p90_ms", received ? receipts.percentileMs(90) : null);
        line.put("p99_ms", received ? receipts.percentileMs(99) : null);
        line.put("p999_ms", received ? receipts.percentileMs(99.9) : null);
        line.put("max_ms", received ? receipts.maxMs() : null);
        line.put("ack_p50_ms", acked ? acks.percentileMs(50) : null);
        line.put("ack_p99_ms", acked ? acks.percentileMs(99) : null);
        line.put("ack_max_ms", acked ? acks.maxMs() : null);
        line.put("lateness_p99_ms", messages.isEmpty() ? null : lateness.percentileMs(99));
        line.put("lateness_max_ms", messages.isEmpty() ? null : lateness.maxMs());
    }

    private static void putRun(Map<String, Object> line, double rateRatio, long durationUs, long drainUs) {
        line.put("achieved_rate_ratio", rateRatio);
        line.put("duration_seconds", durationUs / 1_000 / 1e3);
        line.put("drain_ms", drainUs / 1e3);
    }

    private static void putEndpoints(Map<String, Object> line, Journal journal) {
        line.put("publisher_endpoint", journal.firstEndpoint(Role.PUBLISHER));
        line.put("subscriber_endpoint", journal.firstEndpoint(Role.SUBSCRIBER));
    }

    /** The share of the planned messages that was generated, over the time that this took beyond the planned one. */
    private static double achievedRateRatio(Config config, State state, long planned) {
        List<Message> messages = state.ledger.messages();
        if (messages.isEmpty()) {
            return 0;
        }
        Message last = messages.get(messages.size() - 1);
        double plannedUs = planned * 1e6 / config.messageRate();
        double lateUs = Math.max(0, last.queuedUs - last.intendedUs);
        double ratio = (double) messages.size() / planned * plannedUs / (plannedUs + lateUs);
        return Math.round(Math.min(1, ratio) * 1e6) / 1e6;
    }
}
