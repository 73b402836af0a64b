package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/eclipse/paho.golang/packets"
	"github.com/eclipse/paho.golang/paho"
	"github.com/eclipse/paho.golang/paho/session"
)

const (
	// How long a broker is to keep the subscriber's session: in MQTT 5 it ends with its connection unless it is told.
	sessionExpirySeconds = 1800
	refusedFrom          = 0x80
	sharedPrefix         = "$share/"
	// The library makes room for as many messages as it allows a broker to send at once: half a megabyte unless it is told.
	receiveMaximumOfMany = 20
)

// link5 speaks MQTT 5 through paho.golang.
type link5 struct {
	dial   Dial
	lose   func(reason string, code *byte)
	mu     sync.Mutex
	client *paho.Client
	// As the CONNACK says.
	hasShared bool
}

func newLink5(d Dial, lose func(reason string, code *byte)) *link5 {
	return &link5{dial: d, lose: lose}
}

func (l *link5) connect() (bool, error) {
	d := l.dial
	limit, cancel := context.WithTimeout(context.Background(), d.Limit)
	defer cancel()
	conn, err := d.socket(limit)
	if err != nil {
		return false, fmt.Errorf("cannot connect: %w", err)
	}
	config := paho.ClientConfig{
		ClientID:           d.ClientID,
		Conn:               conn,
		Session:            l.session(),
		OnClientError:      func(err error) { l.lose(err.Error(), nil) },
		OnServerDisconnect: func(p *paho.Disconnect) { l.sentAway(p.ReasonCode) },
	}
	if d.OnMessage != nil {
		config.OnPublishReceived = []func(paho.PublishReceived) (bool, error){func(r paho.PublishReceived) (bool, error) {
			d.OnMessage(r.Packet.Payload, r.Packet.Duplicate(), nowUs())
			return true, nil
		}}
	}
	l.mu.Lock()
	l.client = paho.NewClient(config)
	l.mu.Unlock()
	connack, err := l.client.Connect(limit, l.packet())
	if err == nil {
		l.hasShared = connack.Properties == nil || connack.Properties.SharedSubAvailable
		return connack.SessionPresent, nil
	}
	_ = conn.Close()
	if connack == nil || connack.ReasonCode < refusedFrom {
		return false, fmt.Errorf("cannot connect: %w", err)
	}
	// The library's error has the broker's own words for it, which it need not send, and not the code.
	err = fmt.Errorf("CONNACK refused with reason 0x%02x: %w", connack.ReasonCode, err)
	switch connack.ReasonCode {
	case packets.ConnackBadUsernameOrPassword, packets.ConnackNotAuthorized:
		return false, fmt.Errorf("%w: %w", errLoginRefused, err)
	}
	return false, err
}

func (l *link5) session() session.SessionManager {
	if l.dial.Session != nil {
		return l.dial.Session.stateOf5()
	}
	return newAckSession(l.dial, l.sentAway)
}

// sentAway is for a DISCONNECT of the broker's.
func (l *link5) sentAway(code byte) {
	l.lose(fmt.Sprintf("DISCONNECT from the broker, reason 0x%02x", code), &code)
}

func (l *link5) packet() *paho.Connect {
	d := l.dial
	connect := &paho.Connect{ClientID: d.ClientID, CleanStart: d.CleanSession, KeepAlive: uint16(d.KeepAlive.Seconds())}
	if d.Username != "" {
		connect.UsernameFlag, connect.Username = true, d.Username
		connect.PasswordFlag, connect.Password = d.Password != "", []byte(d.Password)
	}
	if !d.CleanSession || d.Session != nil {
		connect.Properties = &paho.ConnectProperties{SessionExpiryInterval: &d.ExpirySeconds}
	}
	if d.IsOneOfMany {
		few := uint16(receiveMaximumOfMany)
		connect.Properties.ReceiveMaximum = &few
	}
	if will := d.Will; will != nil {
		delay := uint32(will.DelayS)
		connect.WillMessage = &paho.WillMessage{Topic: will.Topic, Payload: will.Payload, QoS: will.QoS}
		connect.WillProperties = &paho.WillProperties{WillDelayInterval: &delay}
	}
	return connect
}

func (l *link5) subscribe(filter string, qos byte, limit time.Duration, lost <-chan struct{}) (byte, bool) {
	if !l.hasShared && strings.HasPrefix(filter, sharedPrefix) {
		// The library sends none, as the standard demands of it.
		return packets.SubackSharedSubscriptionnotsupported, true
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	go func() {
		select {
		case <-lost:
			cancel()
		case <-ctx.Done():
		}
	}()
	// A refusal is an error here, and its SUBACK comes with it.
	suback, _ := l.client.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: filter, QoS: qos}}})
	if suback == nil || len(suback.Reasons) != 1 {
		return 0, false
	}
	return suback.Reasons[0], true
}

// publish returns when the message is written; its acknowledgement is the session's to see.
func (l *link5) publish(topic string, qos byte, retain bool, payload []byte) (taken bool, err error) {
	_, err = l.client.PublishWithOptions(
		context.Background(),
		&paho.Publish{Topic: topic, QoS: qos, Retain: retain, Payload: payload},
		paho.PublishOptions{Method: paho.PublishMethod_AsyncSend},
	)
	return err == nil || errors.Is(err, paho.ErrNetworkErrorAfterStored), err
}

func (l *link5) unsubscribe(topic string, limit time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	_, _ = l.client.Unsubscribe(ctx, &paho.Unsubscribe{Topics: []string{topic}})
}

// disconnect waits for the library's goroutines, no longer than limit if there is one.
func (l *link5) disconnect(code byte, limit time.Duration) {
	l.mu.Lock()
	client := l.client
	l.mu.Unlock()
	if client == nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = client.Disconnect(&paho.Disconnect{ReasonCode: code})
	}()
	var late <-chan time.Time
	if limit > 0 {
		late = time.After(limit)
	}
	select {
	case <-done:
	case <-late:
	}
}

func (l *link5) over() <-chan struct{} { return l.client.Done() }
