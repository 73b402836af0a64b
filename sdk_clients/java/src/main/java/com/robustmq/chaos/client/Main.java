package com.robustmq.chaos.client;

/** The client with HiveMQ's library. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        Program.run(new Hivemq(), arguments);
    }
}
