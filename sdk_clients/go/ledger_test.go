package main

import (
	"slices"
	"testing"
)

func ledgerOf(count int) *Ledger {
	l := &Ledger{}
	for i := range count {
		l.Generate(int64(i)*1000, int64(i)*1000+1)
	}
	return l
}

func TestEveryPlannedMessageIsInExactlyOneClass(t *testing.T) {
	l := ledgerOf(5)
	for seq := range 4 {
		l.HandOver(seq, 10)
	}
	l.Acknowledge(0, 20)
	l.Receive(0, 20, false)
	l.Acknowledge(1, 20)
	l.Receive(2, 20, false)
	got := l.Counts(6)
	if got.OK != 1 || got.Lost != 1 || got.Recovered != 1 || got.Unconfirmed != 1 || got.Unsent != 2 {
		t.Errorf("expected one message in each class and two unsent, got %+v", got)
	}
	if got.Sent != 4 || got.Acked != 2 || got.Received != 2 || !slices.Equal(got.LostSeqs, []int{1}) {
		t.Errorf("expected 4 sent, 2 acked, 2 received and seq 1 lost, got %+v", got)
	}
}

func TestListsOnlyTheFirstLostMessagesButCountsAll(t *testing.T) {
	l := ledgerOf(lostSeqsLimit + 50)
	for seq := range l.Messages {
		l.HandOver(seq, 10)
		l.Acknowledge(seq, 20)
	}
	got := l.Counts(len(l.Messages))
	if got.Lost != lostSeqsLimit+50 || len(got.LostSeqs) != lostSeqsLimit || got.LostSeqs[lostSeqsLimit-1] != lostSeqsLimit-1 {
		t.Errorf("expected %d lost and the first %d listed, got %d and %d", lostSeqsLimit+50, lostSeqsLimit, got.Lost, len(got.LostSeqs))
	}
}

func TestAMessageAcknowledgedLateIsNoLongerRecoveredButOK(t *testing.T) {
	l := ledgerOf(1)
	l.HandOver(0, 10)
	l.Receive(0, 20, false)
	if l.AllOK() || l.Counts(len(l.Messages)).Recovered != 1 {
		t.Errorf("expected it recovered before its acknowledgement, got %+v", l.Counts(len(l.Messages)))
	}
	l.Acknowledge(0, 30)
	if !l.AllOK() || l.Counts(len(l.Messages)).Recovered != 0 {
		t.Errorf("expected it ok, got %+v", l.Counts(len(l.Messages)))
	}
}

func TestCountsByIdentityHoweverOftenAMessageIsReceived(t *testing.T) {
	l := ledgerOf(1)
	for at := int64(1); at <= 5; at++ {
		if first := l.Receive(0, at, at > 2); first != (at == 1) {
			t.Errorf("receipt %d: expected first %v, got %v", at, at == 1, first)
		}
	}
	if c := l.Counts(len(l.Messages)); c.Received != 1 || c.Duplicates != 4 || l.DuplicatesFlagged != 3 || *l.Messages[0].RecvUs != 1 {
		t.Errorf("expected 1 received at 1, 4 duplicates, 3 of them flagged, got %+v, %d flagged", c, l.DuplicatesFlagged)
	}
}

func TestKeepsTheFirstHandOverAndTheFirstAcknowledgement(t *testing.T) {
	l := ledgerOf(1)
	l.HandOver(0, 10)
	l.HandOver(0, 30)
	if !l.Acknowledge(0, 40) || l.Acknowledge(0, 50) {
		t.Error("expected only the first acknowledgement to be the first")
	}
	if m := l.Messages[0]; *m.SentUs != 10 || m.Attempts != 2 || *m.AckUs != 40 {
		t.Errorf("expected sent at 10, 2 attempts, acked at 40, got %d, %d, %d", *m.SentUs, m.Attempts, *m.AckUs)
	}
}

func TestARepeatedReceiptMakesNothingOKTwice(t *testing.T) {
	l := ledgerOf(2)
	l.Acknowledge(0, 10)
	l.Receive(0, 20, false)
	l.Receive(0, 30, true)
	if l.AllOK() {
		t.Error("expected seq 1 to be missing, got all ok")
	}
}

func TestASeqThatWasNotGeneratedIsUnexpected(t *testing.T) {
	l := ledgerOf(2)
	for _, seq := range []int{-1, 2, 1 << 40} {
		l.Receive(seq, 10, false)
	}
	l.ReceiveUnexpected()
	if l.Unexpected != 4 || l.Counts(len(l.Messages)).Received != 0 {
		t.Errorf("expected 4 unexpected and none received, got %d and %d", l.Unexpected, l.Counts(len(l.Messages)).Received)
	}
}

func TestAnInversionIsAFirstReceiptBelowOneReceivedBefore(t *testing.T) {
	for _, c := range []struct {
		order    []int
		expected int
	}{{[]int{0, 1, 2, 3}, 0}, {[]int{0, 3, 1, 2}, 2}, {[]int{0, 1, 0, 1, 2}, 0}, {[]int{3, 2, 1, 0}, 3}} {
		l := ledgerOf(4)
		for _, seq := range c.order {
			l.Receive(seq, 10, false)
		}
		if l.Inversions != c.expected {
			t.Errorf("%v: expected %d inversions, got %d", c.order, c.expected, l.Inversions)
		}
	}
}

func TestAReceiptOfAnotherCopyOfThisClientIsNotOursAndIsShown(t *testing.T) {
	l := &Ledger{}
	for seq := range 3 {
		l.Generate(int64(seq)*100, 1)
	}
	l.ReceiveNamed(1, 100, 10, false)
	for range 30 {
		l.ReceiveNamed(2, 777, 20, false)
	}
	l.ReceiveNamed(3, 300, 30, false)
	if got := l.Counts(3).Received; got != 1 {
		t.Errorf("expected 1 received, got %d", got)
	}
	if l.Unexpected != 31 || len(l.Impostors) != 20 {
		t.Errorf("expected 31 unexpected and 20 shown, got %d and %d", l.Unexpected, len(l.Impostors))
	}
	if first := (Impostor{Named{2, 777}, 20}); l.Impostors[0] != first {
		t.Errorf("expected %v, got %v", first, l.Impostors[0])
	}
}
