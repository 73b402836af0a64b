package com.robustmq.chaos.client;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import sun.misc.Signal;

/**
 * An SDK client of the chaos test: publishes and subscribes through the HiveMQ client, and reports what became of each
 * message. {@code sdk_clients/CONTRACT.md} says what it does; this class only wires.
 */
public final class Main {
    private static final int EXIT_UNUSABLE_INPUT = 2;
    /** Kept back from TIME_LIMIT_MS for goodbye, ledger and result line. */
    private static final Duration REPORT_RESERVE = Duration.ofSeconds(2);
    private static final int RESERVE_SHARE = 4;

    private Main() {}

    /** The only argument there is, is the build's. */
    public static void main(String[] arguments) throws Exception {
        AtomicInteger signals = countSignals();
        boolean isExercise = arguments.length > 0 && arguments[0].equals("--class-data-exercise");
        System.exit(isExercise ? ClassDataExercise.run() : run(System::getenv, signals));
    }

    /** Runs one client with the given environment, and returns its exit status. */
    static int run(UnaryOperator<String> environment, AtomicInteger signals) {
        // Without the virtual machine's own start, about 0.1 s: it tells the time of that to a second only.
        long startedUs = Clock.nowUs();
        Config config;
        try {
            config = Config.parse(environment, ProcessHandle.current().pid() + "-" + startedUs);
        } catch (ConfigException e) {
            Report.printLine(ResultLine.ofErrors(e.problems()));
            return EXIT_UNUSABLE_INPUT;
        }
        State state = new State(config);
        Report report = new Report(config, state, startedUs);
        report.guardTimeLimit();
        long limitMs = config.timeLimit().toMillis();
        long reserveMs = Math.min(REPORT_RESERVE.toMillis(), limitMs / RESERVE_SHARE);
        long deadlineUs = startedUs + (limitMs - reserveMs) * 1_000;
        try {
            new Run(config, state, signals, startedUs, deadlineUs).execute();
        } catch (RuntimeException | Error e) {
            synchronized (state) {
                state.journal.fatal("internal error: " + Errors.text(e));
            }
        }
        return report.finish();
    }

    /** Replaces the virtual machine's own answer to SIGTERM and SIGINT, which would end the process without a report. */
    private static AtomicInteger countSignals() {
        AtomicInteger signals = new AtomicInteger();
        for (String name : new String[] {"TERM", "INT"}) {
            Signal.handle(new Signal(name), signal -> signals.incrementAndGet());
        }
        return signals;
    }
}
