package main

import (
	"slices"
	"sync"
	"testing"
	"time"
)

type fakeConnection struct {
	mu        sync.Mutex
	published []int
}

func (f *fakeConnection) Publish(_ string, payload []byte) {
	seq, _ := SeqOf(ours, payload)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.published = append(f.published, seq)
}

func (f *fakeConnection) settlesAt(t *testing.T, expected ...int) {
	t.Helper()
	read := func() []int {
		f.mu.Lock()
		defer f.mu.Unlock()
		return slices.Clone(f.published)
	}
	for deadline := time.Now().Add(2 * time.Second); !slices.Equal(read(), expected) && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond)
	if got := read(); !slices.Equal(got, expected) {
		t.Errorf("expected %v handed over, got %v", expected, got)
	}
}

func newRunningOutbox() (*Outbox, func(count int)) {
	journal := NewJournal(ours)
	outbox := NewOutbox(journal, "t")
	go outbox.Run()
	return outbox, func(count int) {
		for range count {
			seq, _ := journal.Generated(0)
			outbox.Add(seq, EncodePayload(ours, seq, 0, 0))
		}
	}
}

func TestHandsNothingOverBeforeTheSubscriptionIsKnown(t *testing.T) {
	outbox, add := newRunningOutbox()
	connection := &fakeConnection{}
	outbox.Attach(connection)
	add(2)
	connection.settlesAt(t)
	outbox.SubscriptionKnown(true)
	connection.settlesAt(t, 0, 1)
}

func TestHandsOverAgainOnANewConnectionWhatIsNotAcknowledged(t *testing.T) {
	outbox, add := newRunningOutbox()
	first, second := &fakeConnection{}, &fakeConnection{}
	outbox.SubscriptionKnown(true)
	outbox.Attach(first)
	add(3)
	first.settlesAt(t, 0, 1, 2)
	outbox.Acknowledged(1, 1)
	outbox.Detach()
	add(1)
	outbox.Attach(second)
	second.settlesAt(t, 0, 2, 3)
}

func TestWhatWasAcknowledgedWhileItWaitedIsNotHandedOverAgain(t *testing.T) {
	outbox, add := newRunningOutbox()
	first, second := &fakeConnection{}, &fakeConnection{}
	outbox.SubscriptionKnown(true)
	outbox.Attach(first)
	add(1)
	first.settlesAt(t, 0)
	outbox.SubscriptionKnown(false)
	outbox.Attach(second)
	outbox.Acknowledged(0, 1)
	outbox.SubscriptionKnown(true)
	second.settlesAt(t)
}
