package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

// newRecordedPublisher lends its connection to the lanes. It has a session: QoS 2 keeps its promise only across connections of one.
func newRecordedPublisher(config WorkloadConfig, recorder *Recorder, session *Session, lanes *Lanes) (r *Role, offered func() offers) {
	r = newRole("publisher", config.Config, &recorder.Notes, recorder, 0)
	recording := &Recording{IsRole: true, Config: config, Recorder: recorder, Session: session, OnSettled: lanes.Settled}
	var latest atomic.Pointer[offers]
	r.open = func(endpoint string) (*Connection, error) { return recording.Open(endpoint, nil) }
	r.serve = func(_ string, c *Connection) {
		latest.Store(&c.offers)
		lanes.Attach(c)
		r.set(func() { r.ready = true })
		<-c.Lost
		lanes.Detach()
	}
	return r, func() offers { return *latest.Load() }
}

// A broker need not have shared subscriptions: whoever is refused for so long goes on without, if it may.
const refusedLongEnough = 3 * time.Second

// recordedSubscriber is ready once every filter was granted. leave keeps its session and the subscriptions of that, and returned
// comes back to them.
type recordedSubscriber struct {
	*Role
	config   WorkloadConfig
	recorder *Recorder
	session  *Session
	filters  []subscription
	known    func(bool) // told whether its subscriptions are there, as far as it knows
	granted  atomic.Bool
	keeps    atomic.Bool

	mayBeRefused bool
	refusedSince time.Time
}

func newRecordedSubscriber(
	config WorkloadConfig, recorder *Recorder, session *Session, filters []subscription, known func(bool), firstEndpoint int, granted bool,
) *recordedSubscriber {
	s := &recordedSubscriber{
		Role:   newRole("subscriber", config.Config, &recorder.Notes, recorder, firstEndpoint),
		config: config, recorder: recorder, session: session, filters: filters, known: known,
	}
	s.granted.Store(granted)
	recording := &Recording{IsRole: true, Config: config, Recorder: recorder, Session: session}
	s.open = func(endpoint string) (*Connection, error) { return recording.Open(endpoint, nil) }
	s.serve = s.serveSubscriber
	s.farewell = func(c *Connection, limit time.Duration) {
		for _, f := range filters {
			if !s.keeps.Load() {
				c.Unsubscribe(f.filter, limit/time.Duration(len(filters)))
			}
		}
	}
	return s
}

func (s *recordedSubscriber) serveSubscriber(endpoint string, c *Connection) {
	// Told to leave while it was connecting.
	if s.isClosing() {
		c.Disconnect(subscribeAgainAfter)
		return
	}
	granted := s.granted.Load() && c.SessionPresent
	s.known(granted)
	for !granted && !isClosed(c.Lost) {
		granted = s.subscribeAll(endpoint, c) || s.givesUp()
	}
	s.granted.Store(granted)
	if granted {
		s.known(true)
		s.set(func() { s.ready = true })
	}
	<-c.Lost
}

func (s *recordedSubscriber) subscribeAll(endpoint string, c *Connection) bool {
	for _, f := range s.filters {
		code, came := c.Subscribe(f.filter, f.qos, subackLimit)
		if came && code < refusedFrom {
			continue
		}
		if came && s.refusedSince.IsZero() {
			s.refusedSince = time.Now()
		}
		s.notSubscribed(c, endpoint, came, fmt.Sprintf("SUBACK of %s: expected a granted QoS, got 0x%02x", f.filter, code))
		return false
	}
	s.refusedSince = time.Time{}
	return true
}

// givesUp is as good as a grant: it asks for no more on this session.
func (s *recordedSubscriber) givesUp() bool {
	if !s.mayBeRefused || s.refusedSince.IsZero() || time.Since(s.refusedSince) < refusedLongEnough {
		return false
	}
	s.recorder.Errors.Add("%s: refused for %v, and goes on without it", s.filters[0].filter, refusedLongEnough)
	return true
}

// leave takes leave, and returns when it has gone: it may have been just connecting, and two of one id would throw each other out.
func (s *recordedSubscriber) leave(limit time.Duration) {
	s.keeps.Store(true)
	s.Close(limit)
	select {
	case <-s.ended:
	case <-time.After(recordedConnectLimit + limit):
	}
}

// returned is the same MQTT client, not yet started, when this one has gone. It subscribes again only if its session is not there.
func (s *recordedSubscriber) returned(firstEndpoint int) *recordedSubscriber {
	return newRecordedSubscriber(s.config, s.recorder, s.session, s.filters, s.known, firstEndpoint, s.granted.Load())
}
