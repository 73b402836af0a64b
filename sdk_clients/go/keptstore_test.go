package main

import (
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

func TestAMessageAfterTheEndOfAConnectionIsNotTakenThoughTheLibrarySaysNoError(t *testing.T) {
	kept := newKeptStore()
	put := func(s *connectionStore, key, payload string) {
		packet := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
		packet.TopicName, packet.Payload = "t", []byte(payload)
		s.Put(key, packet)
	}
	first := &connectionStore{keptStore: kept}
	put(first, "o.1", "a")
	tookA, sealedA := first.took("t", []byte("a")), first.seal("t", []byte("a"))
	put(first, "o.2", "b")
	if tookB, stillA := first.took("t", []byte("b")), first.took("t", []byte("a")); !tookA || !sealedA || tookB || !stillA {
		t.Errorf("expected a taken and b not, got %v, %v, %v and %v", tookA, sealedA, stillA, tookB)
	}
	second := &connectionStore{keptStore: kept}
	put(second, "o.2", "b")
	if all := second.All(); !second.took("t", []byte("b")) || len(all) != 2 {
		t.Errorf("expected both on the next connection, got %v", all)
	}
}
