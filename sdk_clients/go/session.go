package main

import (
	"bytes"
	"sync"
	"time"

	"github.com/eclipse/paho.golang/paho/session"
)

const lastLinkLimit = 2 * time.Second

// Session is what an MQTT client keeps between its connections: the state of the library, and which message each packet id is of.
type Session struct {
	ClientID  string
	Clean     bool
	KeepAlive time.Duration
	ExpiryS   int // MQTT 5; a clean session of 3.1.1 ends with its connection, any other one never does

	mu          sync.Mutex
	connections int
	lost        bool // said on a connection that did not come to be, at the latest
	last        link
	handed      map[place]*Publication  // handed over, and not settled
	messageOf   map[uint16]*Publication // by packet id, since its first PUBLISH
	released    map[uint16]bool         // those of them that got a PUBREC
	held        map[uint16]publishFrame
	store       *keptStore
	state       session.SessionManager
}

// place is where a message is found again when its PUBLISH goes out. Only one deletion of a topic is under way at a time.
type place struct {
	topic string
	seq   int
}

const noSeq = -1

func newSession(clientID string, clean bool, keepAlive time.Duration, expiryS int) *Session {
	s := &Session{ClientID: clientID, Clean: clean, KeepAlive: keepAlive, ExpiryS: expiryS, store: newKeptStore(), state: newGuardedState()}
	s.forget()
	s.lost = false
	return s
}

// forget is for a session that the broker no longer has: with it, packet ids have lost their meaning.
func (s *Session) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handed, s.messageOf = map[place]*Publication{}, map[uint16]*Publication{}
	s.released, s.held = map[uint16]bool{}, map[uint16]publishFrame{}
	s.lost = true
	s.store.Reset()
}

// isPresent is false also where a connection before this one, which nobody got to see, began a new session.
func (s *Session) isPresent(said bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	lost := s.lost
	s.lost = false
	return said && !lost
}

// notConnected is for a connection that did not come to be; its library may not have read what was said on it.
func (s *Session) notConnected() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost {
		s.state = newGuardedState()
	}
}

// nextConnection returns its number, from 1.
func (s *Session) nextConnection() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections++
	return s.connections
}

// connectionsSoFar is the number of the last one, which is the seq of the next one's will.
func (s *Session) connectionsSoFar() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// taken over from the last connection only when its library has let go of the state that both use.
func (s *Session) awaitLast() {
	s.mu.Lock()
	last := s.last
	s.mu.Unlock()
	if last == nil || s.Clean {
		return
	}
	select {
	case <-last.over():
	case <-time.After(lastLinkLimit):
	}
}

func (s *Session) setLast(l link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = l
}

// storeOf3 and stateOf5 are the library's own part. That of a clean session is new with each connection.
func (s *Session) storeOf3() *keptStore {
	if s.Clean {
		return newKeptStore()
	}
	return s.store
}

func (s *Session) stateOf5() session.SessionManager {
	if s.Clean {
		return newGuardedState()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// hand notes a message that the library is about to get.
func (s *Session) hand(p *Publication) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handed[p.place()] = p
}

func (p *Publication) place() place {
	if len(p.Payload) == 0 {
		return place{p.Topic, noSeq}
	}
	return place{p.Topic, p.Seq}
}

// sending says which message goes out under this packet id, and whether that is a repetition; released: it already got its PUBREC.
func (s *Session) sending(id uint16, at place) (p *Publication, again, released bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p = s.handed[at]
	if p == nil {
		return nil, false, false
	}
	again = s.messageOf[id] == p
	s.messageOf[id] = p
	if !again {
		delete(s.released, id)
	}
	return p, again, s.released[id]
}

// answered is the message of a packet id, nil where that is not in use. settled: it is the last answer.
func (s *Session) answered(id uint16, step string, code byte) (p *Publication, settled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p = s.messageOf[id]
	if p == nil {
		return nil, false
	}
	if step == stepPubrec && code < refusedFrom {
		s.released[id] = true
		return p, false
	}
	delete(s.messageOf, id)
	delete(s.released, id)
	if s.handed[p.place()] == p {
		delete(s.handed, p.place())
	}
	s.store.settled(id)
	return p, true
}

// repeats says whether a QoS 2 message is one that came before and still waits for its PUBREL.
func (s *Session) repeats(p publishFrame) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, is := s.held[p.id]
	s.held[p.id] = p
	return is && before.topic == p.topic && bytes.Equal(before.payload, p.payload)
}

func (s *Session) pubrelCame(id uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.held, id)
}
