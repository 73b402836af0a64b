package com.robustmq.chaos.client;

/** One client of {@link Wills}, from its CONNECT to its planned end. */
final class Mortal {
    /** A client connects so long before it dies: it shall not be thrown out with a node that is not meant. */
    private static final long LIFE_US = 2_000_000;

    private static final long LEAVING_LIMIT_MS = 1_000;
    /** So long the second one of a takeover waits for the end of the first. */
    private static final long TAKEOVER_LIMIT_MS = 5_000;

    private final Workload workload;
    private final String name;
    private final Death death;
    private final Flag over;
    private final ClientSession session;
    private final PayloadFormat payloads;
    private Thread thread;
    private long dueUs;
    private volatile boolean hasDied;
    private volatile RecordedConnection mute;

    Mortal(Workload workload, int number, Death death, Flag over) {
        this.workload = workload;
        this.name = "w" + number;
        this.death = death;
        this.over = over;
        // A will is delayed no longer than its session lives.
        session = workload.session(name, true, death.delayS() > 0 ? workload.config.sessionExpiryS() : 0);
        payloads = workload.payloadsOf(session.settings.clientId());
    }

    void start(long t0Us) {
        dueUs = t0Us + death.atMs() * 1_000L;
        thread = Threads.start(name, this::live);
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    boolean hasDied() {
        return hasDied;
    }

    private void live() {
        sleepUntil(dueUs - LIFE_US, null);
        RecordedConnection connection = connect(death.endpoint());
        if (connection == null) {
            return;
        }
        sleepUntil(dueUs, connection);
        if (connection.isLost()) {
            note("died before its time: " + connection.lostReason());
            hasDied = true;
        } else if (over.isRaised()) {
            connection.disconnect(LEAVING_LIMIT_MS);
        } else {
            hasDied = die(connection);
        }
    }

    private boolean die(RecordedConnection connection) {
        switch (death.kind()) {
            case Death.CLEAN -> connection.disconnect(LEAVING_LIMIT_MS);
            case Death.DISCONNECT_04 -> connection.disconnectWithWill(LEAVING_LIMIT_MS);
            case Death.CUT -> connection.cut("cut");
            case Death.MUTE -> {
                mute = connection;
                connection.mute();
            }
            default -> {
                return takeOver(connection);
            }
        }
        return true;
    }

    private boolean takeOver(RecordedConnection connection) {
        RecordedConnection second = connect(death.endpoint() + 1);
        if (second == null) {
            connection.disconnect(LEAVING_LIMIT_MS);
            return false;
        }
        if (!connection.waitUntilLost(TAKEOVER_LIMIT_MS)) {
            note("still connected %d s after a takeover".formatted(TAKEOVER_LIMIT_MS / 1_000));
            connection.disconnect(LEAVING_LIMIT_MS);
        }
        second.disconnect(LEAVING_LIMIT_MS);
        return true;
    }

    /** Tries until it should be dead, and once at least. Each connection has a will of its own, so that it can be told apart. */
    private RecordedConnection connect(int place) {
        Endpoint endpoint = workload.config.endpoints().get(place % workload.config.endpoints().size());
        while (!over.isRaised()) {
            RecordedConnection connection =
                    new RecordedConnection(session, workload.recorder, will(), new Watcher.Listener() {});
            try {
                connection.open(endpoint);
                return connection;
            } catch (ConnectionFailed e) {
                note(endpoint + ": " + e.getMessage());
            }
            if (Clock.nowUs() >= dueUs) {
                break;
            }
            over.await(RecordedRole.PAUSE_BETWEEN_ATTEMPTS_MS);
        }
        note(endpoint + ": not connected by the time of its death");
        return null;
    }

    private Will will() {
        int seq = session.state.connections();
        String topic = workload.config.base().topic() + "/" + name;
        return new Will(topic, seq, death.qos(), death.delayS(), payloads.build(seq, dueUs), dueUs);
    }

    /** Not beyond the end of the run, nor that of the connection. */
    private void sleepUntil(long untilUs, RecordedConnection connection) {
        while (Clock.nowUs() < untilUs && (connection == null || !connection.isLost())) {
            long leftMs = (untilUs - Clock.nowUs()) / 1_000 + 1;
            if (over.await(Math.min(leftMs, RecordedRole.PAUSE_BETWEEN_ATTEMPTS_MS))) {
                return;
            }
        }
    }

    private void note(String text) {
        workload.recorder.transientError("%s (%s): %s".formatted(name, death.kind(), text));
    }

    void close() {
        if (mute != null) {
            mute.release();
        }
    }
}
