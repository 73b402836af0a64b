package com.robustmq.chaos.client;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** One run of any workload, by the steps that CONTRACT.md numbers, up to the farewell. */
final class Engine {
    /** The run ended before anything was published; the message says why. */
    private static final class Stopped extends Exception {
        private static final long serialVersionUID = 1L;

        Stopped(String why) {
            super(why);
        }
    }

    private static final long LEAD_US = 50_000;
    private static final long START_TICK_US = 10_000;
    /** How often a workload is asked whether it is done: of what it waits for, not everything wakes. */
    private static final long TICK_US = 50_000;

    private static final long FAREWELL_LIMIT_US = 2_000_000;

    private final WorkloadConfig config;
    private final Recorder recorder;
    private final Workload workload;
    private final AtomicInteger signals;
    private final long startedUs;
    /** Everything but farewell and ledger ends here at the latest. */
    private final long workUntilUs;
    private final long endUntilUs;

    // For the report, which may be asked for at any time, by any thread.
    volatile int planned;
    volatile long publishedUs;
    volatile long endUs;
    volatile boolean isComplete;
    volatile Endpoint publisherEndpoint;
    volatile Endpoint subscriberEndpoint;

    Engine(WorkloadConfig config, Recorder recorder, Workload workload, AtomicInteger signals, long startedUs, long workUntilUs) {
        this.config = config;
        this.recorder = recorder;
        this.workload = workload;
        this.signals = signals;
        this.startedUs = startedUs;
        this.workUntilUs = workUntilUs;
        this.endUntilUs = (startedUs + config.base().timeLimit().toMillis() * 1_000 + workUntilUs) / 2;
        this.planned = workload.planned();
    }

    void run() {
        try {
            setUp();
            waitForStart();
            publish();
            drain();
        } catch (Stopped e) {
            recorder.error(e.getMessage());
        }
        endUs = recorder.freeze();
        sayGoodbye();
    }

    private void setUp() throws Stopped {
        workload.enlist();
        long deadlineUs = Math.min(startedUs + config.base().setupLimit().toMillis() * 1_000, workUntilUs);
        for (RecordedRole role : workload.roles()) {
            role.start();
            waitFor(role, deadlineUs);
        }
        workload.prepare();
        workload.lanes.start();
        publisherEndpoint = workload.publisher == null ? null : workload.publisher.firstEndpoint();
        subscriberEndpoint = workload.subscriber == null ? null : workload.subscriber.firstEndpoint();
        Map<String, Object> ready = new LinkedHashMap<>();
        ready.put("event", "ready");
        ready.put("publisher", workload.publisher == null ? null : workload.publisher.endpoint().toString());
        ready.put("subscriber", workload.subscriber == null ? null : workload.subscriber.endpoint().toString());
        Report.printLine(ready);
    }

    private void waitFor(RecordedRole role, long deadlineUs) throws Stopped {
        recorder.waitUntil(() -> role.isReady() || role.loginRefused() != null || isSignalled(), deadlineUs);
        heedSignal();
        if (role.loginRefused() != null) {
            throw new Stopped(role.loginRefused());
        }
        if (!role.isReady()) {
            throw new Stopped("setup_error: expected %s connected and subscribed within %d ms, got none"
                    .formatted(role.name(), (deadlineUs - startedUs) / 1_000));
        }
    }

    private void waitForStart() throws Stopped {
        String path = config.base().startFile();
        while (path != null && !Files.exists(Path.of(path))) {
            long nowUs = Clock.nowUs();
            if (nowUs >= workUntilUs) {
                throw new Stopped("START_FILE: expected %s before TIME_LIMIT_MS=%d, found none"
                        .formatted(path, config.base().timeLimit().toMillis()));
            }
            recorder.waitUntil(this::isSignalled, Math.min(nowUs + START_TICK_US, workUntilUs));
            heedSignal();
        }
    }

    private boolean isSignalled() {
        return signals.get() > 0;
    }

    private void heedSignal() throws Stopped {
        if (isSignalled()) {
            planned = 0;
            throw new Stopped("stopped by a signal during the set-up");
        }
    }

    private void publish() {
        long t0Us = Clock.nowUs() + LEAD_US;
        workload.begin(t0Us);
        if (workload.publisher != null) {
            OpenLoop.run(config.base(), t0Us, () -> isSignalled() || Clock.nowUs() >= workUntilUs, workload::generate);
        }
        BooleanSupplier isOver = () -> isSignalled() || workload.hasHappened();
        while (!isOver.getAsBoolean() && Clock.nowUs() < workUntilUs) {
            recorder.waitUntil(this::isSignalled, Math.min(Clock.nowUs() + TICK_US, workUntilUs));
        }
        if (isSignalled()) {
            planned = workload.happened();
        } else if (Clock.nowUs() >= workUntilUs) {
            timeLimitError("publishing, %d of %d generated".formatted(workload.happened(), planned));
        }
        workload.stop();
        publishedUs = Clock.nowUs();
    }

    private void drain() {
        waitForTheRest();
        isComplete = workload.afterDrain(() -> signals.get() > 1 || Clock.nowUs() >= workUntilUs);
    }

    private void waitForTheRest() {
        long quietUs = workload.quietUs() + workload.silenceUs();
        long drainUntilUs = publishedUs + config.base().drainMax().toMillis() * 1_000;
        BooleanSupplier hasArrived = () -> workload.hasArrived(Clock.nowUs() - publishedUs);
        while (!recorder.waitUntil(() -> hasArrived.getAsBoolean() || signals.get() > 1, Clock.nowUs() + TICK_US)) {
            long nowUs = Clock.nowUs();
            if (nowUs >= workUntilUs) {
                timeLimitError("draining");
                return;
            }
            if (nowUs >= drainUntilUs) {
                recorder.error("drain ended by DRAIN_MAX_MS=" + config.base().drainMax().toMillis());
                return;
            }
            if (nowUs >= Math.max(recorder.progressUs(), publishedUs) + quietUs) {
                recorder.error("drain ended after %d ms without an acknowledgement or a first receipt".formatted(quietUs / 1_000));
                return;
            }
        }
        synchronized (recorder) {
            if (!hasArrived.getAsBoolean()) {
                recorder.error("drain ended by a second signal");
            }
        }
    }

    private void timeLimitError(String doing) {
        recorder.error("TIME_LIMIT_MS=%d came while %s".formatted(config.base().timeLimit().toMillis(), doing));
    }

    /** Each takes leave in its turn, with its share of what is left. */
    private void sayGoodbye() {
        List<RecordedRole> leaving = new ArrayList<>();
        if (workload.publisher != null) {
            leaving.add(workload.publisher);
        }
        leaving.addAll(workload.readers());
        long untilUs = Math.min(Clock.nowUs() + FAREWELL_LIMIT_US, endUntilUs);
        for (int i = 0; i < leaving.size(); i++) {
            long leftUs = Math.max(0, untilUs - Clock.nowUs());
            leaving.get(i).close(leftUs / 1_000 / (leaving.size() - i));
        }
        workload.close();
    }
}
