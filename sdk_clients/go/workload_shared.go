package main

import (
	"fmt"
	"slices"
	"sync"
)

// shared: the members of one shared subscription, each at another endpoint. The last one moves.
var shared = workloadSpec{
	// A broker need not have shared subscriptions: what nobody got is not called lost.
	name: "shared", defaultQoS: "1", defaultInFlight: 20, moveEveryMs: 5000, moves: moveCut,
	begin: func(c common) workload {
		w := &sharedRun{common: c, subscribed: make([]bool, c.config.Members)}
		w.mover = newMover(&w.common)
		w.withPublisher()
		filters := []subscription{{sharedPrefix + "members/" + c.config.Topic + "/+", highest(c.config.QoS, 0)}}
		for k := range c.config.Members {
			w.members = append(w.members, w.newMember(k, filters))
		}
		return w
	},
}

type sharedRun struct {
	common
	mover   *mover
	members []*Role

	mu         sync.Mutex
	subscribed []bool
}

func (w *sharedRun) newMember(k int, filters []subscription) *Role {
	name := "sub"
	if k > 0 {
		name = fmt.Sprintf("sub-%d", k+1)
	}
	session := w.newSession(name, w.config.SubscriberSession == clean)
	known := func(is bool) { w.known(k, is) }
	// The first one is where the subscriber of the other workloads is.
	member := newRecordedSubscriber(w.config, w.recorder, session, filters, known, k+1, false)
	member.mayBeRefused = true
	return member.Role
}

// known: messages reach somebody as long as one member is subscribed.
func (w *sharedRun) known(k int, is bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.subscribed[k] = is
	w.lanes.SubscriptionKnown(slices.Contains(w.subscribed, true))
}

func (w *sharedRun) roles() (publisher, subscriber *Role) { return w.publisher, w.members[0] }

func (w *sharedRun) teams(publisher, _ *Role) [][]*Role { return [][]*Role{w.members, {publisher}} }

func (w *sharedRun) generate(i int, intendedUs int64) {
	qos, round := w.turn(i)
	w.offer(fmt.Sprintf("%s/%d", w.config.Topic, round%w.config.Topics), qos, intendedUs, false)
}

func (w *sharedRun) started() {
	if last := len(w.members) - 1; last > 0 {
		go w.mover.run(w.members[last])
	}
}

func (w *sharedRun) stop() { w.mover.stop() }

func (w *sharedRun) plannedConnections() int { return 1 + len(w.members) + int(w.mover.made.Load()) }
