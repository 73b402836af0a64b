package com.robustmq.chaos.client;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The run: set-up, open loop, drain, goodbye. What it measures stays in the shared state. */
final class Run {
    private static final long LEAD_US = 50_000;
    /** How often a wait looks again. */
    private static final long TICK_MS = 2;
    /** How often START_FILE is looked for. */
    private static final long START_TICK_MS = 20;
    /** How soon a signal is seen between two messages. */
    private static final long NAP_US = 20_000;
    private static final long SHORTEST_QUIET_US = 10_000_000;
    private static final long GOODBYE_MAX_US = 2_000_000;
    /** What the goodbye gets even where the time limit ended the run: a session left behind keeps messages at the broker. */
    private static final long GOODBYE_MIN_US = 200_000;

    private final Library library;
    private final Config config;
    private final State state;
    /** How many SIGTERM and SIGINT came: the first stops the publishing, the second ends the drain. */
    private final AtomicInteger signals;

    private final long startedUs;
    /** Publishing and drain end here at the latest, which leaves time for the report. */
    private final long deadlineUs;

    Run(Library library, Config config, State state, AtomicInteger signals, long startedUs, long deadlineUs) {
        this.library = library;
        this.config = config;
        this.state = state;
        this.signals = signals;
        this.startedUs = startedUs;
        this.deadlineUs = deadlineUs;
    }

    void execute() {
        start(new Subscriber(state, config.topic()));
        if (setUp(s -> s.subscription.grantedEndpoint().isPresent())) {
            start(new Publisher(state));
            if (setUp(s -> s.ready().isPresent()) && announce() && waitForStart()) {
                publish();
                drain();
            }
        }
        close();
        sayGoodbye();
    }

    private void start(Session session) {
        Thread thread = new Thread(new Connection(library, config, state, session), session.role().toString());
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits for {@code isDone}; false where the set-up has failed or was stopped. */
    private boolean setUp(Predicate<State> isDone) {
        long limitUs = Math.min(deadlineUs, startedUs + micros(config.setupLimit()));
        for (; ; Pause.ofMs(TICK_MS)) {
            synchronized (state) {
                if (isDone.test(state)) {
                    return true;
                }
                if (state.loginRefused) {
                    return false;
                }
                if (signals.get() > 0) {
                    return stoppedInSetUp();
                }
                if (Clock.nowUs() >= limitUs) {
                    String missing = state.subscription.grantedEndpoint().isPresent()
                            ? "publisher connected"
                            : "subscriber connected and subscribed at QoS 1";
                    state.journal.fatal("setup_error: expected %s within %d ms, got none"
                            .formatted(missing, (limitUs - startedUs) / 1_000));
                    return false;
                }
            }
        }
    }

    /** Prints the ready line. False if a connection broke since the set-up saw both; then there is no run. */
    private boolean announce() {
        synchronized (state) {
            Optional<State.Ready> ready = state.ready();
            if (ready.isEmpty()) {
                state.journal.fatal("setup_error: expected both connections to stay up until ready, got a lost one");
                return false;
            }
            Report.printReady(ready.get());
            return true;
        }
    }

    /** Waits for START_FILE, and fixes t0. False where it never came, or a signal did. */
    private boolean waitForStart() {
        String path = config.startFile();
        for (; path != null && !Files.exists(Path.of(path)); Pause.ofMs(START_TICK_MS)) {
            synchronized (state) {
                if (signals.get() > 0) {
                    return stoppedInSetUp();
                }
                if (Clock.nowUs() >= deadlineUs) {
                    state.journal.fatal("START_FILE: expected %s before TIME_LIMIT_MS=%d, found none"
                            .formatted(path, config.timeLimit().toMillis()));
                    return false;
                }
            }
        }
        synchronized (state) {
            state.t0Us = Clock.nowUs() + LEAD_US;
        }
        return true;
    }

    private boolean stoppedInSetUp() {
        state.stoppedBySignal = true;
        state.journal.fatal("stopped by a signal during the set-up");
        return false;
    }

    /** The open loop: every message has its time, whatever the broker does. */
    private void publish() {
        int generated = 0;
        for (; generated < config.messageCount(); generated++) {
            long dueUs = state.t0Us + (long) (generated * 1e6 / config.messageRate());
            if (!sleepUntil(dueUs)) {
                break;
            }
            synchronized (state) {
                long queuedUs = Clock.nowUs();
                state.ledger.generated(dueUs, queuedUs);
                state.flushOutbox(queuedUs);
            }
        }
        synchronized (state) {
            state.publishedUs = Clock.nowUs();
            state.stoppedBySignal = generated < config.messageCount() && signals.get() > 0;
        }
    }

    /** False where the publishing is to stop before that time. */
    private boolean sleepUntil(long dueUs) {
        while (true) {
            long nowUs = Clock.nowUs();
            if (signals.get() > 0 || nowUs >= deadlineUs) {
                return false;
            }
            if (nowUs >= dueUs) {
                return true;
            }
            Pause.ofUs(Math.min(NAP_US, dueUs - nowUs));
        }
    }

    /** Until nothing is owed any more, or nothing comes any more, or a limit is reached. */
    private void drain() {
        long drainUs = Clock.nowUs();
        long quietUs = Math.max(SHORTEST_QUIET_US, 2 * micros(config.ackWait()));
        long limitUs = drainUs + micros(config.drainMax());
        for (; ; Pause.ofMs(TICK_MS)) {
            long nowUs = Clock.nowUs();
            synchronized (state) {
                long lastUs = Math.max(drainUs, state.ledger.lastProgressUs());
                if (state.ledger.isSettled() || nowUs >= deadlineUs) {
                    return;
                }
                String reason = null;
                if (signals.get() > 1) {
                    reason = "by a second signal";
                } else if (nowUs >= limitUs) {
                    reason = "by DRAIN_MAX_MS=" + config.drainMax().toMillis();
                } else if (nowUs >= lastUs + quietUs) {
                    reason = "after %d ms without an acknowledgement or a first receipt".formatted(quietUs / 1_000);
                }
                if (reason != null) {
                    state.journal.fatal("drain ended " + reason);
                    return;
                }
            }
        }
    }

    /** Ends the measuring: what arrives from here on is part of no figure. */
    private void close() {
        synchronized (state) {
            state.endUs = Clock.nowUs();
            state.ledger.close();
            state.closing = true;
            if (state.endUs >= deadlineUs) {
                state.journal.fatal(
                        "TIME_LIMIT_MS: ended by the limit of %d ms".formatted(config.timeLimit().toMillis()));
            }
        }
    }

    /** Leaves the broker in order if it answers. */
    private void sayGoodbye() {
        CompletableFuture<Void> goodbye;
        synchronized (state) {
            Stream<CompletableFuture<Void>> subscriber = state.subscription.link().stream()
                    .map(link -> link.unsubscribe(config.topic()).thenCompose(ignored -> link.disconnect()));
            Stream<CompletableFuture<Void>> publisher =
                    state.outbox.link().stream().map(Link::disconnect);
            goodbye = CompletableFuture.allOf(
                    Stream.concat(subscriber, publisher).toArray(CompletableFuture<?>[]::new));
        }
        long leftUs = Math.min(GOODBYE_MAX_US, Math.max(GOODBYE_MIN_US, deadlineUs - Clock.nowUs()));
        try {
            goodbye.get(leftUs, TimeUnit.MICROSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // The broker did not answer; it will find out that the client has gone.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long micros(Duration duration) {
        return TimeUnit.MILLISECONDS.toMicros(duration.toMillis());
    }
}
