package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// crowdClient is one of thousands: one goroutine besides those of the library, which connects, hands over, and waits.
type crowdClient struct {
	*Role
	crowd        *crowdRun
	topic        string
	identity     Identity
	session      *Session
	lane         *Lane
	seq          int
	waits        int
	granted      bool
	wasConnected bool
	subscribedUs atomic.Int64
}

func newCrowdClient(w *crowdRun, n int) *crowdClient {
	config := w.config
	isPersistent := math.Floor(float64(n+1)*config.PersistentShare) > math.Floor(float64(n)*config.PersistentShare)
	c := &crowdClient{
		Role: newRole("client", config.Config, &w.recorder.Notes, w.recorder, n), crowd: w,
		topic: fmt.Sprintf("%s/%d", config.Topic, n), session: w.newSession(fmt.Sprintf("c%d", n), !isPersistent), lane: newLane(1, 1),
	}
	c.identity = Identity{config.Identity.Run, config.Identity.Phase, c.session.ClientID}
	c.lane.SubscriptionKnown(true)
	recording := &Recording{
		IsRole: true, Config: config, Recorder: w.recorder, Session: c.session, OnSettled: c.lane.Settled,
		IsOneOfMany: true, Limit: time.Duration(config.ConnackLimitMs) * time.Millisecond,
	}
	c.startsAfter = time.Duration(n) * time.Second / time.Duration(config.ConnectRate)
	c.open = func(endpoint string) (*Connection, error) { return recording.Open(endpoint, nil) }
	c.pause = c.backOff
	c.serve = c.serveClient
	if isPersistent {
		c.farewell = func(conn *Connection, limit time.Duration) { conn.Unsubscribe(c.topic, limit) }
	}
	return c
}

func (c *crowdClient) backOff() time.Duration {
	c.waits++
	return backoff(time.Duration(c.crowd.config.BackoffMs)*time.Millisecond, c.waits-1, rand.Float64())
}

func (c *crowdClient) offer(topic string, intendedUs int64) {
	payload := EncodePayload(c.identity, c.seq, intendedUs, c.crowd.config.PayloadBytes)
	c.lane.Offer(&Publication{Topic: topic, Seq: c.seq, QoS: 1, Payload: payload, IntendedUs: intendedUs})
	c.seq++
}

func (c *crowdClient) serveClient(endpoint string, conn *Connection) {
	if !c.wasConnected {
		c.wasConnected = true
		c.crowd.connectedOnce.Add(1)
	}
	c.granted = c.granted && conn.SessionPresent
	for !c.granted && !isClosed(conn.Lost) {
		code, came := conn.Subscribe(c.topic, c.crowd.config.SubscribeQoS, subackLimit)
		if c.granted = came && code < refusedFrom; c.granted {
			c.subscribedUs.Store(nowUs())
			break
		}
		c.notSubscribed(conn, endpoint, came, fmt.Sprintf("SUBACK: expected a granted QoS, got 0x%02x", code))
	}
	if !c.granted {
		return
	}
	c.isThere(conn)
	defer c.crowd.there.Add(-1)
	c.lane.Attach(conn, conn.SessionPresent, conn.offers.receiveMaximum)
	defer c.lane.Detach()
	for !isClosed(conn.Lost) {
		select {
		case <-conn.Lost:
		case <-c.lane.changed:
			c.lane.handOver()
		}
	}
}

func (c *crowdClient) isThere(conn *Connection) {
	c.waits = 0
	c.crowd.latest.Store(&conn.offers)
	c.crowd.there.Add(1)
	if ready, _, _ := c.State(); !ready {
		c.set(func() { c.ready = true })
	}
}
