package main

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
	Notes

	identity Identity
	ledger   Ledger
	events   []Event
	refused  int
}

// NewJournal takes the identity by which a receipt is known to be one of ours.
func NewJournal(identity Identity) *Journal {
	return &Journal{Notes: newNotes(), identity: identity}
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

// Progress says how many messages were generated, and whether all of them are acknowledged and received.
func (j *Journal) Progress() (generated int, allOK bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.ledger.Messages), j.ledger.AllOK()
}

// Frozen gives the ledger to read, with the events and the number of connections so far; only after Freeze.
func (j *Journal) Frozen() (*Ledger, []Event, int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return &j.ledger, append([]Event(nil), j.events...), j.connections
}
