package main

import (
	"fmt"
	"net"
	"net/url"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

// link3 speaks MQTT 3.1.1 through paho.mqtt.golang.
type link3 struct{ client mqtt.Client }

func newLink3(d Dial, lose func(reason string, code *byte)) *link3 {
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
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { lose(err.Error(), nil) }).
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
	return &link3{mqtt.NewClient(o)}
}

func (l *link3) connect() (bool, error) {
	token := l.client.Connect().(*mqtt.ConnectToken)
	if !token.WaitTimeout(connectLimit + time.Second) {
		return false, fmt.Errorf("no CONNACK within %v", connectLimit)
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
func (l *link3) subscribe(topic string, limit time.Duration, lost <-chan struct{}) (byte, bool) {
	token := l.client.Subscribe(topic, 1, nil).(*mqtt.SubscribeToken)
	select {
	case <-token.Done():
		code, ok := token.Result()[topic]
		return code, ok
	case <-lost:
	case <-time.After(limit):
	}
	return 0, false
}

// publish looks at the token for an error only, never for an acknowledgement.
func (l *link3) publish(topic string, payload []byte) error {
	token := l.client.Publish(topic, 1, false, payload)
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

func (l *link3) disconnect(limit time.Duration) { l.client.Disconnect(uint(limit.Milliseconds())) }
