package com.robustmq.chaos.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The publisher's messages of one QoS, with a window of their own, so that no QoS waits for another one. What is in flight when a
 * connection ends is the session's: the library sends it again on the next one. Where the session is gone, QoS 1 is handed over
 * again, and QoS 2 never, once it was sent: it may have arrived.
 */
final class Lane implements Runnable {
    private static final long AGAIN_AFTER_REFUSAL_MS = 200;
    private static final long AGAIN_IF_FULL_MS = 10;

    private final Recorder recorder;
    private final int qos;
    private final int window;
    private final Deque<Publication> waiting = new ArrayDeque<>();
    private final Set<Publication> inFlight = new HashSet<>();
    /** Refused, and to be handed over again after a pause. */
    private final Set<Publication> pausing = new HashSet<>();
    private RecordedConnection connection;
    private int room;
    private boolean isSubscriptionKnown;
    private int givenUp;
    private volatile boolean isSettled = true;

    Lane(Recorder recorder, int qos, int window) {
        this.recorder = recorder;
        this.qos = qos;
        this.window = window;
    }

    int qos() {
        return qos;
    }

    synchronized void offer(Publication message) {
        waiting.add(message);
        changed();
    }

    /** {@code share}: how much of the broker's Receive Maximum is this lane's. */
    synchronized void attach(RecordedConnection next, int share) {
        if (!next.isSessionPresent()) {
            inFlight.stream().filter(message -> qos == 2 && message.wasSent).forEach(message -> givenUp++);
            inFlight.stream()
                    .filter(message -> qos == 1 || !message.wasSent)
                    .sorted((one, other) -> Long.compare(other.intendedUs, one.intendedUs))
                    .forEach(waiting::addFirst);
            inFlight.clear();
        }
        connection = next;
        room = Math.min(window, share);
        changed();
    }

    /** Nothing more is handed to it; unless there is another one by now. */
    synchronized void detach(RecordedConnection ended) {
        if (connection == ended) {
            connection = null;
        }
    }

    /** While it is known that nobody is subscribed, a broker acknowledges and rightly drops what is published. */
    synchronized void subscriptionKnown(boolean known) {
        isSubscriptionKnown = known;
        changed();
    }

    /** By its own thread, for as long as the process lives. */
    @Override
    public void run() {
        while (!Thread.currentThread().isInterrupted()) {
            handOverNext();
        }
    }

    private synchronized void handOverNext() {
        if (waiting.isEmpty() || connection == null || !isSubscriptionKnown || inFlight.size() >= room) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return;
        }
        Publication message = waiting.poll();
        if (qos > 0) {
            inFlight.add(message);
        }
        // Under the lock, so that detach() waits: what is published on a connection that has ended would be in no session.
        RecordedConnection used = connection;
        used.publish(message).whenComplete((ignored, error) -> {
            if (error != null && Errors.root(error) instanceof WireClient.NotTaken reason) {
                notTaken(message, used, reason.isConnectionGone);
            }
        });
        changed();
    }

    private synchronized void notTaken(Publication message, RecordedConnection used, boolean isGone) {
        if (!inFlight.remove(message) && qos > 0) {
            return;
        }
        if (isGone) {
            // Nobody knew yet that it has ended: the next one gets the message.
            waiting.addFirst(message);
            detach(used);
        } else {
            pause(message, AGAIN_IF_FULL_MS);
        }
        changed();
    }

    private void pause(Publication message, long ms) {
        pausing.add(message);
        CompletableFuture.delayedExecutor(ms, TimeUnit.MILLISECONDS).execute(() -> again(message));
    }

    void settled(Publication message, String step, int code) {
        synchronized (this) {
            if (!inFlight.remove(message)) {
                return;
            }
            if (RecordedConnection.isRefused(code) && !step.equals("pubcomp")) {
                pause(message, AGAIN_AFTER_REFUSAL_MS);
            }
            changed();
        }
        recorder.wake();
    }

    private synchronized void again(Publication message) {
        pausing.remove(message);
        waiting.add(message);
        changed();
    }

    private void changed() {
        isSettled = waiting.isEmpty() && inFlight.isEmpty() && pausing.isEmpty();
        notifyAll();
    }

    /** Without the lock: it is asked under the recorder's. */
    boolean isSettled() {
        return isSettled;
    }

    synchronized int givenUp() {
        return givenUp;
    }
}
