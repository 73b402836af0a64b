package main

import (
	"slices"
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

func publishPacket(id Identity, seq int) packets.ControlPacket {
	p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	p.Qos, p.Payload = 1, EncodePayload(id, seq, 0, 0)
	return p
}

func TestOnlyTheRemovalOfOneOfOurMessagesIsAnAcknowledgement(t *testing.T) {
	var acked []int
	store := newAckStore(
		func(payload []byte) (int, bool) { return SeqOf(ours, payload) },
		func(seq int, _ int64) { acked = append(acked, seq) },
	)
	store.Open()
	store.Put("o.1", publishPacket(ours, 40))
	store.Put("o.2", publishPacket(ours, 41))
	store.Put("o.3", publishPacket(Identity{"other", "", ""}, 42))
	store.Reset()
	store.Close()
	if len(acked) > 0 {
		t.Errorf("expected no acknowledgement from putting, resetting and closing, got %v", acked)
	}
	for _, key := range []string{"o.2", "o.2", "o.3", "i.1", "o.9"} {
		store.Del(key)
	}
	if !slices.Equal(acked, []int{41}) {
		t.Errorf("expected 41 acknowledged once, got %v", acked)
	}
}
