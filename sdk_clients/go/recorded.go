package main

import (
	"cmp"
	"errors"
	"net"
	"time"
)

const (
	// A NATS node answers a CONNECT that waits for a leader after 5 s.
	recordedConnectLimit = 6 * time.Second
	noReceiveMaximum     = 65_535
	readBytesOfMany      = 1024
)

// Recording makes the connections of one MQTT client, of which everything is recorded. OnSettled is told that the library will do
// nothing more about a message, OnReceived of every receipt. IsRole: publisher or subscriber, whose reconnects are counted.
type Recording struct {
	IsRole      bool
	Config      WorkloadConfig
	Recorder    *Recorder
	Session     *Session
	OnSettled   func(p *Publication, step string, code byte)
	OnReceived  func(id MessageID, retain bool)
	IsOneOfMany bool          // of thousands
	Limit       time.Duration // for a CONNACK; 0: as usual
}

// Open returns once CONNACK 0 is there.
func (r *Recording) Open(endpoint string, will *Will) (*Connection, error) {
	s := r.Session
	s.awaitLast()
	w := &watcher{
		recording: r, will: will, number: s.nextConnection(), v5: r.Config.MQTTVersion == mqtt5,
		offers: offers{maximumQoS, noReceiveMaximum, true},
	}
	dial := newDial(r.Config.Config, s.ClientID)
	dial.CleanSession, dial.KeepAlive, dial.ExpirySeconds, dial.Limit = s.Clean, s.KeepAlive, uint32(s.ExpiryS), cmp.Or(r.Limit, recordedConnectLimit)
	dial.Session, dial.Will, dial.IsOneOfMany = s, will, r.IsOneOfMany
	// A library that nobody listens to acknowledges nothing.
	dial.OnMessage = func([]byte, bool, int64) {}
	dial.Watch = func(conn net.Conn) net.Conn {
		w.wire = NewWire(conn, w, w.v5)
		if r.IsOneOfMany {
			w.wire.buffer = make([]byte, readBytesOfMany)
		}
		return w.wire
	}
	w.connecting(endpoint)
	c, err := dial.open(endpoint)
	if err != nil {
		var network net.Error
		by := byPeer
		if errors.As(err, &network) && network.Timeout() {
			by = byTimeout
		}
		w.closed(by, nil, nowUs())
		s.notConnected()
		return nil, err
	}
	c.wire, c.watch, c.offers = w.wire, w, w.offersNow()
	c.SessionPresent = s.isPresent(c.SessionPresent)
	s.setLast(c.link)
	return c, nil
}

// offers is what a broker says that it takes.
type offers struct {
	maximumQoS     byte
	receiveMaximum int
	retain         bool
}
