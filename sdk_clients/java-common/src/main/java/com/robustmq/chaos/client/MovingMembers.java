package com.robustmq.chaos.client;

/** Some of those who take part move between the endpoints while messages are published; who does is said when they are enlisted. */
abstract class MovingMembers extends TopicsInTurn {
    Moves moves;

    MovingMembers(WorkloadConfig config, Recorder recorder, WireLibrary library) {
        super(config, recorder, library);
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
