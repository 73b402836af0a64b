package main

import (
	"slices"
	"sync"
	"time"
)

// publicationTaker is all that a lane wants of a connection.
type publicationTaker interface {
	Hand(p *Publication) (taken bool)
}

// Lane is the publisher's messages of one QoS, with a window of its own, so that no QoS waits for another one. What is in flight when
// a connection ends is the session's: the library sends it again on the next one. Where the session is gone, QoS 1 is handed over
// again, and QoS 2 never: it may have arrived.
type Lane struct {
	qos    byte
	window int

	// Held during each hand-over, and while the connection changes: what is published on one that has ended would be in no session.
	handing sync.Mutex

	// changed has something in it where it may be that there is something to hand over.
	changed chan struct{}

	mu                sync.Mutex
	unsettled         map[*Publication]int // in the order in which they came
	offered           int
	waiting           []*Publication // of those, not handed over
	connection        publicationTaker
	limit             int
	subscriptionKnown bool
	givenUp           int
}

func newLane(qos byte, window int) *Lane {
	return &Lane{qos: qos, window: window, limit: window, unsettled: map[*Publication]int{}, changed: make(chan struct{}, 1)}
}

func (l *Lane) change(how func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	how()
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// Offer takes a message in.
func (l *Lane) Offer(p *Publication) {
	l.change(func() {
		l.offered++
		l.unsettled[p] = l.offered
		l.waiting = append(l.waiting, p)
	})
}

// Attach takes a new connection, on which the broker takes so many messages of this lane before it has acknowledged one.
func (l *Lane) Attach(c publicationTaker, sessionPresent bool, receiveMaximum int) {
	l.handing.Lock()
	defer l.handing.Unlock()
	l.change(func() {
		if !sessionPresent {
			l.sessionLost()
		}
		l.connection, l.limit = c, min(l.window, receiveMaximum)
	})
}

func (l *Lane) sessionLost() {
	if l.qos < 2 {
		l.waiting = l.waiting[:0]
		for p := range l.unsettled {
			l.waiting = append(l.waiting, p)
		}
		slices.SortFunc(l.waiting, func(a, b *Publication) int { return l.unsettled[a] - l.unsettled[b] })
		return
	}
	l.givenUp += len(l.unsettled) - len(l.waiting)
	kept := make(map[*Publication]int, len(l.waiting))
	for _, p := range l.waiting {
		kept[p] = l.unsettled[p]
	}
	l.unsettled = kept
}

// Detach gives the connection up.
func (l *Lane) Detach() {
	l.handing.Lock()
	defer l.handing.Unlock()
	l.change(func() { l.connection = nil })
}

// SubscriptionKnown stops hand-overs while it is known that nobody is subscribed.
func (l *Lane) SubscriptionKnown(known bool) { l.change(func() { l.subscriptionKnown = known }) }

// Settled is told of the last answer. A PUBCOMP is one whatever it says; another refusal is none, and the message is handed over
// again after a pause.
func (l *Lane) Settled(p *Publication, step string, code byte) {
	if code < refusedFrom || step == stepPubcomp {
		l.change(func() { delete(l.unsettled, p) })
		return
	}
	time.AfterFunc(againAfterRefusal, func() {
		l.change(func() {
			if _, is := l.unsettled[p]; is && !slices.Contains(l.waiting, p) {
				l.waiting = append(l.waiting, p)
			}
		})
	})
}

// IsSettled says whether nothing is waited for.
func (l *Lane) IsSettled() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.unsettled) == 0
}

// GivenUp is how many messages were in flight when the session was lost, and are not sent again.
func (l *Lane) GivenUp() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.givenUp
}

// Run hands messages over until the process ends.
func (l *Lane) Run() {
	for range l.changed {
		l.handOver()
	}
}

// handOver hands over what may be.
func (l *Lane) handOver() {
	for l.handNext() {
	}
}

func (l *Lane) mayHandOver() bool {
	inFlight := len(l.unsettled) - len(l.waiting)
	return len(l.waiting) > 0 && l.connection != nil && l.subscriptionKnown && inFlight < l.limit
}

// handNext is false where there is nothing to hand over.
func (l *Lane) handNext() bool {
	l.handing.Lock()
	defer l.handing.Unlock()
	l.mu.Lock()
	if !l.mayHandOver() {
		l.mu.Unlock()
		return false
	}
	p, c := l.waiting[0], l.connection
	l.waiting = l.waiting[1:]
	_, is := l.unsettled[p]
	l.mu.Unlock()
	if !is {
		return true
	}
	taken := c.Hand(p)
	l.change(func() {
		switch {
		case !taken && l.qos > 0:
			l.waiting = append([]*Publication{p}, l.waiting...)
			// Only another connection takes it.
			l.connection = nil
		case l.qos == 0:
			delete(l.unsettled, p)
		}
	})
	return true
}
