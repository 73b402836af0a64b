package com.robustmq.chaos.client;

import java.util.List;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/** Percentiles of the messages' latencies. Pure: computed once, from the ledger, after the drain. */
final class Latency {
    private static final long LOWEST_US = 1;
    private static final long HIGHEST_US = 600_000_000;
    private static final int SIGNIFICANT_DIGITS = 3;

    private final Histogram histogram = new Histogram(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS);

    private Latency() {}

    /**
     * First receipt minus intended time. A sent message that never came enters with the drain's end, so that a loss cannot
     * make the latency look better.
     */
    static Latency ofReceipts(List<Message> messages, long endUs) {
        return ofSent(messages, message -> (message.recvUs != null ? message.recvUs : endUs) - message.intendedUs);
    }

    /** PUBACK minus intended time, censored in the same way. */
    static Latency ofAcks(List<Message> messages, long endUs) {
        return ofSent(messages, message -> (message.ackUs != null ? message.ackUs : endUs) - message.intendedUs);
    }

    /** How late the generator was. */
    static Latency ofGenerator(List<Message> messages) {
        Latency latency = new Latency();
        messages.forEach(message -> latency.record(message.queuedUs - message.intendedUs));
        return latency;
    }

    /** First receipt minus intended time, of a workload's messages, censored in the same way. */
    static Latency of(Tally tally, long endUs) {
        Latency latency = new Latency();
        tally.sent.forEach((identity, dueUs) -> latency.record(tally.received.getOrDefault(identity, endUs) - dueUs));
        return latency;
    }

    private static Latency ofSent(List<Message> messages, ToLongFunction<Message> valueUs) {
        Latency latency = new Latency();
        messages.stream()
                .filter(message -> message.sentUs != null)
                .forEach(message -> latency.record(valueUs.applyAsLong(message)));
        return latency;
    }

    private void record(long valueUs) {
        histogram.recordValue(Math.min(HIGHEST_US, Math.max(LOWEST_US, valueUs)));
    }

    long count() {
        return histogram.getTotalCount();
    }

    double percentileMs(double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e3;
    }

    double maxMs() {
        return histogram.getMaxValue() / 1e3;
    }
}
