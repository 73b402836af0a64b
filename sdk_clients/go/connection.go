package main

import (
	"context"
	"errors"
	"fmt"
	"net"
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
	KeepAlive                              time.Duration
	ExpirySeconds                          uint32        // MQTT 5
	IsOneOfMany                            bool          // of thousands
	Limit                                  time.Duration // for TCP and CONNACK together
	OnAck                                  func(seq int, atUs int64)
	OnRefused                              func(seq int, reason byte)
	OnMessage                              func(payload []byte, dup bool, atUs int64)
	SeqOf                                  func(payload []byte) (int, bool)

	// Of a recorded connection (recorded.go), nil in basic-pubsub.
	Session *Session
	Will    *Will
	Watch   func(net.Conn) net.Conn
}

func newDial(config Config, clientID string) Dial {
	return Dial{
		ClientID: clientID, Username: config.Username, Password: config.Password, Version: config.MQTTVersion,
		KeepAlive: keepAlive, ExpirySeconds: sessionExpirySeconds, Limit: connectLimit,
	}
}

func (d Dial) open(endpoint string) (*Connection, error) {
	d.Endpoint = endpoint
	return Open(d)
}

// socket is the client's own: the libraries' dialing would follow a proxy variable of the environment.
func (d Dial) socket(ctx context.Context) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", d.Endpoint)
	if err == nil && d.Watch != nil {
		conn = d.Watch(conn)
	}
	return conn, err
}

// link is one connection of one of the two libraries: one speaks MQTT 3.1.1, the other MQTT 5, and neither both.
type link interface {
	// connect returns once CONNACK 0 is there.
	connect() (sessionPresent bool, err error)
	// subscribe returns the SUBACK's code, or false where none came before the limit or the connection's end.
	subscribe(filter string, qos byte, limit time.Duration, lost <-chan struct{}) (byte, bool)
	// publish says whether the library has taken the message: what it has taken, it sends again when its session goes on.
	publish(topic string, qos byte, retain bool, payload []byte) (taken bool, err error)
	unsubscribe(topic string, limit time.Duration)
	// disconnect sends a DISCONNECT, in MQTT 5 with this reason code.
	disconnect(code byte, limit time.Duration)
	// over is closed when the library will do nothing more for this connection.
	over() <-chan struct{}
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

	// Of a recorded connection.
	wire   *Wire
	watch  *watcher
	offers offers
}

// Open returns once CONNACK 0 is there.
func Open(d Dial) (*Connection, error) {
	c := &Connection{Lost: make(chan struct{})}
	switch {
	case d.Version == mqtt5:
		c.link = newLink5(d, c.lose)
	case d.IsOneOfMany:
		c.link = newThinLink3(d, c.lose)
	default:
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
func (c *Connection) Subscribe(filter string, qos byte, limit time.Duration) (byte, bool) {
	return c.link.subscribe(filter, qos, limit, c.Lost)
}

// Publish hands a message over; whether it was acknowledged is for OnAck to say.
func (c *Connection) Publish(topic string, payload []byte) {
	if _, err := c.link.publish(topic, grantedQoS1, false, payload); err != nil {
		c.Abort(fmt.Sprintf("publish: %v", err))
	}
}

// Unsubscribe waits for the UNSUBACK no longer than limit.
func (c *Connection) Unsubscribe(topic string, limit time.Duration) { c.link.unsubscribe(topic, limit) }

// Hand gives a library a message of a workload; false where it has not taken it.
func (c *Connection) Hand(p *Publication) (taken bool) {
	c.watch.handing(p)
	taken, err := c.link.publish(p.Topic, p.QoS, p.Retain, p.Payload)
	if err != nil {
		c.Abort(fmt.Sprintf("publish: %v", err))
	}
	return taken
}

// DisconnectWithWill sends the DISCONNECT after which a broker publishes the will all the same; MQTT 5.
func (c *Connection) DisconnectWithWill(limit time.Duration) { c.leave(disconnectWithWill, limit) }

// Cut ends a recorded connection without a DISCONNECT.
func (c *Connection) Cut() {
	c.wire.Cut()
	c.lose("cut", nil)
}

// Disconnect sends DISCONNECT as far as the broker listens.
func (c *Connection) Disconnect(limit time.Duration) { c.leave(0, limit) }

func (c *Connection) leave(code byte, limit time.Duration) {
	if c.wire != nil {
		c.wire.closesAs(ownCut)
	}
	c.link.disconnect(code, limit)
	if c.wire != nil {
		_ = c.wire.Close()
	}
	c.lose("client disconnected", nil)
}

// Abort ends the connection from this side.
func (c *Connection) Abort(reason string) {
	c.lose(reason, nil)
	if c.wire != nil {
		// Without the DISCONNECT that the libraries would send: what ends here has failed.
		_ = c.wire.Close()
		return
	}
	c.link.disconnect(0, 0)
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
