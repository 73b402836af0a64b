package com.robustmq.chaos.client;

import java.util.List;

/** Publisher and subscriber move between the endpoints, in turn, while messages are published. */
final class Failover extends TopicsInTurn {
    private Moves moves;

    Failover(WorkloadConfig config, Recorder recorder, WireLibrary library) {
        super(config, recorder, library);
    }

    @Override
    void enlist() {
        super.enlist();
        moves = new Moves(config, List.of(publisher, subscriber));
    }

    @Override
    void begin(long dueUs) {
        super.begin(dueUs);
        moves.begin(dueUs);
    }

    @Override
    void stop() {
        moves.end();
    }

    @Override
    int plannedConnections() {
        return super.plannedConnections() + moves.made();
    }
}
