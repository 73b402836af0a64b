package main

const (
	lostSeqsLimit  = 200
	impostorsLimit = 20
)

// Impostor is a receipt that names this publisher, and is none of its messages.
type Impostor struct {
	Unexpected Named `json:"unexpected"`
	AtUs       int64 `json:"at_us"`
}

// Named is which message a payload says it is.
type Named struct {
	Seq        int   `json:"seq"`
	IntendedUs int64 `json:"intended_us"`
}

// Message is what happened to one message. Times are microseconds, nil where it has not happened.
type Message struct {
	Seq        int    `json:"seq"`
	IntendedUs int64  `json:"intended_us"`
	QueuedUs   int64  `json:"queued_us"`
	SentUs     *int64 `json:"sent_us"`
	Attempts   int    `json:"attempts"`
	AckUs      *int64 `json:"ack_us"`
	RecvUs     *int64 `json:"recv_us"`
	Dups       int    `json:"dups"`
}

// Counts are the classes of CONTRACT.md; every planned message is in exactly one of OK, Lost, Recovered, Unconfirmed, Unsent.
type Counts struct {
	Sent, Acked, Received                    int
	OK, Lost, Recovered, Unconfirmed, Unsent int
	Attempts, Duplicates                     int
	LostSeqs                                 []int
}

// Ledger is the two ledgers of a run, acknowledged and received, by seq, dense from 0. Pure: times come in as values, nothing is
// read or written. Not safe for goroutines; the Journal locks around it.
type Ledger struct {
	Messages          []Message
	Unexpected        int
	Impostors         []Impostor // the first ones
	Inversions        int
	DuplicatesFlagged int
	ok                int
	highestReceived   int
}

// Generate enters the next message and returns its seq.
func (l *Ledger) Generate(intendedUs, queuedUs int64) int {
	seq := len(l.Messages)
	l.Messages = append(l.Messages, Message{Seq: seq, IntendedUs: intendedUs, QueuedUs: queuedUs})
	return seq
}

// HandOver notes that the library was given the message, for the first time or again.
func (l *Ledger) HandOver(seq int, atUs int64) {
	m := &l.Messages[seq]
	m.Attempts++
	if m.SentUs == nil {
		m.SentUs = &atUs
	}
}

// Acknowledge notes a PUBACK; true where it is the first one.
func (l *Ledger) Acknowledge(seq int, atUs int64) bool {
	m := &l.Messages[seq]
	if m.AckUs != nil {
		return false
	}
	m.AckUs = &atUs
	if m.RecvUs != nil {
		l.ok++
	}
	return true
}

// Receive notes that the subscriber got the message; true where it is the first receipt.
func (l *Ledger) Receive(seq int, atUs int64, dupFlag bool) bool {
	if seq < 0 || seq >= len(l.Messages) {
		l.Unexpected++
		return false
	}
	m := &l.Messages[seq]
	if m.RecvUs != nil {
		m.Dups++
		if dupFlag {
			l.DuplicatesFlagged++
		}
		return false
	}
	m.RecvUs = &atUs
	if m.AckUs != nil {
		l.ok++
	}
	if seq < l.highestReceived {
		l.Inversions++
	}
	l.highestReceived = max(l.highestReceived, seq)
	return true
}

// ReceiveNamed notes a receipt that names this publisher: ours only if that message was due then. Another copy of this client
// has another schedule. True where it is the first receipt.
func (l *Ledger) ReceiveNamed(seq int, intendedUs, atUs int64, dupFlag bool) bool {
	if seq >= 0 && seq < len(l.Messages) && l.Messages[seq].IntendedUs == intendedUs {
		return l.Receive(seq, atUs, dupFlag)
	}
	l.Unexpected++
	if seq >= 0 && intendedUs >= 0 && len(l.Impostors) < impostorsLimit {
		l.Impostors = append(l.Impostors, Impostor{Named{seq, intendedUs}, atUs})
	}
	return false
}

// ReceiveUnexpected notes a receipt that this publisher did not generate, or that nobody can read.
func (l *Ledger) ReceiveUnexpected() { l.Unexpected++ }

// AllOK says whether every message generated so far is both acknowledged and received.
func (l *Ledger) AllOK() bool { return l.ok == len(l.Messages) }

// Counts puts every planned message into its class; one that was never generated is unsent.
func (l *Ledger) Counts(planned int) Counts {
	c := Counts{LostSeqs: []int{}, Unsent: max(planned-len(l.Messages), 0)}
	for i := range l.Messages {
		m := &l.Messages[i]
		c.Attempts += m.Attempts
		c.Duplicates += m.Dups
		acked, received, sent := m.AckUs != nil, m.RecvUs != nil, m.Attempts > 0
		c.Acked += one(acked)
		c.Received += one(received)
		c.Sent += one(sent)
		switch {
		case acked && received:
			c.OK++
		case acked:
			c.Lost++
			if len(c.LostSeqs) < lostSeqsLimit {
				c.LostSeqs = append(c.LostSeqs, m.Seq)
			}
		case received:
			c.Recovered++
		case sent:
			c.Unconfirmed++
		default:
			c.Unsent++
		}
	}
	return c
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}
