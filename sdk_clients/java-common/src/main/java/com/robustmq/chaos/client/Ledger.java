package com.robustmq.chaos.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What happened to each message, and the counts that follow from it. Pure: times are handed in, nothing is read or written. */
final class Ledger {
    /** How many lost messages the result line names. */
    private static final int LOST_SEQS_SHOWN = 200;
    /** How many receipts that only name this publisher the ledger shows. */
    private static final int IMPOSTORS_SHOWN = 20;

    /** A receipt that names this publisher, and is none of its messages. */
    record Impostor(PayloadFormat.Named named, long atUs) {}

    private final List<Message> messages = new ArrayList<>();
    private int acked;
    private int ackedAndReceived;
    private long highestReceived = -1;
    private long lastProgressUs;
    private boolean closed;
    private long duplicates;
    private long unexpected;
    private final List<Impostor> impostors = new ArrayList<>();
    private long inversions;
    private long refusedAcks;

    List<Message> messages() {
        return Collections.unmodifiableList(messages);
    }

    /** Enters the next message. */
    void generated(long intendedUs, long queuedUs) {
        messages.add(new Message(intendedUs, queuedUs));
    }

    void handedOver(int seq, long atUs) {
        if (closed) {
            return;
        }
        Message message = messages.get(seq);
        message.attempts++;
        if (message.sentUs == null) {
            message.sentUs = atUs;
        }
    }

    /** A PUBACK. Only the first one of a message counts; a repeated hand-over is acknowledged again. */
    void acked(int seq, long atUs) {
        Message message = messages.get(seq);
        if (closed || message.ackUs != null) {
            return;
        }
        message.ackUs = atUs;
        acked++;
        ackedAndReceived += message.recvUs != null ? 1 : 0;
        lastProgressUs = atUs;
    }

    /** A PUBACK that refuses: no acknowledgement. */
    void refused() {
        refusedAcks += closed ? 0 : 1;
    }

    /** A receipt that says it is message {@code seq} of this publisher, run and phase. */
    void received(long seq, long atUs) {
        if (closed) {
            return;
        }
        if (seq < 0 || seq >= messages.size()) {
            unexpected++;
            return;
        }
        Message message = messages.get((int) seq);
        if (message.recvUs != null) {
            message.dups++;
            duplicates++;
            return;
        }
        message.recvUs = atUs;
        ackedAndReceived += message.ackUs != null ? 1 : 0;
        lastProgressUs = atUs;
        if (seq < highestReceived) {
            inversions++;
        }
        highestReceived = Math.max(highestReceived, seq);
    }

    /** A receipt that names this publisher: ours only if that message was due then. Another copy of this client has another schedule. */
    void receivedNamed(PayloadFormat.Named named, long atUs) {
        long seq = named.seq();
        if (seq >= 0 && seq < messages.size() && messages.get((int) seq).intendedUs == named.intendedUs()) {
            received(seq, atUs);
            return;
        }
        receivedUnexpected();
        if (!closed && seq >= 0 && named.intendedUs() >= 0 && impostors.size() < IMPOSTORS_SHOWN) {
            impostors.add(new Impostor(named, atUs));
        }
    }

    /** A receipt that is not of this publisher, run and phase, or that could not be read. */
    void receivedUnexpected() {
        unexpected += closed ? 0 : 1;
    }

    /** Every generated message is acknowledged, and every acknowledged one received. */
    boolean isSettled() {
        return acked == messages.size() && ackedAndReceived == acked;
    }

    /** Time of the last first acknowledgement or first receipt; 0 before any. */
    long lastProgressUs() {
        return lastProgressUs;
    }

    long duplicates() {
        return duplicates;
    }

    long unexpected() {
        return unexpected;
    }

    List<Impostor> impostors() {
        return Collections.unmodifiableList(impostors);
    }

    long inversions() {
        return inversions;
    }

    long refusedAcks() {
        return refusedAcks;
    }

    /** End of the drain: whatever still arrives while the connections are taken down is part of no figure. */
    void close() {
        closed = true;
    }

    /** Classifies everything planned; what was never generated is unsent. */
    Counts counts(long planned) {
        long sent = 0, received = 0, ok = 0, lost = 0, recovered = 0, unconfirmed = 0, attempts = 0;
        long unsent = Math.max(0, planned - messages.size());
        List<Integer> lostSeqs = new ArrayList<>();
        for (int seq = 0; seq < messages.size(); seq++) {
            Message message = messages.get(seq);
            attempts += message.attempts;
            sent += message.sentUs != null ? 1 : 0;
            received += message.recvUs != null ? 1 : 0;
            if (message.ackUs != null && message.recvUs != null) {
                ok++;
            } else if (message.ackUs != null) {
                lost++;
                if (lostSeqs.size() < LOST_SEQS_SHOWN) {
                    lostSeqs.add(seq);
                }
            } else if (message.recvUs != null) {
                recovered++;
            } else if (message.sentUs != null) {
                unconfirmed++;
            } else {
                unsent++;
            }
        }
        long naiveLost = sent - received - duplicates;
        return new Counts(
                sent, acked, received, ok, lost, recovered, unconfirmed, unsent, lostSeqs, naiveLost, attempts);
    }
}
