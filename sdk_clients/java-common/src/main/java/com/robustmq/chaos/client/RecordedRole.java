package com.robustmq.chaos.client;

import java.util.List;

/** A member of a workload: connects, serves the connection until it is lost, and goes on to the next endpoint. */
abstract class RecordedRole {
    static final long PAUSE_BETWEEN_ATTEMPTS_MS = 200;
    static final long LEAVING_LIMIT_MS = 3_000;
    private static final long MOVING_LIMIT_MS = 1_000;

    final Recorder recorder;
    final ClientSession session;
    private final String name;
    private final List<Endpoint> endpoints;
    final Flag closing = new Flag();
    private int nextEndpoint;
    private Thread thread;
    private volatile boolean isReady;
    private volatile String loginRefused;
    private volatile Endpoint endpoint;
    private volatile Endpoint firstEndpoint;
    private volatile RecordedConnection connection;
    /** The last connection that it ended to go on to another endpoint, as planned. */
    private volatile RecordedConnection left;

    private boolean isMoving;
    private volatile int moves;

    RecordedRole(String name, List<Endpoint> endpoints, Recorder recorder, ClientSession session, int firstEndpoint) {
        this.name = name;
        this.endpoints = endpoints;
        this.recorder = recorder;
        this.session = session;
        this.nextEndpoint = firstEndpoint;
    }

    void start() {
        thread = Threads.start(name, this::run);
    }

    private void run() {
        while (!closing.isRaised()) {
            Endpoint next = endpoints.get(nextEndpoint++ % endpoints.size());
            try {
                attempt(next);
                if (isMoving) {
                    continue;
                }
            } catch (ConnectionFailed e) {
                failed(next, e);
            }
            closing.await(PAUSE_BETWEEN_ATTEMPTS_MS);
        }
    }

    private void attempt(Endpoint next) throws ConnectionFailed {
        RecordedConnection opened = newConnection();
        opened.open(next);
        if (isMoving) {
            moves++;
        }
        endpoint = next;
        connection = opened;
        if (firstEndpoint == null) {
            firstEndpoint = next;
        }
        recorder.connected();
        serve(opened);
        connection = null;
        isMoving = left == opened;
        if (!closing.isRaised() && !isMoving) {
            note("connection lost: " + opened.lostReason());
        }
    }

    private void failed(Endpoint at, ConnectionFailed error) {
        endpoint = at;
        // Fatal during set-up only: a node that restarts may know its users a moment later than its clients.
        if (error.isLoginRefused() && !isReady) {
            loginRefused = "login refused: %s at %s: %s".formatted(name, at, error.getMessage());
            recorder.wake();
        } else {
            note(error.getMessage());
        }
    }

    final void note(String text) {
        recorder.transientError("%s at %s: %s".formatted(name, endpoint, text));
    }

    final void becameReady() {
        isReady = true;
        recorder.wake();
    }

    /** Ends its connection, by DISCONNECT or without one, and goes on to the next endpoint at once. Who has none is on its way already. */
    final void move(boolean byDisconnect) {
        RecordedConnection present = connection;
        if (present == null) {
            return;
        }
        left = present;
        beforeMove(present);
        if (byDisconnect) {
            present.disconnect(MOVING_LIMIT_MS);
        } else {
            present.cut("moved");
        }
    }

    /** Connections that it has because it moved. */
    final int moves() {
        return moves;
    }

    /** Says goodbye to the broker as far as it listens. */
    final void close(long limitMs) {
        closing.raise();
        RecordedConnection open = connection;
        if (open != null) {
            farewell(open, limitMs / 2);
            open.disconnect(limitMs / 2);
        }
    }

    /** True where its thread has ended. */
    final boolean join(long limitMs) {
        return Threads.join(thread, limitMs);
    }

    final String name() {
        return name;
    }

    final boolean isReady() {
        return isReady;
    }

    /** Null unless it is the reason for which it will never be ready. */
    final String loginRefused() {
        return loginRefused;
    }

    final Endpoint endpoint() {
        return endpoint;
    }

    /** Null if it never was connected. */
    final Endpoint firstEndpoint() {
        return firstEndpoint;
    }

    abstract RecordedConnection newConnection();

    /** Returns when the connection is lost. */
    abstract void serve(RecordedConnection opened);

    /** What comes before the end of its connection. */
    void beforeMove(RecordedConnection open) {}

    /** What comes before DISCONNECT. */
    void farewell(RecordedConnection open, long limitMs) {}
}
