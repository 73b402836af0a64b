package main

import "fmt"

// qos-mix: QoS 0, 1 and 2 side by side, one topic and one window for each.
var qosMix = workloadSpec{
	name: "qos-mix", defaultQoS: "0,1,2", defaultInFlight: 20, isForAll: true, measuresLatency: true,
	begin: func(c common) workload {
		w := &qosMixRun{common: c}
		w.withPublisher()
		var filters []subscription
		for _, qos := range c.config.QoS {
			filters = append(filters, subscription{w.topic(qos), qos})
		}
		w.subscriber = w.newSubscriber("sub", c.config.SubscriberSession == clean, filters...)
		return w
	},
}

type qosMixRun struct {
	common
	subscriber *recordedSubscriber
}

func (w *qosMixRun) roles() (publisher, subscriber *Role) { return w.publisher, w.subscriber.Role }

func (w *qosMixRun) generate(i int, intendedUs int64) {
	qos, _ := w.turn(i)
	w.offer(w.topic(qos), qos, intendedUs, false)
}

func (w *qosMixRun) topic(qos byte) string { return fmt.Sprintf("%s/q%d", w.config.Topic, qos) }
