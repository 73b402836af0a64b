package main

import (
	"fmt"
	"time"
)

const (
	subscribeAgainAfter = 500 * time.Millisecond
	// Above the 5 s after which a NATS node itself gives up and answers 0x80.
	subackLimit = 8 * time.Second
)

// NewSubscriber is ready only once a SUBACK has granted QoS 1, and subscribes again after its session was lost: brokers acknowledge
// what nobody is subscribed to.
func NewSubscriber(config Config, journal *Journal, outbox *Outbox) *Role {
	r := newRole("subscriber", config, &journal.Notes, journal, 1)
	dial := newDial(config, config.ClientID+"-sub")
	dial.CleanSession = config.SubscriberSession == clean
	dial.OnMessage = journal.Received
	r.open = dial.open
	granted := false
	r.serve = func(endpoint string, c *Connection) {
		granted = granted && c.SessionPresent
		outbox.SubscriptionKnown(granted)
		for !granted && !isClosed(c.Lost) {
			granted = r.subscribe(c, endpoint, config.Topic)
		}
		if granted {
			outbox.SubscriptionKnown(true)
			r.set(func() { r.ready = true })
		}
		<-c.Lost
	}
	r.farewell = func(c *Connection, limit time.Duration) { c.Unsubscribe(config.Topic, limit) }
	return r
}

func (r *Role) subscribe(c *Connection, endpoint, topic string) (granted bool) {
	code, came := c.Subscribe(topic, grantedQoS1, subackLimit)
	if came && code == grantedQoS1 {
		return true
	}
	r.notSubscribed(c, endpoint, came, fmt.Sprintf("SUBACK: expected granted QoS 1, got 0x%02x", code))
	return false
}

// notSubscribed waits a little after a SUBACK that refused, and gives up a connection on which none came.
func (r *Role) notSubscribed(c *Connection, endpoint string, came bool, refusal string) {
	switch {
	case came:
		r.note(endpoint, refusal)
		select {
		case <-c.Lost:
		case <-time.After(subscribeAgainAfter):
		}
	case !isClosed(c.Lost):
		c.Abort(fmt.Sprintf("no SUBACK within %v", subackLimit))
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
