package main

import (
	"testing"
	"time"

	"github.com/eclipse/paho.golang/packets"
)

// accept is the next connection, which is let in.
func (b *bench) accept(connack frame) *peer {
	b.t.Helper()
	conn, err := b.listener.Accept()
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	p := &peer{t: b.t, conn: conn}
	p.expect(packets.CONNECT)
	p.send(connack)
	return p
}

func TestAMemberThatWasRefusedLongEnoughGoesOnAndDoesNotAskAgainOnThatSession(t *testing.T) {
	b := newBench(t, mqtt311)
	s := newRecordedSubscriber(b.config, b.recorder, b.session, []subscription{{"$share/members/t/+", 1}}, func(bool) {}, 0, false)
	s.mayBeRefused = true
	for _, since := range []time.Duration{refusedLongEnough / 2, refusedLongEnough} {
		if s.refusedSince = time.Now().Add(-since); s.givesUp() != (since == refusedLongEnough) {
			t.Errorf("after %v: expected otherwise", since)
		}
	}
	go s.Run()
	defer s.Close(time.Second)
	refuse := func(p *peer) {
		p.send(frame{packets.SUBACK << 4, 3, 0, byte(p.expectID(packets.SUBSCRIBE)), refusedFrom})
	}
	first := b.accept(connack3(0, false))
	refuse(first)
	b.recorder.WaitUntil(func() bool { ready, _, _ := s.State(); return ready }, nowUs()+patience.Microseconds())
	if ready, _, _ := s.State(); !ready {
		t.Fatal("expected to be ready all the same")
	}
	_ = first.conn.Close()
	_ = b.accept(connack3(0, true)).conn.Close()
	refuse(b.accept(connack3(0, false)))
	b.expectRows([][]any{{1.0}, {3.0}}, "subscribe", "connection")
}

func TestALibraryThatAsksForNoSharedSubscriptionIsRefusedOne(t *testing.T) {
	const sharedAvailable = 0x2A
	b := newBench(t, mqtt5)
	c, p := b.connect(connack5(false, sharedAvailable, 0), nil)
	if code, came := c.Subscribe("$share/members/t/+", 1, patience); !came || code != 0x9E {
		t.Errorf("expected 0x9e, got %v and 0x%02x", came, code)
	}
	go c.Subscribe("t/+", 1, patience)
	p.expect(packets.SUBSCRIBE)
}
