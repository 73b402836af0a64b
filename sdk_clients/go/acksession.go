package main

import (
	"context"
	"sync"

	"github.com/eclipse/paho.golang/packets"
	"github.com/eclipse/paho.golang/paho/session"
	"github.com/eclipse/paho.golang/paho/session/state"
)

// ackSession tells a PUBACK that acknowledges from one that refuses, at the time at which it was read, and which message it means:
// the library tells neither to who does not wait for each message in turn.
type ackSession struct {
	session.SessionManager
	dial     Dial
	sentAway func(code byte)

	mu      sync.Mutex
	seqOfID map[uint16]int
}

func newAckSession(d Dial, sentAway func(code byte)) *ackSession {
	return &ackSession{SessionManager: state.NewInMemory(), dial: d, sentAway: sentAway, seqOfID: map[uint16]int{}}
}

// ConnectionLost has the broker's DISCONNECT if there was one. The library tells its user only when all of its goroutines have
// ended, and by then a message that could not be sent may have been taken for the reason.
func (s *ackSession) ConnectionLost(p *packets.Disconnect) error {
	if p != nil {
		s.sentAway(p.ReasonCode)
	}
	return s.SessionManager.ConnectionLost(p)
}

// AddToSession is called before the packet is sent, so no PUBACK can be too early for it.
func (s *ackSession) AddToSession(ctx context.Context, packet session.Packet, resp chan<- packets.ControlPacket) error {
	if err := s.SessionManager.AddToSession(ctx, packet, resp); err != nil {
		return err
	}
	if publish, ok := packet.(*packets.Publish); ok && s.dial.SeqOf != nil {
		if seq, ours := s.dial.SeqOf(publish.Payload); ours {
			s.mu.Lock()
			s.seqOfID[publish.PacketID] = seq
			s.mu.Unlock()
		}
	}
	return nil
}

// PacketReceived is called on the connection's reading goroutine as soon as a packet is parsed.
func (s *ackSession) PacketReceived(packet *packets.ControlPacket, publishes chan<- *packets.Publish) error {
	atUs := nowUs()
	if puback, ok := packet.Content.(*packets.Puback); ok {
		s.mu.Lock()
		seq, ours := s.seqOfID[puback.PacketID]
		delete(s.seqOfID, puback.PacketID)
		s.mu.Unlock()
		switch {
		case !ours:
		case puback.ReasonCode >= refusedFrom:
			s.dial.OnRefused(seq, puback.ReasonCode)
		default:
			s.dial.OnAck(seq, atUs)
		}
	}
	return s.SessionManager.PacketReceived(packet, publishes)
}
