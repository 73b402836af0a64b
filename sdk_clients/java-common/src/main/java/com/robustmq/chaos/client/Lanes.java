package com.robustmq.chaos.client;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The publisher's lanes, by QoS. */
final class Lanes {
    private final SortedMap<Integer, Lane> laneOf = new TreeMap<>();

    Lanes(Recorder recorder, List<Integer> qoses, int window) {
        qoses.forEach(qos -> laneOf.put(qos, new Lane(recorder, qos, window)));
    }

    void start() {
        laneOf.values().forEach(lane -> Threads.start("lane " + lane.qos(), lane));
    }

    /** What a broker does not offer (MQTT 5) must not be sent; what was left out. */
    List<Integer> leaveOutAbove(int maximumQos) {
        List<Integer> out = laneOf.keySet().stream().filter(qos -> qos > maximumQos).toList();
        out.forEach(laneOf::remove);
        return out;
    }

    /** Ascending. */
    List<Integer> qoses() {
        return List.copyOf(laneOf.keySet());
    }

    void offer(Publication message) {
        laneOf.get(message.qos).offer(message);
    }

    void attach(RecordedConnection connection) {
        // MQTT 5: the broker's limit is one for all of them.
        long sharers = Math.max(1, laneOf.keySet().stream().filter(qos -> qos > 0).count());
        int share = (int) Math.max(1, connection.receiveMaximum() / sharers);
        laneOf.values().forEach(lane -> lane.attach(connection, share));
    }

    void detach(RecordedConnection connection) {
        laneOf.values().forEach(lane -> lane.detach(connection));
    }

    void subscriptionKnown(boolean known) {
        laneOf.values().forEach(lane -> lane.subscriptionKnown(known));
    }

    void settled(Publication message, String step, int code) {
        laneOf.get(message.qos).settled(message, step, code);
    }

    boolean areSettled() {
        return laneOf.values().stream().allMatch(Lane::isSettled);
    }

    int givenUp() {
        return laneOf.values().stream().mapToInt(Lane::givenUp).sum();
    }
}
