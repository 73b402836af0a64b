package main

import (
	"testing"
	"time"

	"github.com/eclipse/paho.golang/packets"
)

func TestEachEndOfAConnectionIsCalledByItsName(t *testing.T) {
	inBoth(t, func(t *testing.T, b *bench, v5 bool, connack func(bool) frame) {
		c, p := b.connect(connack(false), nil)
		c.Disconnect(patience)
		p.expect(packets.DISCONNECT)
		c, p = b.connect(connack(false), nil)
		c.Cut()
		if f := p.read(patience); f != nil {
			t.Errorf("expected an end without a packet, got % x", []byte(f))
		}
		c, p = b.connect(connack(false), nil)
		_ = p.conn.Close()
		<-c.Lost
		b.expectRows([][]any{{1., ownDisconnect, nil}, {2., ownCut, nil}, {3., byPeer, nil}}, "close", "connection", "by", "reason_code")
	})
}

func TestAMuteConnectionSaysNothingAndStaysOpen(t *testing.T) {
	inBoth(t, func(t *testing.T, b *bench, _ bool, connack func(bool) frame) {
		const silence = 1500 * time.Millisecond
		b.session.KeepAlive = time.Second
		c, p := b.connect(connack(false), nil)
		c.wire.Mute()
		_ = p.conn.SetReadDeadline(time.Now().Add(silence))
		for began := time.Now(); time.Since(began) < silence; {
			// MQTT 5's library pings as soon as it is connected.
			if n, err := p.conn.Read(make([]byte, 10)); n == 0 && time.Since(began) < silence-100*time.Millisecond {
				t.Fatalf("expected an open connection, got %v", err)
			}
		}
		c.wire.Release()
		if f := p.read(patience); f != nil {
			t.Errorf("expected nothing, got % x", []byte(f))
		}
		b.expectRows([][]any{{1., ownMute}}, "close", "connection", "by")
	})
}

func TestABrokerThatAnswersNoPingHasTimedOut(t *testing.T) {
	inBoth(t, func(t *testing.T, b *bench, _ bool, connack func(bool) frame) {
		b.session.KeepAlive = time.Second
		c, _ := b.connect(connack(false), nil)
		<-c.Lost
		b.expectRows([][]any{{1., byTimeout}}, "close", "connection", "by")
	})
}

func TestLeavesWithItsWillWhereItIsToldTo(t *testing.T) {
	b := newBench(t, mqtt5)
	c, p := b.connect(connack5(false), nil)
	c.DisconnectWithWill(patience)
	if code := p.expect(packets.DISCONNECT).disconnect(); code != disconnectWithWill {
		t.Errorf("expected 0x04, got 0x%02x", code)
	}
	b.expectRows([][]any{{ownWithWill}}, "close", "by")
}

func TestSaysWhatTheBrokerOffersAndWhyItEndsAConnection(t *testing.T) {
	b := newBench(t, mqtt5)
	// Maximum QoS 1, Shared Subscription Available 0, Server Keep Alive 30.
	c, p := b.connect(connack5(false, 0x24, 1, 0x2A, 0, 0x13, 0, 30), nil)
	if c.offers.maximumQoS != 1 {
		t.Errorf("expected Maximum QoS 1, got %d", c.offers.maximumQoS)
	}
	p.send(frame{0xE0, 2, 0x8E, 0})
	<-c.Lost
	b.expectRows([][]any{{1., true, false}}, "connack", "maximum_qos", "retain_available", "shared_available")
	b.expectRows([][]any{{30.}}, "connect", "keep_alive_s")
	b.expectRows([][]any{{byPeer, 142.}}, "close", "by", "reason_code")
}
