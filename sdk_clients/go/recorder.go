package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
)

// 300 MB. A ledger that leaves something out would accuse a broker, so beyond this there is none.
const maxEvents = 1_000_000

// Recorder has every event of a workload, as the ledger of version 2 has them: written by every goroutine.
type Recorder struct {
	Notes

	run, phase string
	limit      int
	tally      *Tally
	rows       []row
	overflowed bool
	draining   bool
}

// NewRecorder takes whose messages are to be counted.
func NewRecorder(run, phase string) *Recorder {
	return &Recorder{Notes: newNotes(), run: run, phase: phase, limit: maxEvents, tally: NewTally()}
}

// Add enters a row.
func (r *Recorder) Add(entry row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(entry)
}

func (r *Recorder) add(entry row) {
	switch {
	case r.frozen:
	case len(r.rows) < r.limit:
		r.rows = append(r.rows, entry)
	case !r.overflowed:
		r.overflowed = true
		r.Errors.Add("ledger: more than %d events: none is written", r.limit)
	}
}

type connectFacts struct {
	endpoint   string
	clean      bool
	keepAliveS int
	expiryS    *int
	will       *Will
}

// Connect notes that a client is about to connect.
func (r *Recorder) Connect(client string, connection int, f connectFacts) *connectRow {
	entry := &connectRow{rowHead{"connect", client, connection, nowUs()}, f.endpoint, f.clean, f.keepAliveS, f.expiryS, nil}
	if f.will != nil {
		entry.Will = &willRow{f.will.Topic, f.will.Seq, f.will.QoS, f.will.DelayS}
	}
	r.Add(entry)
	return entry
}

// Connacked notes the answer, and counts the connection if it counts. A Server Keep Alive takes the place of what was asked for.
func (r *Recorder) Connacked(head rowHead, p connackFrame, asked *connectRow, counts bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.keepAlive != nil && !r.frozen {
		asked.KeepAliveS = int(*p.keepAlive)
	}
	if p.code == 0 && counts && !r.frozen {
		r.connections++
	}
	r.add(&connackRow{head, p.code, p.sessionPresent, p.maximumQoS, p.retain, p.shared})
}

// Entrusted notes a will that a broker took over with a CONNECT.
func (r *Recorder) Entrusted(client string, will *Will) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.frozen {
		r.tally.Entrust(client, will)
	}
}

// Sent notes a hand-over.
func (r *Recorder) Sent(head rowHead, p *Publication) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.frozen {
		r.add(&sendRow{head, p.Topic, p.Seq, p.QoS, p.Retain, p.Clears()})
		r.tally.Send(head.Client, p)
	}
}

// Acknowledged notes a PUBACK, PUBREC or PUBCOMP; p is nil where its packet id is not in use.
func (r *Recorder) Acknowledged(head rowHead, p *Publication, step string, code byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.frozen {
		return
	}
	if p == nil {
		r.Errors.AddTransient("%s: %s for a packet id that is not in use", head.Client, strings.ToUpper(step))
		return
	}
	r.add(&ackRow{head, p.Topic, p.Seq, step, code})
	if code >= refusedFrom {
		r.Errors.AddTransient("%s: %s refused: 0x%02x", head.Client, strings.ToUpper(step), code)
	}
	if r.tally.Acknowledge(head.Client, p, step, code) {
		r.progressed(head.AtUs)
	}
}

// Received notes a delivery, and says whose message it is; false where it is nobody's of this run and phase.
func (r *Recorder) Received(head rowHead, p publishFrame) (MessageID, bool) {
	named, is := decodeNamed(p.payload)
	r.mu.Lock()
	defer r.mu.Unlock()
	var id MessageID
	known := is && named.Run == r.run && named.Phase == r.phase
	if known {
		id = MessageID{named.Publisher, p.topic, *named.Seq}
	} else if len(p.payload) == 0 {
		id, known = r.tally.ClearedBy(p.topic)
	}
	switch {
	case r.frozen:
	case !known:
		r.tally.Unexpected++
	default:
		r.add(&receiveRow{head, id.Topic, id.Publisher, id.Seq, p.qos, p.retain, p.dup})
		if r.tally.Receive(id, head.AtUs) {
			r.progressed(head.AtUs)
		}
	}
	return id, known
}

func (r *Recorder) progressed(atUs int64) {
	r.progressUs = max(r.progressUs, atUs)
	// Before the drain nobody waits for it, and bursts of messages would wake the main goroutine at each.
	if r.draining {
		r.wake()
	}
}

// StartDraining makes progress wake who waits.
func (r *Recorder) StartDraining() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.draining = true
}

// Counted lets look at the tally, which changes no more while look runs.
func (r *Recorder) Counted(look func(t *Tally)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	look(r.tally)
}

// Connected and Disconnected are what a Role says; its connections record themselves.
func (r *Recorder) Connected(string, string, bool) {}

func (r *Recorder) Disconnected(string, string, string, *byte) {}

// Figures are the numbers of events and of connections, and whether there were too many events.
func (r *Recorder) Figures() (events, connections int, overflowed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.rows), r.connections, r.overflowed
}

// Write writes the ledger, in place: LEDGER_PATH may be a device, next to which no temporary file belongs. Rows are sorted: each
// has the time at which it happened, and goroutines enter them in any order. Only after Freeze.
func (r *Recorder) Write(path, workload string, t0Us *int64, endUs int64) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	r.mu.Lock()
	rows := slices.Clone(r.rows)
	r.mu.Unlock()
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.at(), b.at()) })
	buffer := bufio.NewWriter(file)
	encoder := json.NewEncoder(buffer)
	// A write that fails makes the buffer fail for good, so that Flush reports it.
	_ = encoder.Encode(EventsHeader{2, r.run, r.phase, "go", workload, t0Us, endUs})
	for _, entry := range rows {
		_ = encoder.Encode(entry)
	}
	return buffer.Flush()
}
