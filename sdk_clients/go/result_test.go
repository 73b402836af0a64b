package main

import (
	"math"
	"testing"
)

const endUs = 20_000_000

func factsOf(planned int) RunFacts {
	return RunFacts{NowUs: endUs + 1, EndUs: endUs, Planned: planned, Rate: 50, LedgerOK: true}
}

// runOf has every message 1 ms late, acknowledged after 2 ms and received after 3 ms.
func runOf(count int, lost int) *Ledger {
	l := &Ledger{}
	for seq := range count {
		due := int64(seq) * 20_000
		l.Generate(due, due+1000)
		l.HandOver(seq, due+1000)
		l.Acknowledge(seq, due+2000)
		if seq != lost {
			l.Receive(seq, due+3000, false)
		}
	}
	return l
}

func near(t *testing.T, name string, got *float64, expected, tolerance float64) {
	t.Helper()
	if got == nil || math.Abs(*got-expected) > tolerance {
		t.Errorf("%s: expected %v, got %v", name, expected, got)
	}
}

func TestACompleteRunEndsWith0(t *testing.T) {
	r, status := BuildResult(runOf(100, -1), factsOf(100))
	if status != 0 {
		t.Errorf("expected status 0, got %d", status)
	}
	near(t, "p50_ms", r.P50Ms, 3, 0.01)
	near(t, "ack_p99_ms", r.AckP99Ms, 2, 0.01)
	near(t, "lateness_max_ms", r.LatenessMaxMs, 1, 0.01)
}

func TestALossCannotMakeTheLatencyLookBetter(t *testing.T) {
	r, status := BuildResult(runOf(100, 50), factsOf(100))
	if status != 1 || r.Lost != 1 || r.NaiveLost != 1 {
		t.Errorf("expected status 1, 1 lost, 1 naively lost, got %d, %d, %d", status, r.Lost, r.NaiveLost)
	}
	near(t, "max_ms", r.MaxMs, 19_000, 20)
}

func TestDuplicatesDoNotHideALossAsTheyDoFromNaiveCounting(t *testing.T) {
	l := runOf(100, 50)
	l.Receive(51, endUs, true)
	if r, status := BuildResult(l, factsOf(100)); r.NaiveLost != 0 || r.Lost != 1 || status != 1 {
		t.Errorf("expected 0 naively lost, 1 lost, status 1, got %d, %d, %d", r.NaiveLost, r.Lost, status)
	}
}

func TestWhatNobodyGeneratedIsNoPartOfNaiveCounting(t *testing.T) {
	l := runOf(100, 50)
	l.ReceiveUnexpected()
	if r, _ := BuildResult(l, factsOf(100)); r.NaiveLost != 1 {
		t.Errorf("expected 1 naively lost, got %d", r.NaiveLost)
	}
}

func TestTheWorstOf60MessagesIsTheir99thPercentile(t *testing.T) {
	r, _ := BuildResult(runOf(60, 59), factsOf(60))
	if *r.P99Ms != *r.MaxMs || *r.P90Ms > 4 {
		t.Errorf("expected the p99 to be the maximum %v, got %v (p90 %v)", *r.MaxMs, *r.P99Ms, *r.P90Ms)
	}
}

func TestIsNullWhereNothingWasMeasured(t *testing.T) {
	r, status := BuildResult(&Ledger{}, factsOf(100))
	for _, value := range []*float64{r.P50Ms, r.P999Ms, r.MaxMs, r.AckP50Ms, r.AckMaxMs, r.LatenessP99Ms} {
		if value != nil {
			t.Errorf("expected null, got %v", *value)
		}
	}
	if r.AchievedRateRatio != 0 || status != 1 {
		t.Errorf("expected ratio 0 and status 1, got %v and %d", r.AchievedRateRatio, status)
	}
}

func TestIsNoSuccess(t *testing.T) {
	unwritten := factsOf(100)
	unwritten.LedgerOK = false
	for name, c := range map[string]struct {
		ledger *Ledger
		facts  RunFacts
	}{
		"one message not generated": {runOf(99, -1), factsOf(100)},
		"nothing planned":           {&Ledger{}, factsOf(0)},
		"ledger not written":        {runOf(100, -1), unwritten},
	} {
		if _, status := BuildResult(c.ledger, c.facts); status != 1 {
			t.Errorf("%s: expected status 1, got %d", name, status)
		}
	}
}

func TestAGeneratorThatFellBehindDidNotAchieveItsRate(t *testing.T) {
	l := runOf(99, -1)
	l.Generate(99*20_000, 99*20_000+500_000)
	if r, _ := BuildResult(l, factsOf(100)); math.Abs(r.AchievedRateRatio-0.8) > 1e-6 {
		t.Errorf("expected 0.8, got %v", r.AchievedRateRatio)
	}
}
