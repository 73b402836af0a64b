package main

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	connectLimit = 3 * time.Second
	writeLimit   = 3 * time.Second
	keepAlive    = 5 * time.Second
	pingLimit    = 3 * time.Second
	grantedQoS1  = 1
)

var errLoginRefused = errors.New("login refused")

// Dial says what a connection is to be; OnAck is called for a real PUBACK only, OnRefused for one that says it is none (MQTT 5),
// OnMessage for every receipt.
type Dial struct {
	Endpoint, ClientID, Username, Password string
	Version                                string
	CleanSession                           bool
	OnAck                                  func(seq int, atUs int64)
	OnRefused                              func(seq int, reason byte)
	OnMessage                              func(payload []byte, dup bool, atUs int64)
	SeqOf                                  func(payload []byte) (int, bool)
}

// link is one connection of one of the two libraries: one speaks MQTT 3.1.1, the other MQTT 5, and neither both.
type link interface {
	// connect returns once CONNACK 0 is there.
	connect() (sessionPresent bool, err error)
	// subscribe returns the SUBACK's code, or false where none came before the limit or the connection's end.
	subscribe(topic string, limit time.Duration, lost <-chan struct{}) (byte, bool)
	publish(topic string, payload []byte) error
	unsubscribe(topic string, limit time.Duration)
	disconnect(limit time.Duration)
}

// Connection is one MQTT connection, from CONNECT to its end. It is never revived: the next one gets a fresh client, so that the
// library's own store, its resumption and its reconnecting have no part in what is counted.
type Connection struct {
	SessionPresent bool
	Lost           chan struct{}
	link           link
	lostOnce       sync.Once
	lostReason     string
	lostCode       *byte
}

// Open returns once CONNACK 0 is there.
func Open(d Dial) (*Connection, error) {
	c := &Connection{Lost: make(chan struct{})}
	if d.Version == mqtt5 {
		c.link = newLink5(d, c.lose)
	} else {
		c.link = newLink3(d, c.lose)
	}
	sessionPresent, err := c.link.connect()
	if err != nil {
		c.Abort("connection attempt given up")
		return nil, err
	}
	c.SessionPresent = sessionPresent
	return c, nil
}

// Subscribe returns the SUBACK's return code, or false where none came.
func (c *Connection) Subscribe(topic string, limit time.Duration) (byte, bool) {
	return c.link.subscribe(topic, limit, c.Lost)
}

// Publish hands a message over; whether it was acknowledged is for OnAck to say.
func (c *Connection) Publish(topic string, payload []byte) {
	if err := c.link.publish(topic, payload); err != nil {
		c.Abort(fmt.Sprintf("publish: %v", err))
	}
}

// Unsubscribe waits for the UNSUBACK no longer than limit.
func (c *Connection) Unsubscribe(topic string, limit time.Duration) { c.link.unsubscribe(topic, limit) }

// Disconnect sends DISCONNECT as far as the broker listens.
func (c *Connection) Disconnect(limit time.Duration) {
	c.link.disconnect(limit)
	c.lose("client disconnected", nil)
}

// Abort ends the connection from this side.
func (c *Connection) Abort(reason string) {
	c.lose(reason, nil)
	c.link.disconnect(0)
}

// LostReason is why the connection ended, with the code of the broker's DISCONNECT (MQTT 5) if there was one; only after Lost is
// closed.
func (c *Connection) LostReason() (reason string, code *byte) { return c.lostReason, c.lostCode }

func (c *Connection) lose(reason string, code *byte) {
	c.lostOnce.Do(func() {
		c.lostReason, c.lostCode = reason, code
		close(c.Lost)
	})
}
