package com.robustmq.chaos.client;

/** Lends its connections to the lanes. It has a session: QoS 2 keeps its promise only across connections that have one. */
final class RecordedPublisher extends RecordedRole {
    private final Lanes lanes;
    private volatile int maximumQos = 2;

    RecordedPublisher(WorkloadConfig config, Recorder recorder, ClientSession session, Lanes lanes) {
        super("publisher", config.endpoints(), recorder, session, 0);
        this.lanes = lanes;
    }

    int maximumQos() {
        return maximumQos;
    }

    @Override
    RecordedConnection newConnection() {
        return new RecordedConnection(session, recorder, null, new Watcher.Listener() {
            @Override
            public void settled(Publication message, String step, int code) {
                lanes.settled(message, step, code);
            }
        });
    }

    @Override
    void serve(RecordedConnection opened) {
        maximumQos = opened.maximumQos();
        lanes.attach(opened);
        becameReady();
        opened.waitUntilLost();
        lanes.detach(opened);
    }

    /** What is handed over behind a DISCONNECT is sent only by the next connection. */
    @Override
    void beforeMove(RecordedConnection open) {
        lanes.detach(open);
    }
}
