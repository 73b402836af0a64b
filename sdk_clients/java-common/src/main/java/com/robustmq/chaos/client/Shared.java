package com.robustmq.chaos.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A shared subscription: each message goes to one of its members, of which the last one moves. */
final class Shared extends TopicsInTurn {
    /** A broker need not have shared subscriptions: a member that was refused for so long is ready all the same. */
    private static final long REFUSED_FOR_US = 3_000_000;

    private final List<RecordedRole> members = new ArrayList<>();
    private Moves moves;

    Shared(WorkloadConfig config, Recorder recorder, Library library) {
        super(config, recorder, library);
    }

    @Override
    void enlist() {
        super.enlist();
        // The first one is the subscriber, which the ready line names.
        subscriber = member("sub", 1, REFUSED_FOR_US);
        members.add(subscriber);
        for (int number = 2; number <= config.members(); number++) {
            members.add(member("sub-" + number, number, REFUSED_FOR_US));
        }
        moves = new Moves(config, List.of(members.get(members.size() - 1)));
    }

    @Override
    Map<String, Integer> filters() {
        return Map.of("$share/members/" + config.base().topic() + "/+", highestQos());
    }

    @Override
    List<RecordedRole> readers() {
        return members;
    }

    @Override
    void begin(long dueUs) {
        super.begin(dueUs);
        if (members.size() > 1) {
            moves.begin(dueUs);
        }
    }

    @Override
    void stop() {
        moves.stop();
    }

    @Override
    int plannedConnections() {
        return super.plannedConnections() + moves.made();
    }
}
