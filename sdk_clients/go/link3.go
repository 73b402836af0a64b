package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

// link3 speaks MQTT 3.1.1 through paho.mqtt.golang.
type link3 struct {
	client mqtt.Client
	store  *connectionStore // nil in basic-pubsub
	limit  time.Duration
	once   sync.Once
	ended  chan struct{}
}

func newLink3(d Dial, lose func(reason string, code *byte)) *link3 {
	l := &link3{limit: d.Limit, ended: make(chan struct{})}
	o := mqtt.NewClientOptions().
		AddBroker("tcp://" + d.Endpoint).
		SetClientID(d.ClientID).
		SetUsername(d.Username).
		SetPassword(d.Password).
		SetCleanSession(d.CleanSession).
		SetProtocolVersion(4). // else a refused 3.1.1 is tried again as 3.1
		SetAutoReconnect(false).
		SetConnectRetry(false).
		SetConnectTimeout(d.Limit).
		SetWriteTimeout(writeLimit).
		SetKeepAlive(d.KeepAlive).
		SetPingTimeout(pingLimit).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) {
			l.isOver()
			lose(err.Error(), nil)
		}).
		SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(context.Background(), d.Limit)
			defer cancel()
			return d.socket(ctx)
		})
	if d.Session != nil {
		l.store = &connectionStore{keptStore: d.Session.storeOf3()}
		o.SetStore(l.store)
	}
	if d.Will != nil {
		o.SetBinaryWill(d.Will.Topic, d.Will.Payload, d.Will.QoS, false)
	}
	if d.OnAck != nil {
		o.SetStore(newAckStore(d.SeqOf, d.OnAck))
	}
	if d.OnMessage != nil {
		o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { d.OnMessage(m.Payload(), m.Duplicate(), nowUs()) })
	}
	l.client = mqtt.NewClient(o)
	return l
}

func (l *link3) connect() (bool, error) {
	token := l.client.Connect().(*mqtt.ConnectToken)
	if !token.WaitTimeout(l.limit + time.Second) {
		return false, fmt.Errorf("no CONNACK within %v", l.limit)
	}
	if err := token.Error(); err != nil {
		switch token.ReturnCode() {
		case packets.ErrRefusedBadUsernameOrPassword, packets.ErrRefusedNotAuthorised:
			return false, fmt.Errorf("%w: %w", errLoginRefused, err)
		}
		return false, fmt.Errorf("cannot connect: %w", err)
	}
	return token.SessionPresent(), nil
}

// subscribe looks at the code alone: the library completes the token of a subscription without error when no SUBACK ever came.
func (l *link3) subscribe(filter string, qos byte, limit time.Duration, lost <-chan struct{}) (byte, bool) {
	token := l.client.Subscribe(filter, qos, nil).(*mqtt.SubscribeToken)
	select {
	case <-token.Done():
		// The only one: under its filter, or, of a shared subscription, under what the library has made of that.
		for _, code := range token.Result() {
			return code, true
		}
	case <-lost:
	case <-time.After(limit):
	}
	return 0, false
}

// publish looks at the token for an error only, never for an acknowledgement.
func (l *link3) publish(topic string, qos byte, retain bool, payload []byte) (taken bool, err error) {
	if l.store == nil {
		return true, errorOf(l.client.Publish(topic, qos, retain, payload))
	}
	tokens := make(chan mqtt.Token, 1)
	go func() { tokens <- l.client.Publish(topic, qos, retain, payload) }()
	select {
	case token := <-tokens:
		err = errorOf(token)
	case <-l.ended:
		// It waits for the whole write timeout then, for a goroutine that has ended.
		err = errors.New("connection lost")
	}
	if err == nil {
		return l.store.took(topic, payload), nil
	}
	return l.store.seal(topic, payload), err
}

func errorOf(token mqtt.Token) error {
	select {
	case <-token.Done():
		return token.Error()
	default:
		return nil
	}
}

func (l *link3) unsubscribe(topic string, limit time.Duration) {
	l.client.Unsubscribe(topic).WaitTimeout(limit)
}

func (l *link3) disconnect(_ byte, limit time.Duration) {
	l.client.Disconnect(uint(limit.Milliseconds()))
	l.isOver()
}

func (l *link3) isOver() { l.once.Do(func() { close(l.ended) }) }

func (l *link3) over() <-chan struct{} { return l.ended }
