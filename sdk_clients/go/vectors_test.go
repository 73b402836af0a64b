package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"testing"
)

// vectorCase is one line of the cases that all clients share: what must be counted and measured after a history of events.
type vectorCase struct {
	Planned int                 `json:"planned"`
	EndUs   int64               `json:"end_us"`
	Events  [][]json.RawMessage `json:"events"`
	Expect  struct {
		Counts     map[string]int `json:"counts"`
		LostSeqs   []int          `json:"lost_seqs"`
		Settled    bool           `json:"settled"`
		LatencyMs  []float64      `json:"latency_ms"`
		AckMs      []float64      `json:"ack_ms"`
		LatenessMs []float64      `json:"lateness_ms"`
		Messages   [][]*int64     `json:"messages"`
	} `json:"expect"`
}

func TestCountsAndMeasuresEveryHistoryAsTheContractSays(t *testing.T) {
	file, err := os.Open(cmp.Or(os.Getenv("LEDGER_VECTORS"), "../ledger-vectors.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<24)
	number := 0
	for lines.Scan() {
		number++
		var c vectorCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("line %d: %v", number, err)
		}
		t.Run(fmt.Sprintf("line %d", number), func(t *testing.T) { checkVector(t, c) })
	}
	if number == 0 || lines.Err() != nil {
		t.Fatalf("expected cases, got %d: %v", number, lines.Err())
	}
}

func ledgerAfter(t *testing.T, events [][]json.RawMessage) *Ledger {
	ledger := &Ledger{}
	for _, event := range events {
		var kind string
		var seq, at int64
		var dup bool
		into := []any{&kind, &seq, &at, &dup}
		for i, member := range event {
			if err := json.Unmarshal(member, into[i]); err != nil {
				t.Fatal(err)
			}
		}
		switch kind {
		case "generate":
			ledger.Generate(seq, at)
		case "hand_over":
			ledger.HandOver(int(seq), at)
		case "acknowledge":
			ledger.Acknowledge(int(seq), at)
		case "receive":
			ledger.Receive(int(seq), at, dup)
		case "stranger":
			ledger.ReceiveUnexpected()
		default:
			t.Fatalf("unknown event %q", kind)
		}
	}
	return ledger
}

func checkVector(t *testing.T, c vectorCase) {
	ledger := ledgerAfter(t, c.Events)
	counts := ledger.Counts(c.Planned)
	r, _ := BuildResult(ledger, RunFacts{NowUs: c.EndUs, EndUs: c.EndUs, Planned: c.Planned, Rate: 1})
	got := map[string]int{
		"sent": r.Sent, "acked": r.Acked, "received": r.Received, "ok": counts.OK, "lost": r.Lost,
		"recovered": r.Recovered, "unconfirmed": r.Unconfirmed, "unsent": r.Unsent, "attempts": r.Attempts,
		"naive_lost": r.NaiveLost, "duplicates": r.Duplicates, "duplicates_flagged": r.DuplicatesFlagged,
		"unexpected": r.Unexpected, "inversions": r.Inversions,
	}
	if !reflect.DeepEqual(got, c.Expect.Counts) {
		t.Errorf("counts: expected %v, got %v", c.Expect.Counts, got)
	}
	if !reflect.DeepEqual(r.LostSeqs, c.Expect.LostSeqs) {
		t.Errorf("lost_seqs: expected %v, got %v", c.Expect.LostSeqs, r.LostSeqs)
	}
	if ledger.AllOK() != c.Expect.Settled {
		t.Errorf("settled: expected %v", c.Expect.Settled)
	}
	messages := [][]*int64{}
	for _, m := range ledger.Messages {
		attempts, dups := int64(m.Attempts), int64(m.Dups)
		messages = append(messages, []*int64{m.SentUs, &attempts, m.AckUs, m.RecvUs, &dups})
	}
	if !reflect.DeepEqual(messages, c.Expect.Messages) {
		t.Error("messages differ")
	}
	sameTimes(t, "latency", []*float64{r.P50Ms, r.P90Ms, r.P99Ms, r.P999Ms, r.MaxMs}, c.Expect.LatencyMs, nil)
	sameTimes(t, "ack", []*float64{r.AckP50Ms, r.AckP99Ms, r.AckMaxMs}, c.Expect.AckMs, []int{0, 2, 4})
	sameTimes(t, "lateness", []*float64{r.LatenessP99Ms, r.LatenessMaxMs}, c.Expect.LatenessMs, []int{2, 4})
}

// sameTimes allows for three significant digits; which names the percentiles among those expected that the result line has.
func sameTimes(t *testing.T, name string, got []*float64, expected []float64, which []int) {
	for i, value := range got {
		at := i
		if which != nil {
			at = which[i]
		}
		if (value == nil) != (expected == nil) {
			t.Errorf("%s %d: expected %v, got %v", name, i, expected, value)
		} else if value != nil && math.Abs(*value-expected[at]) > expected[at]/500+0.002 {
			t.Errorf("%s %d: expected %v, got %v", name, i, expected[at], *value)
		}
	}
}
