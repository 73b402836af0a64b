package main

import "testing"

// tallyOf has messages that are due at their seq in ms, and are received 2 ms later.
func tallyOf(count int, acked, received func(seq int) bool) *Tally {
	tally := NewTally()
	for seq := range count {
		p := &Publication{Topic: "t", Seq: seq, QoS: 1, IntendedUs: int64(seq) * 1000}
		tally.Send("c", p)
		if acked(seq) {
			tally.Acknowledge("c", p, "puback", 0)
		}
		if received(seq) {
			tally.Receive(p.id("c"), p.IntendedUs+2000)
		}
	}
	return tally
}

func below(limit int) func(int) bool { return func(seq int) bool { return seq < limit } }

func workloadFacts(planned int) WorkloadFacts {
	return WorkloadFacts{Workload: "w", NowUs: 2_000_000, EndUs: 1_000_000, Planned: planned, IsForAll: true, MeasuresLatency: true}
}

func TestEverythingThatWasSentIsReceivedLostOrUnconfirmed(t *testing.T) {
	s := Summarize(tallyOf(5, below(3), func(seq int) bool { return seq < 2 || seq == 3 }), workloadFacts(6))
	if got := [...]int{s.Planned, s.Sent, s.Acked, s.Received, s.Lost, s.Unconfirmed, s.Unsent}; got != [...]int{6, 5, 3, 3, 1, 1, 1} {
		t.Errorf("got %v", got)
	}
}

func TestNothingIsLostThatNobodyHadToGet(t *testing.T) {
	facts := workloadFacts(5)
	facts.IsForAll = false
	if s := Summarize(tallyOf(5, below(3), below(1)), facts); s.Lost != 0 || s.Unconfirmed != 4 {
		t.Errorf("expected none lost and 4 unconfirmed, got %d, %d", s.Lost, s.Unconfirmed)
	}
}

func TestALossDoesNotMakeTheLatencyLookBetter(t *testing.T) {
	s := Summarize(tallyOf(100, below(100), below(98)), workloadFacts(100))
	if *s.P50Ms < 1.9 || *s.P50Ms > 2.1 || *s.P99Ms < 901 || *s.P99Ms > 903 {
		t.Errorf("expected 2 and 902, got %v, %v", *s.P50Ms, *s.P99Ms)
	}
}

func TestALatencyThatIsNotMeasuredIsNull(t *testing.T) {
	facts := workloadFacts(1)
	facts.MeasuresLatency = false
	for _, s := range []Summary{Summarize(tallyOf(1, below(1), below(1)), facts), Summarize(NewTally(), workloadFacts(1))} {
		if s.P50Ms != nil || s.P99Ms != nil || s.MaxMs != nil {
			t.Errorf("expected null, got %+v", s)
		}
	}
}

func TestWhatCameFromNowhereMakesNothingConfirmed(t *testing.T) {
	tally := tallyOf(2, below(0), below(1))
	tally.Receive(MessageID{"other", "t", 0}, 5)
	if s := Summarize(tally, workloadFacts(2)); s.Received != 2 || s.Unconfirmed != 1 {
		t.Errorf("expected 2 received and 1 unconfirmed, got %d, %d", s.Received, s.Unconfirmed)
	}
}
