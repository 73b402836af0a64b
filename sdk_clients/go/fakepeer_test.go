package main

import (
	"encoding/binary"
	"net"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/packets"
)

// peer is the broker's end of one connection.
type peer struct {
	t    *testing.T
	conn net.Conn
	in   []byte
}

func (p *peer) send(frames ...frame) {
	for _, f := range frames {
		if _, err := p.conn.Write(f); err != nil {
			p.t.Errorf("broker: %v", err)
		}
	}
}

// read is the next packet, but for PINGREQ; nil where the other side has ended, or says nothing for so long.
func (p *peer) read(limit time.Duration) frame {
	_ = p.conn.SetReadDeadline(time.Now().Add(limit))
	buffer := make([]byte, 1000)
	for {
		f, rest, _ := cutFrame(p.in)
		if f == nil {
			n, err := p.conn.Read(buffer)
			if err != nil {
				return nil
			}
			p.in = append(p.in, buffer[:n]...)
			continue
		}
		p.in = rest
		if f.kind() != packets.PINGREQ {
			return f
		}
	}
}

func (p *peer) expect(kind byte) frame {
	f := p.read(patience)
	if f == nil || f.kind() != kind {
		p.t.Errorf("broker: expected packet %d, got % x", kind, []byte(f))
		return pubrel(0)
	}
	return f
}

func (p *peer) expectID(kind byte) uint16 {
	id, _ := p.expect(kind).ack()
	return id
}

func (p *peer) expectPublish(v5 bool) (id uint16, dup bool) {
	f := p.expect(packets.PUBLISH).publish(v5)
	return f.id, f.dup
}

func connack3(code byte, present bool) frame {
	return frame{packets.CONNACK << 4, 2, byte(one(present)), code}
}

func connack5(present bool, properties ...byte) frame {
	return append(frame{packets.CONNACK << 4, byte(3 + len(properties)), byte(one(present)), 0, byte(len(properties))}, properties...)
}

func ackOf(kind byte, id uint16, code ...byte) frame {
	flags := byte(0)
	if kind == packets.PUBREL {
		flags = 2
	}
	return append(binary.BigEndian.AppendUint16(frame{kind<<4 | flags, byte(2 + len(code))}, id), code...)
}

func publishOf(payload []byte, qos byte, id uint16, dup, v5 bool) frame {
	body := []byte{0, 1, 't'}
	if qos > 0 {
		body = binary.BigEndian.AppendUint16(body, id)
	}
	if v5 {
		body = append(body, 0)
	}
	body = append(body, payload...)
	head := frame{packets.PUBLISH<<4 | qos<<1 | byte(one(dup))<<3}
	return append(binary.AppendUvarint(head, uint64(len(body))), body...)
}
