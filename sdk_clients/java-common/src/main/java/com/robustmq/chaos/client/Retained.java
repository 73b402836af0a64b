package com.robustmq.chaos.client;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** A writer that waits for each acknowledgement, and ever new readers; at the end the value is deleted, and read once more. */
final class Retained extends TopicsInTurn {
    /** A reader that got no value waits so long for it: longer than a checker allows a busy host. */
    private static final long STAY_MS = 6_000;
    /** After the deletion no value is to come. What comes all the same comes soon. */
    private static final long STAY_AFTER_DELETION_MS = 2_000;
    /** A cluster may take a second until every node shows a deletion: who reads before that shows nothing. */
    private static final long SPREAD_US = 1_500_000;
    /** Behind a dead endpoint they would pile up. */
    private static final int MAX_READERS = 16;

    private static final int READERS_AFTER_DELETION = 2;
    private static final long LEAVING_LIMIT_MS = 1_000;
    private static final long TICK_MS = 10;

    private final Flag over = new Flag();
    private final List<Thread> reading = new CopyOnWriteArrayList<>();
    private Thread turning;
    private int started;

    Retained(WorkloadConfig config, Recorder recorder, WireLibrary library) {
        super(config, recorder, library);
        // No outbox waits for a subscriber: readers come and go.
        lanes.subscriptionKnown(true);
    }

    @Override
    void enlist() {
        super.enlist();
        subscriber = null;
    }

    @Override
    boolean retains() {
        return true;
    }

    /** Each value, and at last the deletion of each topic. */
    @Override
    int planned() {
        return config.base().messageCount() + config.topics();
    }

    @Override
    Place placeOf(int i, long intendedUs) {
        List<Integer> qoses = lanes.qoses();
        return new Place(topic(i % config.topics()), qoses.get(i % qoses.size()));
    }

    @Override
    void begin(long dueUs) {
        super.begin(dueUs);
        turning = Threads.start("readers", this::turnOverReaders);
    }

    private void turnOverReaders() {
        while (!over.await(config.readerIntervalMs())) {
            reading.removeIf(reader -> !reader.isAlive());
            if (reading.size() < MAX_READERS) {
                startReader(STAY_MS);
            }
        }
    }

    private void startReader(long stayMs) {
        List<Integer> places = config.readerEndpoints();
        Endpoint endpoint = config.endpoints().get(places.get(started % places.size()));
        started++;
        String name = "reader-" + started;
        reading.add(Threads.start(name, () -> read(name, endpoint, stayMs)));
    }

    /** Until there is a retained value of every topic, or the time is over. */
    private void read(String name, Endpoint endpoint, long stayMs) {
        Set<String> missing = ConcurrentHashMap.newKeySet();
        for (int number = 0; number < config.topics(); number++) {
            missing.add(topic(number));
        }
        Flag complete = new Flag();
        Watcher.Listener listener = new Watcher.Listener() {
            @Override
            public void received(Tally.Identity identity, boolean retain) {
                if (retain && missing.remove(identity.topic()) && missing.isEmpty()) {
                    complete.raise();
                }
            }
        };
        RecordedConnection reader = new RecordedConnection(session(name, true, 0), recorder, null, listener);
        try {
            reader.open(endpoint);
        } catch (ConnectionFailed e) {
            recorder.transientError("reader at %s: %s".formatted(endpoint, e.getMessage()));
            return;
        }
        Integer code = reader.subscribe(config.base().topic() + "/+", highestQos(), RecordedSubscriber.SUBACK_LIMIT_MS);
        if (code != null && !RecordedConnection.isRefused(code)) {
            complete.await(stayMs);
        }
        reader.disconnect(LEAVING_LIMIT_MS);
    }

    @Override
    int happened() {
        return super.happened() + config.topics();
    }

    @Override
    void stop() {
        List<Integer> qoses = lanes.qoses();
        for (int number = 0; number < config.topics(); number++) {
            offer(topic(number), qoses.get(qoses.size() - 1), Clock.nowUs(), true);
        }
    }

    @Override
    boolean hasArrived(long sincePublishedUs) {
        return lanes.areSettled();
    }

    @Override
    boolean afterDrain(BooleanSupplier mustEnd) {
        boolean done = super.afterDrain(mustEnd);
        over.raise();
        Threads.join(turning, LEAVING_LIMIT_MS);
        long spreadUs = Clock.nowUs() + SPREAD_US;
        while (done && Clock.nowUs() < spreadUs && !mustEnd.getAsBoolean()) {
            Pause.ofMs(TICK_MS);
        }
        for (int i = 0; done && i < READERS_AFTER_DELETION * config.readerEndpoints().size(); i++) {
            startReader(STAY_AFTER_DELETION_MS);
        }
        for (Thread reader : reading) {
            while (!Threads.join(reader, TICK_MS) && !mustEnd.getAsBoolean()) {}
        }
        return done;
    }

    @Override
    int plannedConnections() {
        return 1;
    }
}
