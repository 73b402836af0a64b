package com.robustmq.chaos.client;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A shared subscription: each message goes to one of its members. The last one goes from endpoint to endpoint. */
final class SharedGroup extends MovingMembers {
    private final List<RecordedRole> members = new ArrayList<>();
    private final Set<RecordedRole> subscribed = new HashSet<>();
    SharedGroup(WorkloadConfig config, Recorder recorder, WireLibrary library) {
        super(config, recorder, library);
    }

    @Override
    void enlist() {
        super.enlist();
        // The first one is the subscriber, which the ready line names.
        subscriber = member("sub", 1);
        members.add(subscriber);
        for (int number = 2; number <= config.members(); number++) {
            members.add(member("sub-" + number, number));
        }
        // One of two or more: a single one would move to where nobody is.
        moves = new Moves(config, members.subList(Math.max(1, members.size() - 1), members.size()));
    }

    private SharedMember member(String role, int firstEndpoint) {
        return new SharedMember(config, recorder, subscriberSession(role), filters(), firstEndpoint, this::subscriptionKnown);
    }

    /** As long as one of them is subscribed, what is published is for somebody. */
    private synchronized void subscriptionKnown(RecordedSubscriber by, boolean isThere) {
        if (isThere) {
            subscribed.add(by);
        } else {
            subscribed.remove(by);
        }
        lanes.subscriptionKnown(!subscribed.isEmpty());
    }

    @Override
    Map<String, Integer> filters() {
        return Map.of("$share/members/" + config.base().topic() + "/+", highestQos());
    }

    @Override
    List<RecordedRole> readers() {
        return members;
    }
}
