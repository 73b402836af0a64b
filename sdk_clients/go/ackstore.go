package main

import (
	"sync"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

// ackStore tells a real PUBACK from everything else. The library completes a publish token also on occasions that are no
// acknowledgement (a resumption after a reconnect does, with a nil error), but it puts every QoS 1 PUBLISH into its store before
// it sends it, and deletes it there on the PUBACK only.
type ackStore struct {
	*mqtt.MemoryStore
	seqOf func(payload []byte) (int, bool)
	onAck func(seq int, atUs int64)

	mu       sync.Mutex
	seqOfKey map[string]int
}

func newAckStore(seqOf func([]byte) (int, bool), onAck func(int, int64)) *ackStore {
	return &ackStore{MemoryStore: mqtt.NewMemoryStore(), seqOf: seqOf, onAck: onAck, seqOfKey: map[string]int{}}
}

// Put is called before the packet is sent, so no PUBACK can be too early for it.
func (s *ackStore) Put(key string, packet packets.ControlPacket) {
	if publish, ok := packet.(*packets.PublishPacket); ok {
		if seq, ours := s.seqOf(publish.Payload); ours {
			s.mu.Lock()
			s.seqOfKey[key] = seq
			s.mu.Unlock()
		}
	}
	s.MemoryStore.Put(key, packet)
}

// Del is called on the connection's reading goroutine as soon as the PUBACK is parsed.
func (s *ackStore) Del(key string) {
	atUs := nowUs()
	s.mu.Lock()
	seq, ours := s.seqOfKey[key]
	delete(s.seqOfKey, key)
	s.mu.Unlock()
	if ours {
		s.onAck(seq, atUs)
	}
	s.MemoryStore.Del(key)
}
