package main

import (
	"maps"
	"slices"
	"sync"
)

// Lanes are all of a publisher's messages.
type Lanes struct {
	mu sync.Mutex
	of map[byte]*Lane
}

// NewLanes makes one lane for each QoS; Run does their work.
func NewLanes(qoses []byte, window int) *Lanes {
	l := &Lanes{of: map[byte]*Lane{}}
	for _, qos := range qoses {
		l.of[qos] = newLane(qos, window)
	}
	return l
}

// Run starts them.
func (l *Lanes) Run(notes *Notes) {
	for _, lane := range l.all() {
		go func() {
			defer noteCrash(notes)
			lane.Run()
		}()
	}
}

func (l *Lanes) all() []*Lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Values(l.of))
}

// LeaveOutAbove drops what a broker does not offer (MQTT 5), which must not be sent; it returns what was left out.
func (l *Lanes) LeaveOutAbove(maximumQoS int) (out []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for qos := range l.of {
		if int(qos) > maximumQoS {
			out = append(out, qos)
			delete(l.of, qos)
		}
	}
	return out
}

// QoSes is ascending.
func (l *Lanes) QoSes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.of))
}

// Offer takes a message into the lane of its QoS, if that was not left out.
func (l *Lanes) Offer(p *Publication) {
	if lane := l.lane(p.QoS); lane != nil {
		lane.Offer(p)
	}
}

func (l *Lanes) lane(qos byte) *Lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.of[qos]
}

// Attach takes a new connection. The broker's Receive Maximum (MQTT 5) is one for all of them.
func (l *Lanes) Attach(c *Connection) {
	acknowledged := 0
	for _, qos := range l.QoSes() {
		acknowledged += one(qos > 0)
	}
	for _, lane := range l.all() {
		lane.Attach(c, c.SessionPresent, max(1, c.offers.receiveMaximum/max(1, acknowledged)))
	}
}

// Detach gives the connection up.
func (l *Lanes) Detach() {
	for _, lane := range l.all() {
		lane.Detach()
	}
}

// SubscriptionKnown is what the subscriber knows.
func (l *Lanes) SubscriptionKnown(known bool) {
	for _, lane := range l.all() {
		lane.SubscriptionKnown(known)
	}
}

// Settled is told of a message's last answer.
func (l *Lanes) Settled(p *Publication, step string, code byte) { l.lane(p.QoS).Settled(p, step, code) }

// AreSettled says whether nothing is waited for.
func (l *Lanes) AreSettled() bool {
	for _, lane := range l.all() {
		if !lane.IsSettled() {
			return false
		}
	}
	return true
}

// GivenUp is how many QoS 2 messages will never be sent again.
func (l *Lanes) GivenUp() (all int) {
	for _, lane := range l.all() {
		all += lane.GivenUp()
	}
	return all
}
