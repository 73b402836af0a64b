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

// wills: clients with a will die as it is planned, and a watcher is subscribed to their wills. Nothing is published.
var wills = workloadSpec{
	// A clean end has no will that anybody could get.
	name: "wills", defaultQoS: "1", defaultInFlight: 20, hasDeaths: true,
	begin: func(c common) workload {
		w := &willsRun{common: c, over: make(chan struct{})}
		w.planned = len(c.config.Deaths)
		var qos byte
		var delayS int
		for n, death := range c.config.Deaths {
			// Each connection has a will, and a takeover has two connections.
			w.planned += one(death.Kind == "takeover")
			qos, delayS = max(qos, death.QoS), max(delayS, death.DelayS)
			w.mortals = append(w.mortals, newMortal(w, n, death))
		}
		// The end of a mute client is noticed after one and a half keep-alives.
		w.silenceUs = int64(c.config.KeepAliveS)*1_500_000 + int64(delayS)*1_000_000
		w.watcher = w.newSubscriber("watch", false, subscription{c.config.Topic + "/+", qos})
		return w
	},
}

type willsRun struct {
	common
	watcher *recordedSubscriber
	mortals []*mortal
	over    chan struct{}
}

func (w *willsRun) roles() (publisher, subscriber *Role) { return nil, w.watcher.Role }

func (w *willsRun) place(int, int64) (string, byte) { return "", 0 }

func (w *willsRun) started() {
	for _, m := range w.mortals {
		m.dueUs = w.t0Us + m.death.AtMs*1000
		go m.run()
	}
}

func (w *willsRun) happened() (sent int) {
	w.recorder.Counted(func(t *Tally) { sent = len(t.Sent) })
	return sent
}

func (w *willsRun) isOver() bool {
	for _, m := range w.mortals {
		if !isClosed(m.ended) {
			return false
		}
	}
	return true
}

func (w *willsRun) stop() { close(w.over) }

func (w *willsRun) hasArrived(sincePublishedUs int64) bool {
	return sincePublishedUs >= w.silenceUs+max(2*w.config.AckWaitMs*1000, minQuietUs)
}

func (w *willsRun) afterDrain(func() bool) bool {
	for _, m := range w.mortals {
		if !m.hasDied.Load() {
			return false
		}
	}
	return true
}

func (w *willsRun) plannedConnections() int { return 1 }

func (w *willsRun) close() {
	for _, m := range w.mortals {
		if mute := m.mute.Load(); mute != nil {
			mute.wire.Release()
		}
	}
}

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
