package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// thinLink3 speaks MQTT 3.1.1 by the packets of paho.mqtt.golang, without its client, which takes ten goroutines and 45 KB for each
// connection: too much for one of thousands. It has one. Of QoS 1 alone, as a crowd has it.
type thinLink3 struct {
	dial       Dial
	lose       func(reason string, code *byte)
	store      *keptStore // nil for a clean session: there is nothing to send again
	answers    chan packets.ControlPacket
	ended      chan struct{}
	conn       net.Conn
	awaitsPong atomic.Bool
	lastID     atomic.Uint32
	pinging    *time.Timer
	pingingMu  sync.Mutex
}

func newThinLink3(d Dial, lose func(reason string, code *byte)) *thinLink3 {
	l := &thinLink3{dial: d, lose: lose, answers: make(chan packets.ControlPacket, 1), ended: make(chan struct{})}
	if !d.CleanSession {
		l.store = d.Session.storeOf3()
	}
	return l
}

func (l *thinLink3) connect() (bool, error) {
	limit, cancel := context.WithTimeout(context.Background(), l.dial.Limit)
	defer cancel()
	conn, err := l.dial.socket(limit)
	if err != nil {
		close(l.ended)
		return false, fmt.Errorf("cannot connect: %w", err)
	}
	l.conn = conn
	sessionPresent, err := l.shakeHands()
	if err != nil {
		_ = conn.Close()
		close(l.ended)
		return false, err
	}
	go l.read()
	l.keepAlive(l.dial.KeepAlive, l.ping)
	return sessionPresent, l.sendAgain()
}

func (l *thinLink3) shakeHands() (sessionPresent bool, err error) {
	_ = l.conn.SetDeadline(time.Now().Add(l.dial.Limit))
	connect := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	connect.ProtocolName, connect.ProtocolVersion = "MQTT", 4
	connect.ClientIdentifier, connect.CleanSession, connect.Keepalive = l.dial.ClientID, l.dial.CleanSession, uint16(l.dial.KeepAlive.Seconds())
	connect.UsernameFlag, connect.Username = l.dial.Username != "", l.dial.Username
	connect.PasswordFlag, connect.Password = l.dial.Password != "", []byte(l.dial.Password)
	if err := l.send(connect); err != nil {
		return false, fmt.Errorf("cannot connect: %w", err)
	}
	packet, err := packets.ReadPacket(l.conn)
	if err != nil {
		return false, fmt.Errorf("cannot connect: %w", err)
	}
	connack, is := packet.(*packets.ConnackPacket)
	switch {
	case !is:
		return false, fmt.Errorf("expected CONNACK, got %s", packet)
	case connack.ReturnCode == packets.ErrRefusedBadUsernameOrPassword, connack.ReturnCode == packets.ErrRefusedNotAuthorised:
		return false, fmt.Errorf("%w: %w", errLoginRefused, packets.ConnErrors[connack.ReturnCode])
	case connack.ReturnCode != packets.Accepted:
		return false, fmt.Errorf("CONNACK refused with %d", connack.ReturnCode)
	}
	return connack.SessionPresent, l.conn.SetDeadline(time.Time{})
}

// sendAgain sends what is open in a session that goes on. Of one that was lost, the watcher has emptied the store.
func (l *thinLink3) sendAgain() error {
	if l.store == nil {
		return nil
	}
	for _, key := range l.store.All() {
		if publish, is := l.store.Get(key).(*packets.PublishPacket); is {
			l.lastID.Store(uint32(publish.MessageID))
			publish.Dup = true
			if err := l.send(publish); err != nil {
				return fmt.Errorf("cannot connect: %w", err)
			}
		}
	}
	return nil
}

// send writes a packet at once: who writes is one of three goroutines.
func (l *thinLink3) send(packet packets.ControlPacket) error {
	var b bytes.Buffer
	if err := packet.Write(&b); err != nil {
		return err
	}
	_, err := l.conn.Write(b.Bytes())
	return err
}

func (l *thinLink3) read() {
	defer close(l.ended)
	for {
		packet, err := packets.ReadPacket(l.conn)
		if err != nil {
			l.end(err.Error())
			return
		}
		switch p := packet.(type) {
		case *packets.PublishPacket:
			if p.Qos > 0 {
				ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
				ack.MessageID = p.MessageID
				_ = l.send(ack)
			}
		case *packets.PingrespPacket:
			l.awaitsPong.Store(false)
		case *packets.SubackPacket, *packets.UnsubackPacket:
			select {
			case l.answers <- p:
			default:
			}
		}
	}
}

func (l *thinLink3) end(reason string) {
	l.lose(reason, nil)
	_ = l.conn.Close()
	l.keepAlive(0, nil)
}

// keepAlive does the next thing after a while; nil ends it.
func (l *thinLink3) keepAlive(after time.Duration, next func()) {
	l.pingingMu.Lock()
	defer l.pingingMu.Unlock()
	if l.pinging != nil {
		l.pinging.Stop()
	}
	if next != nil && !isClosed(l.ended) {
		l.pinging = time.AfterFunc(after, next)
	}
}

func (l *thinLink3) ping() {
	l.awaitsPong.Store(true)
	_ = l.send(packets.NewControlPacket(packets.Pingreq))
	l.keepAlive(pingLimit, func() {
		if l.awaitsPong.Load() {
			l.end("pingresp not received")
			return
		}
		l.keepAlive(max(0, l.dial.KeepAlive-pingLimit), l.ping)
	})
}
