package main

import (
	"bytes"
	"slices"
	"testing"
)

func TestCutsPacketsOutOfWhateverTheSocketGives(t *testing.T) {
	long := append(frame{0x30, 0x80 | 72, 1}, make([]byte, 200)...)
	stream := slices.Concat(pubrel(7), long, frame{0xD0, 0})
	for size := 1; size <= len(stream); size++ {
		var got []byte
		var kinds []byte
		var left []byte
		for _, part := range slices.Collect(slices.Chunk(stream, size)) {
			left = append(left, part...)
			for {
				f, rest, err := cutFrame(left)
				if err != nil {
					t.Fatal(err)
				}
				if f == nil {
					break
				}
				got, kinds, left = append(got, f...), append(kinds, f.kind()), rest
			}
		}
		if !bytes.Equal(got, stream) || !slices.Equal(kinds, []byte{6, 3, 13}) || len(left) > 0 {
			t.Fatalf("in parts of %d: expected the same three packets, got kinds %v, %d bytes left", size, kinds, len(left))
		}
	}
}

func TestRefusesALengthThatNoPacketHas(t *testing.T) {
	if _, _, err := cutFrame([]byte{0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1}); err == nil {
		t.Error("expected an error")
	}
}

func TestReadsAPublishOfEitherVersion(t *testing.T) {
	v3 := frame{0x3D, 10, 0, 1, 't', 0, 9, 'h', 'e', 'l', 'l', 'o'}
	v5 := frame{0x3D, 13, 0, 1, 't', 0, 9, 2, 1, 0, 'h', 'e', 'l', 'l', 'o'}
	for version, p := range map[string]publishFrame{"3.1.1": v3.publish(false), "5": v5.publish(true)} {
		if p.topic != "t" || p.id != 9 || p.qos != 2 || !p.dup || !p.retain || string(p.payload) != "hello" {
			t.Errorf("MQTT %s: got %+v", version, p)
		}
	}
	if p := (frame{0x30, 4, 0, 1, 't', 'x'}).publish(false); p.qos != 0 || p.id != 0 || p.dup || p.retain || string(p.payload) != "x" {
		t.Errorf("QoS 0: got %+v", p)
	}
}

func TestAnAcknowledgementWithoutACodeHasZero(t *testing.T) {
	if id, code := (frame{0x40, 2, 1, 2}).ack(); id != 258 || code != 0 {
		t.Errorf("got %d, %d", id, code)
	}
	if id, code := (frame{0x50, 4, 0, 3, 0x97, 0}).ack(); id != 3 || code != 0x97 {
		t.Errorf("got %d, %d", id, code)
	}
}

func TestReadsSubscribeAndSuback(t *testing.T) {
	id, subscriptions := (frame{0x82, 13, 0, 5, 0, 0, 1, 'a', 2, 0, 3, 'b', '/', '+', 1}).subscribe(true)
	if id != 5 || !slices.Equal(subscriptions, []subscription{{"a", 2}, {"b/+", 1}}) {
		t.Errorf("got %d, %v", id, subscriptions)
	}
	if id, codes := (frame{0x90, 5, 0, 5, 0, 2, 0x80}).suback(true); id != 5 || !bytes.Equal(codes, []byte{2, 0x80}) {
		t.Errorf("got %d, %v", id, codes)
	}
}

func TestAConnackSaysWhatTheBrokerOffers(t *testing.T) {
	p := (frame{0x20, 13, 1, 0, 10, 0x24, 1, 0x2A, 0, 0x21, 0, 7, 0x13, 0, 30}).connack(true)
	if !p.sessionPresent || p.code != 0 || *p.maximumQoS != 1 || !*p.retain || *p.shared || *p.receiveMaximum != 7 || *p.keepAlive != 30 {
		t.Errorf("got %+v", p)
	}
	if p := (frame{0x20, 3, 0, 0, 0}).connack(true); *p.maximumQoS != 2 || !*p.retain || !*p.shared || p.receiveMaximum != nil {
		t.Errorf("what is left out has its default; got %+v", p)
	}
	for _, p := range []connackFrame{(frame{0x20, 2, 0, 0}).connack(false), (frame{0x20, 3, 0, 0x88, 0}).connack(true)} {
		if p.maximumQoS != nil || p.retain != nil || p.shared != nil {
			t.Errorf("expected nothing of what is not said, got %+v", p)
		}
	}
}

func TestAPacketThatEndsTooEarlyIsNoCrash(t *testing.T) {
	for kind := byte(1); kind < 15; kind++ {
		f := frame{kind<<4 | 2, 1, 0xFF}
		f.publish(true)
		f.ack()
		f.subscribe(true)
		f.suback(true)
		f.disconnect()
		f.connack(true)
	}
}
