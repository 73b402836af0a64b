package com.robustmq.chaos.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Clients with a will die as it is planned, and a watcher is subscribed to their wills. */
final class Wills extends Workload {
    /** The end of a mute client is noticed after one and a half keep-alives. */
    private static final double MUTE_FACTOR = 1.5;

    private final Flag over = new Flag();
    private final List<Mortal> mortals = new ArrayList<>();

    Wills(WorkloadConfig config, Recorder recorder, WireLibrary library) {
        super(config, recorder, library);
    }

    @Override
    void enlist() {
        subscriber = new RecordedSubscriber(
                config,
                recorder,
                session("watch", false, config.sessionExpiryS()),
                filters(),
                1,
                (by, isThere) -> lanes.subscriptionKnown(isThere));
        for (Death death : config.deaths()) {
            mortals.add(new Mortal(this, mortals.size(), death, over));
        }
    }

    @Override
    Map<String, Integer> filters() {
        int highest = config.deaths().stream().mapToInt(Death::qos).max().orElse(0);
        return Map.of(config.base().topic() + "/+", highest);
    }

    @Override
    Place placeOf(int i, long intendedUs) {
        throw new IllegalStateException("nothing is published");
    }

    /** Each connection has a will, and a takeover has two connections. */
    @Override
    int planned() {
        long takeovers = config.deaths().stream().filter(death -> death.kind().equals(Death.TAKEOVER)).count();
        return config.deaths().size() + (int) takeovers;
    }

    @Override
    long silenceUs() {
        int longestDelayS = config.deaths().stream().mapToInt(Death::delayS).max().orElse(0);
        return (long) ((MUTE_FACTOR * config.keepAliveS() + longestDelayS) * 1e6);
    }

    @Override
    void begin(long dueUs) {
        super.begin(dueUs);
        mortals.forEach(mortal -> mortal.start(dueUs));
    }

    @Override
    int happened() {
        synchronized (recorder) {
            return recorder.tally.sent.size();
        }
    }

    @Override
    boolean hasHappened() {
        return mortals.stream().noneMatch(Mortal::isAlive);
    }

    @Override
    void stop() {
        over.raise();
    }

    @Override
    boolean hasArrived(long sincePublishedUs) {
        return sincePublishedUs >= silenceUs() + quietUs();
    }

    @Override
    boolean afterDrain(BooleanSupplier mustEnd) {
        return mortals.stream().allMatch(Mortal::hasDied);
    }

    @Override
    int plannedConnections() {
        return 1;
    }

    @Override
    void close() {
        mortals.forEach(Mortal::close);
    }
}
