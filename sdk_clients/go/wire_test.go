package main

import (
	"testing"
	"time"

	"github.com/eclipse/paho.golang/packets"
)

// inBoth runs a test with each of the two libraries.
func inBoth(t *testing.T, test func(t *testing.T, b *bench, v5 bool, connack func(present bool) frame)) {
	t.Run("MQTT 3.1.1", func(t *testing.T) {
		t.Parallel()
		test(t, newBench(t, mqtt311), false, func(present bool) frame { return connack3(0, present) })
	})
	t.Run("MQTT 5", func(t *testing.T) {
		t.Parallel()
		test(t, newBench(t, mqtt5), true, func(present bool) frame { return connack5(present) })
	})
}

func TestEveryStepOfAQoS2MessageIsRecordedWhenItsPacketComes(t *testing.T) {
	inBoth(t, func(t *testing.T, b *bench, v5 bool, connack func(bool) frame) {
		c, p := b.connect(connack(false), nil)
		c.Hand(b.message(0, 2))
		id, dup := p.expectPublish(v5)
		b.expectRows([][]any{}, "ack")
		p.send(ackOf(packets.PUBREC, id))
		p.expect(packets.PUBREL)
		b.expectRows([][]any{{1., 0., "pubrec", 0.}}, "ack", "connection", "seq", "step", "code")
		if dup || len(b.settled) > 0 {
			t.Errorf("expected no DUP and nothing settled, got %v, %d", dup, len(b.settled))
		}
		p.send(ackOf(packets.PUBCOMP, id))
		b.expectSettled(settlement{0, "pubcomp", 0})
		b.expectRows([][]any{{"pubrec"}, {"pubcomp"}}, "ack", "step")
	})
}

func TestAnAnswerToAPacketIDThatIsNotInUseIsOfNoMessage(t *testing.T) {
	inBoth(t, func(t *testing.T, b *bench, v5 bool, connack func(bool) frame) {
		c, p := b.connect(connack(false), nil)
		c.Hand(b.message(0, 1))
		id, _ := p.expectPublish(v5)
		p.send(ackOf(packets.PUBACK, id+1), ackOf(packets.PUBACK, id), ackOf(packets.PUBACK, id))
		b.expectSettled(settlement{0, "puback", 0})
		b.expectRows([][]any{{1., 0., "puback"}}, "ack", "connection", "seq", "step")
	})
}

func TestAResumedSessionSendsAgainWhatIsOpenAndThatIsNoNewHandOver(t *testing.T) {
	inBoth(t, func(t *testing.T, b *bench, v5 bool, connack func(bool) frame) {
		c, p := b.connect(connack(false), nil)
		for seq, qos := range []byte{1, 2, 2} {
			c.Hand(b.message(seq, qos))
		}
		ids := map[int]uint16{}
		for seq := range 3 {
			ids[seq], _ = p.expectPublish(v5)
		}
		p.send(ackOf(packets.PUBREC, ids[2]))
		p.expect(packets.PUBREL)
		_ = p.conn.Close()
		<-c.Lost
		c, p = b.connect(connack(true), nil)
		for seq := range 2 {
			if id, dup := p.expectPublish(v5); id != ids[seq] || !dup {
				t.Errorf("expected message %d with its packet id %d and DUP, got %d, %v", seq, ids[seq], id, dup)
			}
		}
		if id := p.expectID(packets.PUBREL); id != ids[2] {
			t.Errorf("expected the PUBREL of %d, got that of %d", ids[2], id)
		}
		// A packet id that is in use is not given to another message.
		c.Hand(b.message(3, 1))
		fourth, _ := p.expectPublish(v5)
		for seq, id := range ids {
			if id == fourth {
				t.Errorf("expected a packet id of its own, got that of message %d", seq)
			}
		}
		p.send(ackOf(packets.PUBACK, ids[0]), ackOf(packets.PUBCOMP, ids[2]))
		b.expectSettled(settlement{0, "puback", 0}, settlement{2, "pubcomp", 0})
		_ = p.conn.Close()
		<-c.Lost
		_, p = b.connect(connack(true), nil)
		for _, open := range []uint16{ids[1], fourth} {
			if id, _ := p.expectPublish(v5); id != open {
				t.Errorf("expected %d, which is still open, got %d", open, id)
			}
		}
		b.expectRows([][]any{{1., 0.}, {1., 1.}, {1., 2.}, {2., 3.}}, "send", "connection", "seq")
	})
}

func TestALostSessionLeavesNothingToSendAgain(t *testing.T) {
	inBoth(t, func(t *testing.T, b *bench, v5 bool, connack func(bool) frame) {
		c, p := b.connect(connack(false), nil)
		c.Hand(b.message(0, 2))
		id, _ := p.expectPublish(v5)
		p.send(ackOf(packets.PUBREC, id))
		p.expect(packets.PUBREL)
		c.Hand(b.message(1, 2))
		p.expectPublish(v5)
		_ = p.conn.Close()
		<-c.Lost
		c, p = b.connect(connack(false), nil)
		c.Hand(b.message(2, 1))
		// The next packet is the new message.
		if _, dup := p.expectPublish(v5); dup {
			t.Error("expected a new message, got an old one")
		}
	})
}

func TestARefusedConnackEndsNoSession(t *testing.T) {
	inBoth(t, func(t *testing.T, b *bench, v5 bool, connack func(bool) frame) {
		c, p := b.connect(connack(false), nil)
		c.Hand(b.message(0, 1))
		id, _ := p.expectPublish(v5)
		_ = p.conn.Close()
		<-c.Lost
		refusal := connack3(3, false)
		if v5 {
			refusal = frame{packets.CONNACK << 4, 3, 0, 0x88, 0}
		}
		if c, _ := b.connect(refusal, nil); c != nil {
			t.Error("expected no connection")
		}
		_, p = b.connect(connack(true), nil)
		if again, dup := p.expectPublish(v5); again != id || !dup {
			t.Errorf("expected packet %d again, got %d, %v", id, again, dup)
		}
		b.expectRows([][]any{{1., "peer"}, {2., "peer"}}, "close", "connection", "by")
		if _, connections, _ := b.recorder.Figures(); connections != 2 {
			t.Errorf("expected two connections, got %d", connections)
		}
	})
}

func TestAQoS2MessageIsReceivedWhenItsPublishComesAndOnceUntilItsPubrel(t *testing.T) {
	inBoth(t, func(t *testing.T, b *bench, v5 bool, connack func(bool) frame) {
		c, p := b.connect(connack(false), nil)
		p.send(publishOf(b.payload(5), 2, 9, false, v5))
		p.expect(packets.PUBREC)
		_ = p.conn.Close()
		<-c.Lost
		_, p = b.connect(connack(true), nil)
		p.send(publishOf(b.payload(5), 2, 9, true, v5))
		p.expect(packets.PUBREC)
		p.send(ackOf(packets.PUBREL, 9))
		p.expect(packets.PUBCOMP)
		b.expectRows([][]any{{1., 5., 2., false}}, "receive", "connection", "seq", "qos", "dup")
		p.send(publishOf(b.payload(5), 2, 9, true, v5))
		p.expect(packets.PUBREC)
		b.expectRows([][]any{{1., 5., false}, {2., 5., true}}, "receive", "connection", "seq", "dup")
	})
}

func TestPacketsThatComeTogetherHaveTimesInTheirOrder(t *testing.T) {
	inBoth(t, func(t *testing.T, b *bench, v5 bool, connack func(bool) frame) {
		_, p := b.connect(connack(false), nil)
		const count = 50
		var together frame
		for seq := range count {
			together = append(together, publishOf(b.payload(seq), 0, 0, false, v5)...)
		}
		p.send(together)
		var times [][]any
		for until := time.Now().Add(patience); len(times) < count && time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
			times = b.rows("receive", "at_us", "seq")
		}
		if len(times) != count {
			t.Fatalf("expected %d receipts, got %d", count, len(times))
		}
		for i := 1; i < len(times); i++ {
			if times[i][1] != float64(i) || times[i][0].(float64) <= times[i-1][0].(float64) {
				t.Fatalf("expected each later than the one before, got %v after %v", times[i], times[i-1])
			}
		}
	})
}

func TestAnotherMessageUnderAPacketIDThatIsInUseIsAReceipt(t *testing.T) {
	inBoth(t, func(t *testing.T, b *bench, v5 bool, connack func(bool) frame) {
		_, p := b.connect(connack(false), nil)
		for seq := range 2 {
			p.send(publishOf(b.payload(seq), 2, 9, false, v5))
			p.expect(packets.PUBREC)
		}
		b.expectRows([][]any{{0.}, {1.}}, "receive", "seq")
	})
}

func TestWhatIsOfAnotherRunIsCountedAndNoReceipt(t *testing.T) {
	inBoth(t, func(t *testing.T, b *bench, v5 bool, connack func(bool) frame) {
		_, p := b.connect(connack(false), nil)
		for _, payload := range [][]byte{EncodePayload(Identity{"other", "p", "c-pub"}, 0, 7, 0), nil, []byte("{")} {
			p.send(publishOf(payload, 0, 0, false, v5))
		}
		p.send(publishOf(b.payload(1), 1, 3, false, v5))
		p.expect(packets.PUBACK)
		b.expectRows([][]any{{"c-pub", 1.}}, "receive", "publisher", "seq")
		b.recorder.Counted(func(tally *Tally) {
			if tally.Unexpected != 3 {
				t.Errorf("expected 3 unexpected, got %d", tally.Unexpected)
			}
		})
	})
}

func TestARefusedPubrecEndsTheMessageAndNoPubrelFollows(t *testing.T) {
	b := newBench(t, mqtt5)
	c, p := b.connect(connack5(false), nil)
	c.Hand(b.message(0, 2))
	id, _ := p.expectPublish(true)
	p.send(ackOf(packets.PUBREC, id, 0x97))
	b.expectSettled(settlement{0, "pubrec", 0x97})
	c.Hand(b.message(1, 1))
	p.expectPublish(true)
	b.expectRows([][]any{{0., "pubrec", 151.}}, "ack", "seq", "step", "code")
}
