package com.robustmq.chaos.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The result line of a workload. Pure. It counts, and judges nothing: whether a guarantee held is in the ledger. */
final class Summary {
    /** What the line says beyond its messages. Times are microseconds of CLOCK_MONOTONIC; endpoints are null where there is none. */
    record Facts(
            Library library,
            WorkloadKind kind,
            String mqttVersion,
            int planned,
            int events,
            int reconnects,
            long startedUs,
            long nowUs,
            long publishedUs,
            long endUs,
            Endpoint publisher,
            Endpoint subscriber,
            List<String> errors) {}

    private Summary() {}

    /** The line of a run that could not be started. */
    static Map<String, Object> ofErrors(Library library, WorkloadKind kind, List<String> errors) {
        String mqttVersion = library.mqttVersions().get(0);
        return ofRun(new Facts(library, kind, mqttVersion, 0, 0, 0, 0, 0, 0, 0, null, null, errors), new Tally());
    }

    static Map<String, Object> ofRun(Facts facts, Tally tally) {
        long sent = tally.sent.size();
        long arrived = tally.sent.keySet().stream().filter(tally.received::containsKey).count();
        long lost = facts.kind.isForAll() ? tally.awaited.size() : 0;
        boolean measures = facts.kind.measuresLatency() && !tally.received.isEmpty();
        Latency latency = measures ? Latency.of(tally, facts.endUs) : null;
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("sdk", facts.library.sdk());
        line.put("library", facts.library.nameAndVersion());
        line.put("mqtt_version", facts.mqttVersion);
        line.put("workload", facts.kind.word);
        line.put("planned", facts.planned);
        line.put("sent", sent);
        line.put("acked", tally.acked.size());
        line.put("received", tally.received.size());
        line.put("lost", lost);
        line.put("unconfirmed", sent - arrived - lost);
        line.put("unsent", Math.max(0, facts.planned - sent));
        line.put("duplicates", tally.duplicates);
        line.put("unexpected", tally.unexpected);
        line.put("attempts", tally.attempts);
        line.put("refused_acks", tally.refusedAcks);
        line.put("reconnects", facts.reconnects);
        line.put("p50_ms", measures ? latency.percentileMs(50) : null);
        line.put("p99_ms", measures ? latency.percentileMs(99) : null);
        line.put("max_ms", measures ? latency.maxMs() : null);
        line.put("events", facts.events);
        line.put("duration_seconds", (facts.nowUs - facts.startedUs) / 1_000 / 1e3);
        line.put("drain_ms", (facts.endUs - facts.publishedUs) / 1e3);
        line.put("publisher_endpoint", facts.publisher == null ? null : facts.publisher.toString());
        line.put("subscriber_endpoint", facts.subscriber == null ? null : facts.subscriber.toString());
        line.put("errors", facts.errors);
        return line;
    }
}
