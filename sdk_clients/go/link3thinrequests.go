package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// nextID is free: one message is in flight at a time, and one request.
func (l *thinLink3) nextID() uint16 {
	for {
		if id := uint16(l.lastID.Add(1)); id != 0 {
			return id
		}
	}
}

func (l *thinLink3) ask(request packets.ControlPacket, limit time.Duration, lost <-chan struct{}) packets.ControlPacket {
	if l.send(request) != nil {
		return nil
	}
	late := time.NewTimer(limit)
	defer late.Stop()
	for {
		select {
		case answer := <-l.answers:
			if answer.Details().MessageID == request.Details().MessageID {
				return answer
			}
		case <-lost:
			return nil
		case <-l.ended:
			return nil
		case <-late.C:
			return nil
		}
	}
}

func (l *thinLink3) subscribe(filter string, qos byte, limit time.Duration, lost <-chan struct{}) (byte, bool) {
	request := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	request.MessageID, request.Topics, request.Qoss = l.nextID(), []string{filter}, []byte{qos}
	suback, is := l.ask(request, limit, lost).(*packets.SubackPacket)
	if !is || len(suback.ReturnCodes) != 1 {
		return 0, false
	}
	return suback.ReturnCodes[0], true
}

func (l *thinLink3) publish(topic string, qos byte, retain bool, payload []byte) (taken bool, err error) {
	if isClosed(l.ended) {
		return false, errors.New("connection lost")
	}
	p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	p.TopicName, p.Qos, p.Retain, p.Payload, p.MessageID = topic, qos, retain, payload, l.nextID()
	if l.store != nil {
		(&connectionStore{keptStore: l.store}).Put(fmt.Sprintf("o.%d", p.MessageID), p)
	}
	return true, l.send(p)
}

func (l *thinLink3) unsubscribe(topic string, limit time.Duration) {
	request := packets.NewControlPacket(packets.Unsubscribe).(*packets.UnsubscribePacket)
	request.MessageID, request.Topics = l.nextID(), []string{topic}
	l.ask(request, limit, nil)
}

func (l *thinLink3) disconnect(_ byte, limit time.Duration) {
	if l.conn == nil || limit == 0 {
		return
	}
	_ = l.conn.SetWriteDeadline(time.Now().Add(limit))
	_ = l.send(packets.NewControlPacket(packets.Disconnect))
}

func (l *thinLink3) over() <-chan struct{} { return l.ended }
