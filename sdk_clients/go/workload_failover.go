package main

import "fmt"

// failover: publisher and subscriber move between the endpoints in turn, with their sessions, while messages are published.
var failover = workloadSpec{
	name: "failover", defaultQoS: "1,2", defaultInFlight: 20, isForAll: true,
	begin: func(c common) workload {
		w := &failoverRun{common: c}
		w.mover = newMover(&w.common)
		w.withPublisher()
		filter := subscription{c.config.Topic + "/+", highest(c.config.QoS, 0)}
		w.subscriber = w.newSubscriber("sub", c.config.SubscriberSession == clean, filter)
		return w
	},
}

type failoverRun struct {
	common
	mover      *mover
	subscriber *recordedSubscriber
}

func (w *failoverRun) roles() (publisher, subscriber *Role) { return w.publisher, w.subscriber.Role }

func (w *failoverRun) generate(i int, intendedUs int64) {
	qos, round := w.turn(i)
	w.offer(fmt.Sprintf("%s/%d", w.config.Topic, round%w.config.Topics), qos, intendedUs, false)
}

func (w *failoverRun) started() { go w.mover.run(w.publisher, w.subscriber.Role) }

func (w *failoverRun) stop() { w.mover.stop() }

func (w *failoverRun) plannedConnections() int { return 2 + int(w.mover.made.Load()) }
