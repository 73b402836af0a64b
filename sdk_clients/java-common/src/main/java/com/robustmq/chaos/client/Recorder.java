package com.robustmq.chaos.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Every event of a workload, as the ledger of version 2 has them, and what the main thread waits for. Every thread writes here. */
final class Recorder {
    /** The place of the keep-alive among the values of a {@code connect}: after endpoint and clean. */
    private static final int KEEP_ALIVE_AT = 2;
    /** A ledger that leaves something out would accuse a broker, so beyond this there is none. */
    static final int MAX_EVENTS = 1_000_000;

    private static final int REFUSED_FROM = 0x80;
    /** How often whoever waits looks again: of signals and times nobody is told. */
    private static final long LOOK_MS = 20;

    /** One line of the ledger; {@link EventFile} names the values. */
    record Row(String event, String client, int connection, long atUs, Object... values) {}

    final Tally tally = new Tally();
    private final String run;
    private final String phase;
    private final Journal journal = new Journal();
    private final List<Row> rows = new ArrayList<>();
    private boolean frozen;
    private boolean overflowed;
    private int connections;
    private long progressUs;

    Recorder(String run, String phase) {
        this.run = run;
        this.phase = phase;
    }

    synchronized void event(String event, Who who, long atUs, Object... values) {
        if (frozen) {
            return;
        }
        if (rows.size() < MAX_EVENTS) {
            rows.add(new Row(event, who.client(), who.connection(), atUs, values));
        } else if (!overflowed) {
            overflowed = true;
            error("ledger: more than " + MAX_EVENTS + " events: none is written");
        }
    }

    /** The broker has set another keep-alive than the client asked for. */
    synchronized void keepsAlive(Who who, int keepAliveS) {
        for (int i = rows.size() - 1; i >= 0 && !frozen; i--) {
            Row row = rows.get(i);
            if (row.event.equals("connect") && row.client.equals(who.client()) && row.connection == who.connection()) {
                row.values[KEEP_ALIVE_AT] = keepAliveS;
                return;
            }
        }
    }

    synchronized void entrusted(String client, Will will) {
        if (!frozen) {
            tally.entrust(client, will);
        }
    }

    synchronized void sent(Who who, long atUs, Publication message) {
        event("send", who, atUs, message.topic, message.seq, message.qos, message.retain, message.clears());
        if (!frozen) {
            tally.send(who.client(), message);
        }
    }

    /** {@code message} is null for a packet id that is not in use. */
    synchronized void acknowledged(Who who, long atUs, Publication message, String step, int code) {
        if (frozen) {
            return;
        }
        String said = who.client() + ": " + step.toUpperCase(Locale.ROOT);
        if (message == null) {
            transientError(said + " for a packet id that is not in use");
            return;
        }
        event("ack", who, atUs, message.topic, message.seq, step, code);
        if (code >= REFUSED_FROM) {
            transientError("%s refused: 0x%02x".formatted(said, code));
        }
        if (tally.acknowledge(who.client(), message, step, code)) {
            progressed(atUs);
        }
    }

    /** Whose message it is; empty where it is nobody's of this run and phase. */
    Optional<Tally.Identity> received(Who who, long atUs, WirePackets.Publish packet) {
        Optional<Tally.Identity> named = PayloadFormat.parse(packet.payload())
                .filter(found -> run.equals(found.run()) && phase.equals(found.phase()) && found.publisher() != null)
                .map(found -> new Tally.Identity(found.publisher(), packet.topic(), found.seq()));
        synchronized (this) {
            Optional<Tally.Identity> identity = packet.payload().length == 0 ? tally.clearedBy(packet.topic()) : named;
            if (frozen) {
                return identity;
            }
            if (identity.isEmpty()) {
                tally.unexpected++;
                return identity;
            }
            Tally.Identity of = identity.get();
            event("receive", who, atUs, of.topic(), of.publisher(), of.seq(), packet.qos(), packet.retain(), packet.dup());
            if (tally.receive(of, atUs)) {
                progressed(atUs);
            }
            return identity;
        }
    }

    private void progressed(long atUs) {
        progressUs = Math.max(progressUs, atUs);
        notifyAll();
    }

    synchronized void connected() {
        connections++;
    }

    synchronized int connections() {
        return connections;
    }

    synchronized long progressUs() {
        return progressUs;
    }

    /** What ends or spoils the run. */
    synchronized void error(String text) {
        journal.fatal(text);
    }

    /** What the client gets over by itself. */
    synchronized void transientError(String text) {
        journal.error(text);
    }

    synchronized List<String> errors() {
        return journal.errors();
    }

    synchronized void wake() {
        notifyAll();
    }

    /** The condition is asked under the lock. False where the time came first. */
    synchronized boolean waitUntil(BooleanSupplier condition, long deadlineUs) {
        while (!condition.getAsBoolean()) {
            long leftMs = (deadlineUs - Clock.nowUs()) / 1_000;
            if (leftMs < 0) {
                return false;
            }
            try {
                wait(Math.min(LOOK_MS, leftMs + 1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /** From now on nothing is counted: else the farewell would enter the figures. The time of it. */
    synchronized long freeze() {
        frozen = true;
        return Clock.nowUs();
    }

    synchronized boolean hasOverflowed() {
        return overflowed;
    }

    synchronized int eventCount() {
        return rows.size();
    }

    /** In time order: each has the time at which it happened, and threads enter them in any order. */
    synchronized List<Row> rows() {
        List<Row> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparingLong(Row::atUs));
        return sorted;
    }
}
