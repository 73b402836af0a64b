package com.robustmq.chaos.client;

import java.nio.file.Files;
import java.nio.file.Path;

/** A persistent subscriber leaves and comes back on another endpoint, while messages are published and new topics appear. */
final class Sessions extends TopicsInTurn {
    private static final long TICK_MS = 10;
    private static final int MAX_TOPICS = 1_000;

    private final Flag over = new Flag();
    private Thread absence;

    Sessions(WorkloadConfig config, Recorder recorder, WireLibrary library) {
        super(config, recorder, library);
    }

    @Override
    int topics(long intendedUs) {
        long appeared = (intendedUs - t0Us) / (config.newTopicEveryMs() * 1_000L);
        return (int) Math.min(MAX_TOPICS, config.topics() + appeared);
    }

    @Override
    void begin(long dueUs) {
        super.begin(dueUs);
        absence = Threads.start("absence", this::goAndComeBack);
    }

    private void goAndComeBack() {
        if (!waitFor(config.offlineFile(), config.offlineAtMs())) {
            recorder.error("sessions: publishing was over before the subscriber was to leave");
            return;
        }
        RecordedSubscriber present = subscriber;
        int left = config.endpoints().indexOf(present.endpoint());
        present.leave(RecordedRole.LEAVING_LIMIT_MS);
        // It may have been just connecting, and two of one id would throw each other out.
        present.join(RecordedConnection.CONNECT_LIMIT_MS + RecordedRole.LEAVING_LIMIT_MS);
        if (!waitFor(config.resumeFile(), config.resumeAtMs())) {
            recorder.error("sessions: publishing was over before the subscriber was to come back, so it came then");
        }
        Integer place = config.resumeEndpoint();
        RecordedSubscriber again = present.returned(place == null ? left + 1 : place);
        again.start();
        subscriber = again;
    }

    /** For the file, if there is to be one, else for the time; false where publishing is over before. */
    private boolean waitFor(String path, int atMs) {
        while (path != null ? !Files.exists(Path.of(path)) : Clock.nowUs() < t0Us + atMs * 1_000L) {
            if (over.await(TICK_MS)) {
                return false;
            }
        }
        return true;
    }

    @Override
    void stop() {
        over.raise();
    }

    @Override
    boolean hasArrived(long sincePublishedUs) {
        return !absence.isAlive() && super.hasArrived(sincePublishedUs);
    }

    @Override
    int plannedConnections() {
        return 3;
    }
}
