package main

import (
	"cmp"
	"slices"
	"sync"
	"testing"
	"time"
)

type sent struct {
	qos byte
	seq int
}

type fakeTaker struct {
	mu      sync.Mutex
	taken   []sent
	refuses bool
}

func (f *fakeTaker) Hand(p *Publication) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refuses {
		return false
	}
	f.taken = append(f.taken, sent{p.QoS, p.Seq})
	return true
}

func (f *fakeTaker) settlesAt(t *testing.T, expected ...sent) {
	t.Helper()
	read := func() []sent {
		f.mu.Lock()
		defer f.mu.Unlock()
		return slices.SortedFunc(slices.Values(f.taken), func(a, b sent) int { return cmp.Or(int(a.qos)-int(b.qos), a.seq-b.seq) })
	}
	for deadline := time.Now().Add(2 * time.Second); !slices.Equal(read(), expected) && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond)
	if got := read(); !slices.Equal(got, expected) {
		t.Errorf("expected %v handed over, got %v", expected, got)
	}
}

type laneBench struct {
	lanes    *Lanes
	messages map[sent]*Publication
}

func newLaneBench(window int, qoses ...byte) *laneBench {
	b := &laneBench{NewLanes(qoses, window), map[sent]*Publication{}}
	b.lanes.SubscriptionKnown(true)
	notes := newNotes()
	b.lanes.Run(&notes)
	return b
}

func (b *laneBench) offer(qos byte, seqs ...int) {
	for _, seq := range seqs {
		p := &Publication{Topic: "t", Seq: seq, QoS: qos}
		b.messages[sent{qos, seq}] = p
		b.lanes.Offer(p)
	}
}

func (b *laneBench) settled(qos byte, seq int, step string, code byte) {
	b.lanes.Settled(b.messages[sent{qos, seq}], step, code)
}

func (b *laneBench) attach(sessionPresent bool) *fakeTaker {
	c := &fakeTaker{}
	for _, lane := range b.lanes.all() {
		lane.Attach(c, sessionPresent, noReceiveMaximum)
	}
	return c
}

func TestNoQoSWaitsForAnotherOne(t *testing.T) {
	b := newLaneBench(1, 0, 1, 2)
	c := b.attach(false)
	for qos := range byte(3) {
		b.offer(qos, 0, 1)
	}
	c.settlesAt(t, sent{0, 0}, sent{0, 1}, sent{1, 0}, sent{2, 0})
	b.settled(2, 0, stepPubcomp, 0)
	c.settlesAt(t, sent{0, 0}, sent{0, 1}, sent{1, 0}, sent{2, 0}, sent{2, 1})
}

func TestAllTogetherKeepToWhatTheBrokerTakes(t *testing.T) {
	b := newBench(t, mqtt5)
	c, p := b.connect(connack5(false, 0x21, 0, 5), nil)
	lanes := NewLanes([]byte{1, 2}, 20)
	lanes.SubscriptionKnown(true)
	notes := newNotes()
	lanes.Run(&notes)
	lanes.Attach(c)
	for seq := range 6 {
		lanes.Offer(b.message(seq, byte(1+seq%2)))
	}
	for range 4 {
		p.expectPublish(true)
	}
	if f := p.read(50 * time.Millisecond); f != nil {
		t.Errorf("expected two of each QoS, got another packet: % x", []byte(f))
	}
}

func TestWhatIsInFlightIsTheResumedSessions(t *testing.T) {
	b := newLaneBench(20, 1, 2)
	first := b.attach(false)
	b.offer(1, 0)
	b.offer(2, 0)
	first.settlesAt(t, sent{1, 0}, sent{2, 0})
	b.lanes.Detach()
	b.offer(1, 1)
	b.attach(true).settlesAt(t, sent{1, 1})
	if b.lanes.AreSettled() {
		t.Error("expected messages in flight")
	}
}

func TestWithoutItsSessionQoS1IsHandedOverAgainAndQoS2Never(t *testing.T) {
	b := newLaneBench(20, 1, 2)
	first := b.attach(false)
	b.offer(1, 0)
	b.offer(2, 0, 1)
	first.settlesAt(t, sent{1, 0}, sent{2, 0}, sent{2, 1})
	b.settled(2, 1, stepPubcomp, 0)
	b.lanes.Detach()
	b.offer(2, 2)
	b.attach(false).settlesAt(t, sent{1, 0}, sent{2, 2})
	if b.lanes.GivenUp() != 1 {
		t.Errorf("expected one given up, got %d", b.lanes.GivenUp())
	}
}

func TestWhatALibraryDoesNotTakeIsForTheNextConnection(t *testing.T) {
	for _, sessionPresent := range []bool{true, false} {
		b := newLaneBench(20, 2)
		for _, lane := range b.lanes.all() {
			lane.Attach(&fakeTaker{refuses: true}, false, noReceiveMaximum)
		}
		b.offer(2, 0)
		time.Sleep(20 * time.Millisecond)
		b.lanes.Detach()
		b.attach(sessionPresent).settlesAt(t, sent{2, 0})
	}
}

func TestARefusalIsNoEndButThatOfAPubcompIs(t *testing.T) {
	b := newLaneBench(20, 1, 2)
	c := b.attach(false)
	b.offer(1, 0)
	b.offer(2, 0, 1)
	c.settlesAt(t, sent{1, 0}, sent{2, 0}, sent{2, 1})
	b.settled(1, 0, "puback", 0x97)
	b.settled(2, 0, stepPubrec, 0x97)
	b.settled(2, 1, stepPubcomp, 0x92)
	c.settlesAt(t, sent{1, 0}, sent{1, 0}, sent{2, 0}, sent{2, 0}, sent{2, 1})
}

func TestLeavesOutWhatTheBrokerDoesNotOffer(t *testing.T) {
	b := newLaneBench(20, 0, 1, 2)
	if out := b.lanes.LeaveOutAbove(1); !slices.Equal(out, []byte{2}) || !slices.Equal(b.lanes.QoSes(), []byte{0, 1}) {
		t.Errorf("expected 2 left out, got %v and %v", out, b.lanes.QoSes())
	}
	b.offer(2, 0) // and what is offered all the same goes nowhere
	if !b.lanes.AreSettled() {
		t.Error("expected nothing to wait for")
	}
}
