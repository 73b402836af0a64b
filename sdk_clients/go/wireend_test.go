package main

import (
	"io"
	"net"
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

// closesWhileItWrites has somebody else close the wire as soon as a DISCONNECT is out, and goes on a little later.
type closesWhileItWrites struct {
	net.Conn
	wire *Wire
}

func (c *closesWhileItWrites) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	go c.wire.Close()
	time.Sleep(50 * time.Millisecond)
	return n, err
}

func TestAConnectionThatIsClosedRightAfterItsDisconnectWasLeft(t *testing.T) {
	here, there := net.Pipe()
	go io.Copy(io.Discard, there)
	ends := endsOnly{make(chan string, 2)}
	conn := &closesWhileItWrites{Conn: here}
	conn.wire = NewWire(conn, ends, false)
	conn.wire.closesAs(ownCut)
	if _, err := conn.wire.Write([]byte{packets.DISCONNECT << 4, 0}); err != nil {
		t.Fatal(err)
	}
	if by := <-ends.ends; by != ownDisconnect {
		t.Errorf("expected %s, got %s", ownDisconnect, by)
	}
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

func TestAWillIsNamedByItsConnect(t *testing.T) {
	inBoth(t, func(t *testing.T, b *bench, _ bool, connack func(bool) frame) {
		b.connect(connack(false), &Will{"t/w", 4, 1, 0, b.payload(4), 7})
		will := map[string]any{"topic": "t/w", "seq": 4., "qos": 1., "delay_s": 0.}
		b.expectRows([][]any{{false, 5., will}}, "connect", "clean", "keep_alive_s", "will")
		b.recorder.Counted(func(tally *Tally) {
			if _, is := tally.Sent[MessageID{"c-pub", "t/w", 4}]; !is || len(tally.Sent) != 1 {
				t.Errorf("expected the will alone, got %v", tally.Sent)
			}
		})
	})
}

// hastyPeer closes the connection while the DISCONNECT is still being written.
type hastyPeer struct {
	net.Conn
	closed, noticed chan struct{}
}

func (h hastyPeer) Read([]byte) (int, error) {
	<-h.closed
	return 0, io.EOF
}

func (h hastyPeer) Write(p []byte) (int, error) {
	close(h.closed)
	<-h.noticed
	return len(p), nil
}

type endsOnly struct{ ends chan string }

func (e endsOnly) outgoing(f frame, _ int64) frame    { return f }
func (e endsOnly) incoming(frame, int64)              {}
func (e endsOnly) closed(by string, _ *byte, _ int64) { e.ends <- by }

func TestADisconnectIsOursHoweverSoonThePeerCloses(t *testing.T) {
	peer, ends := hastyPeer{closed: make(chan struct{}), noticed: make(chan struct{})}, make(chan string, 2)
	wire := NewWire(peer, endsOnly{ends}, false)
	go func() {
		_, _ = wire.Read(make([]byte, 1))
		close(peer.noticed)
	}()
	_, _ = wire.Write(frame{packets.DISCONNECT << 4, 0})
	if by := <-ends; by != ownDisconnect {
		t.Errorf("expected %s, got %s", ownDisconnect, by)
	}
}
