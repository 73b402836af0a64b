package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

const (
	connectLimit = 3 * time.Second
	writeLimit   = 3 * time.Second
	keepAlive    = 5 * time.Second
	pingLimit    = 3 * time.Second
	grantedQoS1  = 1
)

var errLoginRefused = errors.New("login refused")

// Dial says what a connection is to be; OnAck is called for a real PUBACK only, OnMessage for every receipt.
type Dial struct {
	Endpoint, ClientID, Username, Password string
	CleanSession                           bool
	OnAck                                  func(seq int, atUs int64)
	OnMessage                              func(payload []byte, dup bool, atUs int64)
	SeqOf                                  func(payload []byte) (int, bool)
}

// Connection is one MQTT connection, from CONNECT to its end. It is never revived: the next one gets a fresh client, so that the
// library's own store, its resumption and its reconnecting have no part in what is counted.
type Connection struct {
	SessionPresent bool
	Lost           chan struct{}
	client         mqtt.Client
	lostOnce       sync.Once
	lostReason     string
}

// Open returns once CONNACK 0 is there.
func Open(d Dial) (*Connection, error) {
	c := &Connection{Lost: make(chan struct{})}
	c.client = mqtt.NewClient(c.options(d))
	token := c.client.Connect().(*mqtt.ConnectToken)
	if !token.WaitTimeout(connectLimit + time.Second) {
		c.Abort("connection attempt given up")
		return nil, fmt.Errorf("no CONNACK within %v", connectLimit)
	}
	if err := token.Error(); err != nil {
		switch token.ReturnCode() {
		case packets.ErrRefusedBadUsernameOrPassword, packets.ErrRefusedNotAuthorised:
			return nil, fmt.Errorf("%w: %w", errLoginRefused, err)
		}
		return nil, fmt.Errorf("cannot connect: %w", err)
	}
	c.SessionPresent = token.SessionPresent()
	return c, nil
}

func (c *Connection) options(d Dial) *mqtt.ClientOptions {
	o := mqtt.NewClientOptions().
		AddBroker("tcp://" + d.Endpoint).
		SetClientID(d.ClientID).
		SetUsername(d.Username).
		SetPassword(d.Password).
		SetCleanSession(d.CleanSession).
		SetProtocolVersion(4). // else a refused 3.1.1 is tried again as 3.1
		SetAutoReconnect(false).
		SetConnectRetry(false).
		SetConnectTimeout(connectLimit).
		SetWriteTimeout(writeLimit).
		SetKeepAlive(keepAlive).
		SetPingTimeout(pingLimit).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { c.lose(err.Error()) }).
		// The library's own dialing would follow a proxy variable of the environment.
		SetCustomOpenConnectionFn(func(uri *url.URL, _ mqtt.ClientOptions) (net.Conn, error) {
			return net.DialTimeout("tcp", uri.Host, connectLimit)
		})
	if d.OnAck != nil {
		o.SetStore(newAckStore(d.SeqOf, d.OnAck))
	}
	if d.OnMessage != nil {
		o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { d.OnMessage(m.Payload(), m.Duplicate(), nowUs()) })
	}
	return o
}

// Subscribe returns the SUBACK's return code, or false where none came. Only the code counts: the library completes the token of a
// subscription without error when no SUBACK ever came.
func (c *Connection) Subscribe(topic string, limit time.Duration) (byte, bool) {
	token := c.client.Subscribe(topic, 1, nil).(*mqtt.SubscribeToken)
	select {
	case <-token.Done():
		code, ok := token.Result()[topic]
		return code, ok
	case <-c.Lost:
	case <-time.After(limit):
	}
	return 0, false
}

// Publish hands a message over. Its token is looked at for an error only, never for an acknowledgement.
func (c *Connection) Publish(topic string, payload []byte) {
	token := c.client.Publish(topic, 1, false, payload)
	select {
	case <-token.Done():
		if err := token.Error(); err != nil {
			c.Abort(fmt.Sprintf("publish: %v", err))
		}
	default:
	}
}

// Unsubscribe waits for the UNSUBACK no longer than limit.
func (c *Connection) Unsubscribe(topic string, limit time.Duration) {
	c.client.Unsubscribe(topic).WaitTimeout(limit)
}

// Disconnect sends DISCONNECT as far as the broker listens.
func (c *Connection) Disconnect(limit time.Duration) {
	c.client.Disconnect(uint(limit.Milliseconds()))
	c.lose("client disconnected")
}

// Abort ends the connection from this side.
func (c *Connection) Abort(reason string) {
	c.lose(reason)
	c.client.Disconnect(0)
}

// LostReason is why the connection ended; only after Lost is closed.
func (c *Connection) LostReason() string { return c.lostReason }

func (c *Connection) lose(reason string) {
	c.lostOnce.Do(func() {
		c.lostReason = reason
		close(c.Lost)
	})
}
