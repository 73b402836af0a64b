package main

import (
	"sync"

	"github.com/eclipse/paho.golang/packets"
)

const (
	stepPubrec  = "pubrec"
	stepPubcomp = "pubcomp"
)

var stepOf = map[byte]string{packets.PUBACK: "puback", packets.PUBREC: stepPubrec, packets.PUBCOMP: stepPubcomp}

// watcher writes down what goes over the wire of one connection.
type watcher struct {
	recording *Recording
	wire      *Wire
	will      *Will
	number    int
	v5        bool
	row       *connectRow

	mu       sync.Mutex
	isClosed bool
	filters  map[uint16][]subscription
	offers   offers
}

func (w *watcher) connecting(endpoint string) {
	s := w.recording.Session
	expiryS := &s.ExpiryS
	if never := 0; !w.v5 && s.Clean {
		expiryS = &never
	} else if !w.v5 {
		expiryS = nil
	}
	w.row = w.recording.Recorder.Connect(s.ClientID, w.number, connectFacts{endpoint, s.Clean, int(s.KeepAlive.Seconds()), expiryS, w.will})
}

func (w *watcher) head(event string, atUs int64) rowHead {
	return rowHead{event, w.recording.Session.ClientID, w.number, atUs}
}

func (w *watcher) offersNow() offers {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.offers
}

// handing is told of a message before the library is.
func (w *watcher) handing(p *Publication) {
	if p.QoS > 0 {
		w.recording.Session.hand(p)
		return
	}
	w.recording.Recorder.Sent(w.head("send", nowUs()), p)
}

func (w *watcher) outgoing(f frame, atUs int64) frame {
	switch f.kind() {
	case packets.PUBLISH:
		return w.publishing(f, atUs)
	case packets.SUBSCRIBE:
		id, subscriptions := f.subscribe(w.v5)
		w.mu.Lock()
		if w.filters == nil {
			w.filters = map[uint16][]subscription{}
		}
		w.filters[id] = subscriptions
		w.mu.Unlock()
		for _, s := range subscriptions {
			w.recording.Recorder.Add(&subscribeRow{w.head("subscribe", atUs), s.filter, s.qos})
		}
	}
	return f
}

func (w *watcher) publishing(f frame, atUs int64) frame {
	packet := f.publish(w.v5)
	if packet.qos == 0 {
		// It was written down when it was handed over. What has a packet id is written down here: a library may keep it for the next
		// connection.
		return f
	}
	at := place{packet.topic, noSeq}
	if named, ours := decodeNamed(packet.payload); ours {
		at.seq = *named.Seq
	}
	p, again, released := w.recording.Session.sending(packet.id, at)
	if released {
		// paho.mqtt.golang forgets over a reconnect that a message got its PUBREC. A second PUBLISH would be a second message.
		return pubrel(packet.id)
	}
	if p != nil && !again {
		w.recording.Recorder.Sent(w.head("send", atUs), p)
	}
	return f
}

func (w *watcher) incoming(f frame, atUs int64) {
	session := w.recording.Session
	switch f.kind() {
	case packets.CONNACK:
		w.connacked(f.connack(w.v5), atUs)
	case packets.PUBLISH:
		packet := f.publish(w.v5)
		if packet.qos == 2 && session.repeats(packet) {
			return
		}
		id, known := w.recording.Recorder.Received(w.head("receive", atUs), packet)
		if known && w.recording.OnReceived != nil {
			w.recording.OnReceived(id, packet.retain)
		}
	case packets.PUBREL:
		id, _ := f.ack()
		session.pubrelCame(id)
	case packets.PUBACK, packets.PUBREC, packets.PUBCOMP:
		w.answered(f, stepOf[f.kind()], atUs)
	case packets.SUBACK:
		id, codes := f.suback(w.v5)
		w.mu.Lock()
		subscriptions := w.filters[id]
		w.mu.Unlock()
		for i, s := range subscriptions[:min(len(subscriptions), len(codes))] {
			w.recording.Recorder.Add(&subackRow{w.head("suback", atUs), s.filter, codes[i]})
		}
	}
}

func (w *watcher) connacked(p connackFrame, atUs int64) {
	w.recording.Recorder.Connacked(w.head("connack", atUs), p, w.row, w.recording.IsRole)
	if p.code != 0 {
		w.wire.closesAs(byPeer)
		return
	}
	if !p.sessionPresent {
		w.recording.Session.forget()
	}
	w.mu.Lock()
	if p.maximumQoS != nil {
		w.offers.maximumQoS = *p.maximumQoS
	}
	if p.receiveMaximum != nil {
		w.offers.receiveMaximum = int(*p.receiveMaximum)
	}
	if p.retain != nil {
		w.offers.retain = *p.retain
	}
	w.mu.Unlock()
	if w.will != nil {
		w.recording.Recorder.Entrusted(w.recording.Session.ClientID, w.will)
	}
}

func (w *watcher) answered(f frame, step string, atUs int64) {
	id, code := f.ack()
	p, settled := w.recording.Session.answered(id, step, code)
	w.recording.Recorder.Acknowledged(w.head("ack", atUs), p, step, code)
	if settled && w.recording.OnSettled != nil {
		w.recording.OnSettled(p, step, code)
	}
}

func (w *watcher) closed(by string, code *byte, atUs int64) {
	w.mu.Lock()
	first := !w.isClosed
	w.isClosed = true
	w.mu.Unlock()
	if first {
		w.recording.Recorder.Add(&closeRow{w.head("close", atUs), by, code})
	}
}
