package main

// Tally is what a workload came to, counted by identity. Pure, and not safe for goroutines; the Recorder locks around it.
type Tally struct {
	Sent     map[MessageID]int64 // when it was due, of what was handed over at least once
	Acked    map[MessageID]bool  // by a PUBACK or a PUBCOMP that takes the message over
	Received map[MessageID]int64 // its first receipt
	Awaited  map[MessageID]bool  // acknowledged, and not received yet

	Attempts, Duplicates, Unexpected, RefusedAcks int

	// An empty payload names nobody: its topic does, as long as one message of it was empty.
	clears map[string]*MessageID
}

// NewTally is empty.
func NewTally() *Tally {
	return &Tally{
		Sent: map[MessageID]int64{}, Acked: map[MessageID]bool{}, Received: map[MessageID]int64{}, Awaited: map[MessageID]bool{},
		clears: map[string]*MessageID{},
	}
}

// Send notes a hand-over.
func (t *Tally) Send(publisher string, p *Publication) {
	id := p.id(publisher)
	t.begin(id, p.IntendedUs)
	if !p.Clears() {
		return
	}
	if before, is := t.clears[p.Topic]; !is {
		t.clears[p.Topic] = &id
	} else if before != nil && *before != id {
		t.clears[p.Topic] = nil
	}
}

// Entrust notes that a broker took a will over with a CONNECT.
func (t *Tally) Entrust(publisher string, will *Will) {
	t.begin(MessageID{publisher, will.Topic, will.Seq}, will.IntendedUs)
}

func (t *Tally) begin(id MessageID, dueUs int64) {
	t.Attempts++
	if _, is := t.Sent[id]; !is {
		t.Sent[id] = dueUs
	}
}

// Acknowledge is true where the message is thereby taken over for the first time.
func (t *Tally) Acknowledge(publisher string, p *Publication, step string, code byte) bool {
	id := p.id(publisher)
	if code >= refusedFrom {
		t.RefusedAcks++
		return false
	}
	if step == stepPubrec || t.Acked[id] {
		return false
	}
	t.Acked[id] = true
	if _, is := t.Received[id]; !is {
		t.Awaited[id] = true
	}
	return true
}

// Receive is true for the first receipt by anybody.
func (t *Tally) Receive(id MessageID, atUs int64) bool {
	if _, is := t.Received[id]; is {
		t.Duplicates++
		return false
	}
	t.Received[id] = atUs
	delete(t.Awaited, id)
	return true
}

// ClearedBy is the one deletion of this topic.
func (t *Tally) ClearedBy(topic string) (MessageID, bool) {
	if id := t.clears[topic]; id != nil {
		return *id, true
	}
	return MessageID{}, false
}

// LatenciesUs lets a message that never arrived enter at the drain's end: a loss must not make the latency look better.
func (t *Tally) LatenciesUs(endUs int64) []int64 {
	all := make([]int64, 0, len(t.Sent))
	for id, dueUs := range t.Sent {
		atUs, is := t.Received[id]
		if !is {
			atUs = endUs
		}
		all = append(all, atUs-dueUs)
	}
	return all
}
