package main

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/eclipse/paho.golang/packets"
)

// frame is one whole MQTT control packet as it goes over the wire. What is read here is only what a ledger needs, of packets that
// one of the libraries reads, too: a packet that is broken is for the library to refuse.
type frame []byte

const (
	fixedHeaderMax = 5
	packetIDBytes  = 2
	maximumQoS     = 2
)

var errMalformed = errors.New("malformed packet")

// cutFrame takes the first whole packet off, nil where there is none yet.
func cutFrame(b []byte) (first frame, rest []byte, err error) {
	length, width := binary.Uvarint(b[min(1, len(b)):min(fixedHeaderMax, len(b))])
	switch {
	case width == 0 && len(b) >= fixedHeaderMax, width < 0:
		return nil, b, errMalformed
	case width == 0 || len(b) < 1+width+int(length):
		return nil, b, nil
	}
	end := 1 + width + int(length)
	return frame(b[:end:end]), b[end:], nil
}

func (f frame) kind() byte { return f[0] >> 4 }

func (f frame) body() []byte {
	_, width := binary.Uvarint(f[1:])
	return f[1+width:]
}

// cursor reads a packet's body; after its end it gives zeros.
type cursor struct {
	left []byte
	v5   bool
}

func (c *cursor) take(n int) []byte {
	if n > len(c.left) {
		n = len(c.left)
	}
	taken := c.left[:n]
	c.left = c.left[n:]
	return taken
}

func (c *cursor) byte() byte {
	if b := c.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (c *cursor) word() uint16 {
	if b := c.take(2); len(b) == 2 {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) text() string { return string(c.take(int(c.word()))) }

func (c *cursor) skipProperties() {
	if !c.v5 {
		return
	}
	length, width := binary.Uvarint(c.left)
	c.take(max(width, 0))
	c.take(int(min(length, uint64(len(c.left)))))
}

type publishFrame struct {
	topic       string
	id          uint16 // 0 at QoS 0
	qos         byte
	dup, retain bool
	payload     []byte
}

func (f frame) publish(v5 bool) publishFrame {
	c := cursor{f.body(), v5}
	p := publishFrame{qos: f[0] >> 1 & 3, dup: f[0]&8 != 0, retain: f[0]&1 != 0, topic: c.text()}
	if p.qos > 0 {
		p.id = c.word()
	}
	c.skipProperties()
	p.payload = bytes.Clone(c.left)
	return p
}

// ack reads PUBACK, PUBREC, PUBREL and PUBCOMP; the code is 0 where there is none.
func (f frame) ack() (id uint16, code byte) {
	c := cursor{left: f.body()}
	return c.word(), c.byte()
}

// pubrel is the same in both versions.
func pubrel(id uint16) frame {
	return binary.BigEndian.AppendUint16(frame{packets.PUBREL<<4 | 2, packetIDBytes}, id)
}

type subscription struct {
	filter string
	qos    byte
}

func (f frame) subscribe(v5 bool) (id uint16, subscriptions []subscription) {
	c := cursor{f.body(), v5}
	id = c.word()
	c.skipProperties()
	for len(c.left) > 0 {
		subscriptions = append(subscriptions, subscription{c.text(), c.byte() & 3})
	}
	return id, subscriptions
}

func (f frame) suback(v5 bool) (id uint16, codes []byte) {
	c := cursor{f.body(), v5}
	id = c.word()
	c.skipProperties()
	return id, c.left
}

// disconnect is its reason code, 0 where there is none.
func (f frame) disconnect() byte {
	c := cursor{left: f.body()}
	return c.byte()
}

// connackFrame has nil for what this version of MQTT, or a refusal, does not say.
type connackFrame struct {
	code                      byte
	sessionPresent            bool
	maximumQoS                *byte
	retain, shared            *bool
	receiveMaximum, keepAlive *uint16
}

func (f frame) connack(v5 bool) connackFrame {
	c := cursor{left: f.body()}
	p := connackFrame{sessionPresent: c.byte()&1 != 0, code: c.byte()}
	if !v5 || p.code != 0 {
		return p
	}
	// What is left out is there.
	qos, yes := byte(maximumQoS), true
	p.maximumQoS, p.retain, p.shared = &qos, &yes, &yes
	read, err := packets.ReadPacket(bytes.NewReader(f))
	if err != nil {
		return p
	}
	if connack, is := read.Content.(*packets.Connack); is && connack.Properties != nil {
		said := connack.Properties
		if said.MaximumQOS != nil {
			p.maximumQoS = said.MaximumQOS
		}
		p.retain, p.shared = unlessZero(said.RetainAvailable), unlessZero(said.SharedSubAvailable)
		p.receiveMaximum, p.keepAlive = said.ReceiveMaximum, said.ServerKeepAlive
	}
	return p
}

func unlessZero(said *byte) *bool {
	is := said == nil || *said != 0
	return &is
}
