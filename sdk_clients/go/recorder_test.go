package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func messageOf(seq int, qos byte, retain, empty bool) *Publication {
	p := &Publication{Topic: "t", Seq: seq, QoS: qos, Retain: retain, IntendedUs: 7}
	if !empty {
		p.Payload = EncodePayload(Identity{"r", "p", "c"}, seq, 7, 0)
	}
	return p
}

func receiptOf(payload []byte) publishFrame {
	return publishFrame{topic: "t", id: 1, qos: 1, dup: true, payload: payload}
}

func linesOf(t *testing.T, r *Recorder) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger")
	if err := r.Write(path, "w", nil, 99); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func TestRowsAreInTheOrderOfTheirTimesUnderAHeader(t *testing.T) {
	r := NewRecorder("r", "p")
	r.Add(&subackRow{rowHead{"suback", "c", 1, 20}, "f", 1})
	r.Add(&subscribeRow{rowHead{"subscribe", "c", 1, 10}, "f", 1})
	expected := []string{
		`{"ledger":2,"run":"r","phase":"p","sdk":"go","workload":"w","t0_us":null,"end_us":99}`,
		`{"event":"subscribe","client":"c","connection":1,"at_us":10,"filter":"f","qos":1}`,
		`{"event":"suback","client":"c","connection":1,"at_us":20,"filter":"f","granted":1}`,
	}
	if got := linesOf(t, r); !slices.Equal(got, expected) {
		t.Errorf("expected %v, got %v", expected, got)
	}
}

func TestRowsHaveEveryOccurrence(t *testing.T) {
	r := NewRecorder("r", "p")
	for at := range int64(2) {
		r.Sent(rowHead{"send", "c", 1, 10 * at}, messageOf(0, 1, false, false))
		r.Acknowledged(rowHead{"ack", "c", 1, 10*at + 1}, messageOf(0, 1, false, false), "puback", 0)
		r.Received(rowHead{"receive", "s", 1, 10*at + 2}, receiptOf(messageOf(0, 1, false, false).Payload))
	}
	expected := []string{
		`{"event":"send","client":"c","connection":1,"at_us":0,"topic":"t","seq":0,"qos":1,"retain":false,"clears":false}`,
		`{"event":"ack","client":"c","connection":1,"at_us":1,"topic":"t","seq":0,"step":"puback","code":0}`,
		`{"event":"receive","client":"s","connection":1,"at_us":2,"topic":"t","publisher":"c","seq":0,"qos":1,"retain":false,"dup":true}`,
	}
	got := linesOf(t, r)
	if len(got) != 7 || !slices.Equal(got[1:4], expected) {
		t.Errorf("expected %v twice, got %v", expected, got)
	}
	if c := r.tally; len(c.Sent) != 1 || c.Attempts != 2 || len(c.Received) != 1 || c.Duplicates != 1 {
		t.Errorf("expected one message twice, got %+v", c)
	}
}

func TestRowsEndWithTheDrain(t *testing.T) {
	r := NewRecorder("r", "p")
	r.Freeze()
	r.Sent(rowHead{"send", "c", 1, 1}, messageOf(0, 1, false, false))
	r.Received(rowHead{"receive", "s", 1, 2}, receiptOf(messageOf(0, 1, false, false).Payload))
	r.Add(&closeRow{rowHead{"close", "c", 1, 3}, byPeer, nil})
	if got := linesOf(t, r); len(got) != 1 || len(r.tally.Sent)+len(r.tally.Received) > 0 {
		t.Errorf("expected nothing, got %v and %+v", got, r.tally)
	}
}

func TestTooManyRowsAreNoLedger(t *testing.T) {
	r := NewRecorder("r", "p")
	r.limit = 1
	for seq := range 3 {
		r.Sent(rowHead{"send", "c", 1, 1}, messageOf(seq, 1, false, false))
	}
	_, _, overflowed := r.Figures()
	if got := r.Errors.Texts(); !overflowed || !slices.Equal(got, []string{"ledger: more than 1 events: none is written"}) {
		t.Errorf("got %v, %v", overflowed, got)
	}
}

func TestAnEmptyPayloadIsKnownByItsTopicWhileOneMessageOfItWasEmpty(t *testing.T) {
	r := NewRecorder("r", "p")
	for _, c := range []struct {
		deleted  int
		expected bool
	}{{-1, false}, {4, true}, {5, false}} {
		if c.deleted >= 0 {
			r.Sent(rowHead{"send", "c", 1, 1}, messageOf(c.deleted, 1, true, true))
		}
		id, known := r.Received(rowHead{"receive", "s", 1, 2}, receiptOf(nil))
		if known != c.expected || known && id != (MessageID{"c", "t", 4}) {
			t.Errorf("after the deletion %d: got %v, %v", c.deleted, id, known)
		}
	}
}

func TestOnlyALastStepThatTakesAMessageOverAcknowledgesIt(t *testing.T) {
	type ack struct {
		step string
		code byte
	}
	for _, c := range []struct {
		qos     byte
		acks    []ack
		awaited int
	}{
		{1, []ack{{"puback", 0}}, 1}, {1, []ack{{"puback", 0x10}}, 1}, {1, []ack{{"puback", 0x80}}, 0}, {2, []ack{{stepPubrec, 0}}, 0},
		{2, []ack{{stepPubrec, 0}, {stepPubcomp, 0}}, 1}, {2, []ack{{stepPubrec, 0}, {stepPubcomp, 0x92}}, 0},
	} {
		r := NewRecorder("r", "p")
		r.Sent(rowHead{"send", "c", 1, 1}, messageOf(0, c.qos, false, false))
		for _, a := range c.acks {
			r.Acknowledged(rowHead{"ack", "c", 1, 2}, messageOf(0, c.qos, false, false), a.step, a.code)
		}
		if got := len(r.tally.Awaited); got != c.awaited {
			t.Errorf("QoS %d, %v: expected %d awaited, got %d", c.qos, c.acks, c.awaited, got)
		}
	}
}

func TestWhatArrivedIsNotWaitedForWhicheverCameFirst(t *testing.T) {
	for _, acknowledgedFirst := range []bool{true, false} {
		r := NewRecorder("r", "p")
		message := messageOf(0, 1, false, false)
		acknowledge := func() { r.Acknowledged(rowHead{"ack", "c", 1, 2}, message, "puback", 0) }
		r.Sent(rowHead{"send", "c", 1, 1}, message)
		if acknowledgedFirst {
			acknowledge()
		}
		r.Received(rowHead{"receive", "s", 1, 3}, receiptOf(message.Payload))
		if !acknowledgedFirst {
			acknowledge()
		}
		if len(r.tally.Awaited) > 0 {
			t.Errorf("expected nothing awaited, got %v", r.tally.Awaited)
		}
	}
}
