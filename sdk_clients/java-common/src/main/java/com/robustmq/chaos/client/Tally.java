package com.robustmq.chaos.client;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a workload came to, counted by identity. Pure, and not safe for threads; {@link Recorder} locks around it. */
final class Tally {
    /** Whose message, and which. */
    record Identity(String publisher, String topic, long seq) {}

    private static final int REFUSED_FROM = 0x80;

    /** What was handed over at least once, and when it was due. */
    final Map<Identity, Long> sent = new HashMap<>();
    /** By a PUBACK or a PUBCOMP that takes the message over. */
    final Set<Identity> acked = new HashSet<>();
    /** By its first receipt. */
    final Map<Identity, Long> received = new HashMap<>();
    /** Acknowledged, and not received yet. */
    final Set<Identity> awaited = new HashSet<>();
    /** An empty payload names nobody: its topic does, as long as one message of it was empty. */
    private final Map<String, Optional<Identity>> clears = new HashMap<>();

    long attempts;
    long duplicates;
    long unexpected;
    long refusedAcks;

    void send(String publisher, Publication message) {
        Identity identity = new Identity(publisher, message.topic, message.seq);
        attempts++;
        sent.putIfAbsent(identity, message.intendedUs);
        if (message.clears()) {
            clears.merge(message.topic, Optional.of(identity), (one, other) -> one.equals(other) ? one : Optional.empty());
        }
    }

    /** A broker took it over with a CONNECT. */
    void entrust(String publisher, Will will) {
        attempts++;
        sent.putIfAbsent(new Identity(publisher, will.topic(), will.seq()), will.intendedUs());
    }

    /** True where the message is thereby taken over for the first time. */
    boolean acknowledge(String publisher, Publication message, String step, int code) {
        if (code >= REFUSED_FROM) {
            refusedAcks++;
            return false;
        }
        Identity identity = new Identity(publisher, message.topic, message.seq);
        if (step.equals("pubrec") || !acked.add(identity)) {
            return false;
        }
        if (!received.containsKey(identity)) {
            awaited.add(identity);
        }
        return true;
    }

    /** True for its first receipt by anybody. */
    boolean receive(Identity identity, long atUs) {
        if (received.putIfAbsent(identity, atUs) != null) {
            duplicates++;
            return false;
        }
        awaited.remove(identity);
        return true;
    }

    Optional<Identity> clearedBy(String topic) {
        return clears.getOrDefault(topic, Optional.empty());
    }
}
