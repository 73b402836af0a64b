package main

import (
	"slices"
	"sync"
	"time"
)

const (
	// MQTT has 65 535 packet ids; far below that no library runs out of them.
	maxInFlight       = 10_000
	againAfterRefusal = 200 * time.Millisecond
)

// messagePublisher is all that the outbox wants of a connection.
type messagePublisher interface {
	Publish(topic string, payload []byte)
}

// Outbox keeps each message until its PUBACK, and hands every one that it keeps over again on each new connection.
type Outbox struct {
	journal *Journal
	topic   string

	mu                sync.Mutex
	changed           *sync.Cond
	unacked           map[int][]byte
	waiting           []int
	connection        messagePublisher
	subscriptionKnown bool
}

// NewOutbox makes an empty one; Run does its work.
func NewOutbox(journal *Journal, topic string) *Outbox {
	o := &Outbox{journal: journal, topic: topic, unacked: map[int][]byte{}}
	o.changed = sync.NewCond(&o.mu)
	return o
}

// Add takes a message in.
func (o *Outbox) Add(seq int, payload []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.unacked[seq] = payload
	o.waiting = append(o.waiting, seq)
	o.changed.Signal()
}

// Acknowledged lets a message go.
func (o *Outbox) Acknowledged(seq int, atUs int64) {
	o.journal.Acknowledged(seq, atUs)
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.unacked, seq)
	o.changed.Signal()
}

// Refused notes a PUBACK that is none: the broker did not take the message, which is handed over again after a pause.
func (o *Outbox) Refused(seq int, reason byte) {
	o.journal.Refused(reason)
	o.mu.Lock()
	defer o.mu.Unlock()
	refusedBy := o.connection
	time.AfterFunc(againAfterRefusal, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if _, unacked := o.unacked[seq]; unacked && o.connection == refusedBy {
			o.waiting = append(o.waiting, seq)
			o.changed.Signal()
		}
	})
}

// Attach takes a new connection, which knows nothing of what the last one left unacknowledged.
func (o *Outbox) Attach(c messagePublisher) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = make([]int, 0, len(o.unacked))
	for seq := range o.unacked {
		o.waiting = append(o.waiting, seq)
	}
	slices.Sort(o.waiting)
	o.connection = c
	o.changed.Signal()
}

// Detach gives the connection up.
func (o *Outbox) Detach() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.connection = nil
}

// SubscriptionKnown stops hand-overs while it is known that nobody is subscribed: a broker acknowledges and rightly drops what is
// published then.
func (o *Outbox) SubscriptionKnown(known bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.subscriptionKnown = known
	o.changed.Signal()
}

// Run hands messages over until the process ends.
func (o *Outbox) Run() {
	for {
		seq, payload, connection := o.next()
		o.journal.HandedOver(seq)
		connection.Publish(o.topic, payload)
	}
}

func (o *Outbox) next() (int, []byte, messagePublisher) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		for !o.mayHandOver() {
			o.changed.Wait()
		}
		seq := o.waiting[0]
		o.waiting = o.waiting[1:]
		if payload, ok := o.unacked[seq]; ok {
			return seq, payload, o.connection
		}
	}
}

func (o *Outbox) mayHandOver() bool {
	inFlight := len(o.unacked) - len(o.waiting)
	return len(o.waiting) > 0 && o.connection != nil && o.subscriptionKnown && inFlight < maxInFlight
}
