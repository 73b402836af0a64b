package com.robustmq.chaos.client;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * An SDK client of the chaos test: publishes and subscribes through a library, and reports what became of each message.
 * {@code sdk_clients/CONTRACT.md} says what it does; this class only wires.
 */
final class Program {
    private Program() {}

    /** The only argument there is, is the workload, where it is not the basic one, or the build's. */
    static void run(WireLibrary library, String[] arguments) throws Exception {
        AtomicInteger signals = countSignals();
        String word = arguments.length > 0 ? arguments[0] : "";
        Optional<WorkloadKind> workload = WorkloadKind.named(word);
        if (workload.isPresent()) {
            System.exit(WorkloadClient.run(library, workload.get(), System::getenv, signals));
        }
        boolean isExercise = word.equals("--class-data-exercise");
        System.exit(isExercise ? ClassDataExercise.run(library) : Client.run(library, System::getenv, signals));
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
