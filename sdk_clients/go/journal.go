package main

import (
	"sync"
	"time"
)

// Event is one line of the ledger file about a connection.
type Event struct {
	Event          string `json:"event"`
	Role           string `json:"role"`
	Endpoint       string `json:"endpoint"`
	AtUs           int64  `json:"at_us"`
	SessionPresent *bool  `json:"session_present"`
	Reason         string `json:"reason"`
	ReasonCode     *byte  `json:"reason_code"` // of the broker's DISCONNECT (MQTT 5)
}

// Journal is what has happened so far in this run: the ledger and the connection events behind one lock, written by every
// goroutine, read by the main one.
type Journal struct {
	Errors ErrorList

	mu          sync.Mutex
	identity    Identity
	ledger      Ledger
	events      []Event
	signals     int
	connections int
	refused     int
	progressUs  int64
	frozen      bool
	changed     chan struct{} // closed and replaced at every change that a waiter may wait for
}

// NewJournal takes the identity by which a receipt is known to be one of ours.
func NewJournal(identity Identity) *Journal {
	return &Journal{identity: identity, changed: make(chan struct{})}
}

// Generated enters the next message, queued now, and returns its seq; false where the journal is closed.
func (j *Journal) Generated(intendedUs int64) (seq int, open bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.frozen {
		return 0, false
	}
	return j.ledger.Generate(intendedUs, nowUs()), true
}

// HandedOver notes that the library is given the message now.
func (j *Journal) HandedOver(seq int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.frozen {
		j.ledger.HandOver(seq, nowUs())
	}
}

// Acknowledged notes a real PUBACK.
func (j *Journal) Acknowledged(seq int, atUs int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.frozen && j.ledger.Acknowledge(seq, atUs) {
		j.progressed(atUs)
	}
}

// Refused notes a PUBACK whose reason code says that the broker did not take the message.
func (j *Journal) Refused(reason byte) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.frozen {
		j.refused++
		j.Errors.AddTransient("publisher: PUBACK refused with reason 0x%02x", reason)
	}
}

// RefusedAcks is how many there were.
func (j *Journal) RefusedAcks() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.refused
}

// Received notes what the subscriber got.
func (j *Journal) Received(payload []byte, dupFlag bool, atUs int64) {
	seq, intendedUs, ours := DecodePayload(j.identity, payload)
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.frozen:
	case !ours:
		j.ledger.ReceiveUnexpected()
	case j.ledger.ReceiveNamed(seq, intendedUs, atUs, dupFlag):
		j.progressed(atUs)
	}
}

func (j *Journal) progressed(atUs int64) {
	j.progressUs = max(j.progressUs, atUs)
	if j.ledger.AllOK() {
		j.wake()
	}
}

// Connected notes a CONNACK 0.
func (j *Journal) Connected(role, endpoint string, sessionPresent bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.frozen {
		j.connections++
		j.events = append(j.events, Event{"connected", role, endpoint, nowUs(), &sessionPresent, "", nil})
	}
}

// Disconnected notes the end of a connection.
func (j *Journal) Disconnected(role, endpoint, reason string, reasonCode *byte) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.frozen {
		j.events = append(j.events, Event{"disconnected", role, endpoint, nowUs(), nil, reason, reasonCode})
	}
}

// Signalled notes SIGTERM or SIGINT.
func (j *Journal) Signalled() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.signals++
	j.wake()
}

// Signals is how many came so far.
func (j *Journal) Signals() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.signals
}

// Wake makes waiters look again.
func (j *Journal) Wake() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.wake()
}

func (j *Journal) wake() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// Progress says how many messages were generated, whether all of them are acknowledged and received, and when the last
// acknowledgement or first receipt came.
func (j *Journal) Progress() (generated int, allOK bool, lastUs int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.ledger.Messages), j.ledger.AllOK(), j.progressUs
}

// WaitUntil returns when done says so or the deadline has come; done may ask the Journal.
func (j *Journal) WaitUntil(done func() bool, deadlineUs int64) {
	timer := time.NewTimer(untilUs(deadlineUs))
	defer timer.Stop()
	for {
		j.mu.Lock()
		changed := j.changed
		j.mu.Unlock()
		if done() {
			return
		}
		select {
		case <-changed:
		case <-timer.C:
			return
		}
	}
}

// Freeze ends all counting and returns the time of it. Without this the farewell would enter the figures.
func (j *Journal) Freeze() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.frozen = true
	return nowUs()
}

// Frozen gives the ledger to read, with the events and the number of connections so far; only after Freeze.
func (j *Journal) Frozen() (*Ledger, []Event, int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return &j.ledger, append([]Event(nil), j.events...), j.connections
}
