package main

import (
	"runtime/debug"
	"sync/atomic"
	"time"
)

const (
	// What came while its receiver was not subscribed may be gone. It is waited for like QoS 0.
	missedArrivesWithinUs = qos0ArrivesWithinUs
	awaitedTickUs         = workloadTickUs
	crowdGarbagePercent   = 25
)

// crowd: thousands of clients, each subscribed to its own topic, which its neighbour publishes to. What a broker does to all of them
// at once is what counts: they are thrown out together, and come back together.
var crowd = workloadSpec{
	// A clean session that was away rightly gets nothing.
	name: "crowd", defaultQoS: "1", defaultInFlight: 1, isCrowd: true,
	begin: func(c common) workload {
		// Memory counts here: as it is, the collector lets the heap grow by as much as all stacks have.
		debug.SetGCPercent(crowdGarbagePercent)
		w := &crowdRun{common: c, clientOf: map[string]*crowdClient{}}
		for n := range c.config.Connections {
			client := newCrowdClient(w, n)
			w.clients, w.clientOf[client.topic] = append(w.clients, client), client
			w.all = append(w.all, client.Role)
		}
		// The lanes are the clients' own. That of the publisher says whether anything may be published.
		w.lanes = NewLanes([]byte{1}, 1)
		w.publisher, w.offered = w.all[0], func() offers { return *w.latest.Load() }
		return w
	},
}

type crowdRun struct {
	common
	clients  []*crowdClient
	clientOf map[string]*crowdClient // by its topic
	all      []*Role
	latest   atomic.Pointer[offers]

	there, connectedOnce atomic.Int64

	lookedUs  int64
	hasMissed bool
}

func (w *crowdRun) roles() (publisher, subscriber *Role) {
	if len(w.all) > 1 {
		subscriber = w.all[1]
	}
	return w.publisher, subscriber
}

func (w *crowdRun) teams(*Role, *Role) [][]*Role { return [][]*Role{w.all} }

func (w *crowdRun) generate(i int, intendedUs int64) {
	n := i % len(w.clients)
	w.clients[n].offer(w.clients[(n+1)%len(w.clients)].topic, intendedUs)
}

// hasArrived does not look at each client: it is asked often, and they are thousands.
func (w *crowdRun) hasArrived(sincePublishedUs int64) bool {
	var acked, awaited int
	w.recorder.Counted(func(t *Tally) { acked, awaited = len(t.Acked), len(t.Awaited) })
	if acked < w.happened() || w.publishes() && int(w.there.Load()) < len(w.clients) {
		return false
	}
	if awaited > 0 && sincePublishedUs >= missedArrivesWithinUs && nowUs() >= w.lookedUs+awaitedTickUs {
		w.lookedUs, w.hasMissed = nowUs(), w.allMissed()
	}
	return awaited == 0 || w.hasMissed
}

// allMissed: whatever is waited for was due before its receiver subscribed for the last time. A subscription with QoS 0 may miss anything.
func (w *crowdRun) allMissed() bool {
	missed := true
	if w.config.SubscribeQoS == 0 {
		return missed
	}
	w.recorder.Counted(func(t *Tally) {
		for id := range t.Awaited {
			missed = missed && t.Sent[id] < w.clientOf[id.Topic].subscribedUs.Load()
		}
	})
	return missed
}

func (w *crowdRun) afterDrain(func() bool) bool {
	if away := len(w.clients) - int(w.there.Load()); away > 0 {
		w.recorder.Errors.Add("%d of %d clients were not there at the end", away, len(w.clients))
	}
	acked := 0
	w.recorder.Counted(func(t *Tally) { acked = len(t.Acked) })
	return acked >= w.happened() && w.publishes()
}

func (w *crowdRun) plannedConnections() int { return int(w.connectedOnce.Load()) }

// backoff is the pause number waits, from 0, after the last time that a client was there: random is from 0 to 1.
func backoff(first time.Duration, waits int, random float64) time.Duration {
	return time.Duration(float64(first<<min(waits, maxDoublings)) * (0.5 + random))
}

const maxDoublings = 4 // 16 times
