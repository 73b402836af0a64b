package com.robustmq.chaos.client;

import java.util.List;

/** Publisher and subscriber move between the endpoints, in turn, while messages are published. */
final class Failover extends MovingMembers {
    Failover(WorkloadConfig config, Recorder recorder, WireLibrary library) {
        super(config, recorder, library);
    }

    @Override
    void enlist() {
        super.enlist();
        moves = new Moves(config, List.of(publisher, subscriber));
    }
}
