package com.robustmq.chaos.client;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A workload with a fixed number of topics, which take turns, and one subscription to all of them. */
abstract class TopicsInTurn extends Workload {
    TopicsInTurn(WorkloadConfig config, Recorder recorder, WireLibrary library) {
        super(config, recorder, library);
    }

    @Override
    Map<String, Integer> filters() {
        // By a wildcard, so that a session must take up topics that appear while it is away.
        return Map.of(config.base().topic() + "/+", highestQos());
    }

    final int highestQos() {
        return config.qos().isEmpty() ? 1 : Collections.max(config.qos());
    }

    @Override
    Place placeOf(int i, long intendedUs) {
        List<Integer> qoses = lanes.qoses();
        return new Place(topic(i / qoses.size() % topics(intendedUs)), qoses.get(i % qoses.size()));
    }

    final String topic(int number) {
        return config.base().topic() + "/" + number;
    }

    /** How many there are by then. */
    int topics(long intendedUs) {
        return config.topics();
    }
}
