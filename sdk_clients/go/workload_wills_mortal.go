package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

const (
	// A client connects so long before it dies: it shall not be thrown out with a node that is not meant.
	lifeUs           = 2_000_000
	willLeavingLimit = time.Second
	// So long the second one of a takeover waits for the end of the first.
	takeoverLimit = 5 * time.Second
)

// mortal is one client, from its CONNECT to its planned end.
type mortal struct {
	workload *willsRun
	name     string
	death    Death
	session  *Session
	dueUs    int64
	hasDied  atomic.Bool
	mute     atomic.Pointer[Connection]
	ended    chan struct{}
}

func newMortal(w *willsRun, number int, death Death) *mortal {
	m := &mortal{workload: w, name: fmt.Sprintf("w%d", number), death: death, ended: make(chan struct{})}
	m.session = w.newSession(m.name, true)
	if death.DelayS > 0 {
		// A will is delayed no longer than its session lives.
		m.session.ExpiryS = w.config.SessionExpiryS
	}
	return m
}

func (m *mortal) run() {
	defer close(m.ended)
	defer noteCrash(&m.workload.recorder.Notes)
	m.sleepUntil(m.dueUs-lifeUs, nil)
	c := m.connect(m.death.Endpoint)
	if c == nil {
		return
	}
	m.sleepUntil(m.dueUs, c.Lost)
	switch {
	case isClosed(c.Lost):
		reason, _ := c.LostReason()
		m.note("died before its time: " + reason)
		m.hasDied.Store(true)
	case isClosed(m.workload.over):
		c.Disconnect(willLeavingLimit)
	default:
		m.hasDied.Store(m.die(c))
	}
}

func (m *mortal) die(c *Connection) bool {
	switch m.death.Kind {
	case "clean":
		c.Disconnect(willLeavingLimit)
	case "disconnect04":
		c.DisconnectWithWill(willLeavingLimit)
	case "cut":
		c.Cut()
	case "mute":
		m.mute.Store(c)
		c.wire.Mute()
	case "takeover":
		second := m.connect(m.death.Endpoint + 1)
		if second == nil {
			c.Disconnect(willLeavingLimit)
			return false
		}
		select {
		case <-c.Lost:
		case <-time.After(takeoverLimit):
			m.note(fmt.Sprintf("still connected %v after a takeover", takeoverLimit))
			c.Disconnect(willLeavingLimit)
		}
		second.Disconnect(willLeavingLimit)
	}
	return true
}

// connect tries until it should be dead, and once at least. Each connection has a will of its own, so that it can be told apart.
func (m *mortal) connect(place int) *Connection {
	config, recorder := m.workload.config, m.workload.recorder
	endpoint := config.Endpoints[place%len(config.Endpoints)]
	recording := &Recording{Config: config, Recorder: recorder, Session: m.session}
	for !isClosed(m.workload.over) {
		c, err := recording.Open(endpoint, m.will())
		if err == nil {
			return c
		}
		m.note(fmt.Sprintf("%s: %v", endpoint, err))
		if nowUs() >= m.dueUs {
			break
		}
		select {
		case <-m.workload.over:
		case <-time.After(pauseBetweenAttempts):
		}
	}
	m.note(endpoint + ": not connected by the time of its death")
	return nil
}

func (m *mortal) will() *Will {
	config, seq := m.workload.config, m.session.connectionsSoFar()
	id := Identity{config.Identity.Run, config.Identity.Phase, m.session.ClientID}
	payload := EncodePayload(id, seq, m.dueUs, config.PayloadBytes)
	return &Will{config.Topic + "/" + m.name, seq, m.death.QoS, m.death.DelayS, payload, m.dueUs}
}

// sleepUntil goes not beyond the end of the run, nor that of the connection.
func (m *mortal) sleepUntil(atUs int64, lost <-chan struct{}) {
	select {
	case <-m.workload.over:
	case <-lost:
	case <-time.After(untilUs(atUs)):
	}
}

func (m *mortal) note(text string) {
	m.workload.recorder.Errors.AddTransient("%s (%s): %s", m.name, m.death.Kind, text)
}
