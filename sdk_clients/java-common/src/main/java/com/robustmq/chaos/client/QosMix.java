package com.robustmq.chaos.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** QoS 0, 1 and 2 side by side: one topic and one window for each. */
final class QosMix extends Workload {
    QosMix(WorkloadConfig config, Recorder recorder, WireLibrary library) {
        super(config, recorder, library);
    }

    @Override
    Map<String, Integer> filters() {
        Map<String, Integer> filters = new LinkedHashMap<>();
        config.qos().forEach(qos -> filters.put(topic(qos), qos));
        return filters;
    }

    @Override
    Place placeOf(int i, long intendedUs) {
        List<Integer> qoses = lanes.qoses();
        int qos = qoses.get(i % qoses.size());
        return new Place(topic(qos), qos);
    }

    private String topic(int qos) {
        return config.base().topic() + "/q" + qos;
    }
}
