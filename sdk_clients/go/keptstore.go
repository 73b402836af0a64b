package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/eclipse/paho.golang/paho/session"
	"github.com/eclipse/paho.golang/paho/session/state"

	packets5 "github.com/eclipse/paho.golang/packets"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

// keptStore is where paho.mqtt.golang keeps the messages that it sends again when a session goes on. The library's own stores give
// them back in another order; and it deletes by what it has read when it comes to it, which may be after the next connection has
// begun. Here a message goes when its last answer is on the wire, and they come back in the order in which they went in.
type keptStore struct {
	mu       sync.Mutex
	keys     []string
	messages map[string]packets.PublishPacket
}

func newKeptStore() *keptStore { return &keptStore{messages: map[string]packets.PublishPacket{}} }

// put keeps what is sent. What is received and not completed, the broker sends again; and a PUBREL takes the place of its PUBLISH
// on the wire (recorded.go).
func (s *keptStore) put(key string, packet packets.ControlPacket) {
	message, isPublish := packet.(*packets.PublishPacket)
	if !isPublish || !strings.HasPrefix(key, "o.") {
		return
	}
	if _, is := s.messages[key]; !is {
		s.keys = append(s.keys, key)
	}
	s.messages[key] = *message
}

// Get returns a copy: the library writes to what it sends.
func (s *keptStore) Get(key string) packets.ControlPacket {
	s.mu.Lock()
	defer s.mu.Unlock()
	message, is := s.messages[key]
	if !is {
		return nil
	}
	return &message
}

func (s *keptStore) All() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.keys)
}

// settled is what deletes a message.
func (s *keptStore) settled(id uint16) {
	key := fmt.Sprintf("o.%d", id)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.messages, key)
	if at := slices.Index(s.keys, key); at >= 0 {
		s.keys = slices.Delete(s.keys, at, at+1)
	}
}

func (s *keptStore) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys, s.messages = nil, map[string]packets.PublishPacket{}
}

func (s *keptStore) Del(string) {}
func (s *keptStore) Open()      {}
func (s *keptStore) Close()     {}

// connectionStore is the store as one connection has it.
type connectionStore struct {
	*keptStore
	sealed bool
}

// Put takes nothing any more from a connection that has ended.
func (s *connectionStore) Put(key string, packet packets.ControlPacket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.sealed {
		s.put(key, packet)
	}
}

// seal says whether this message has been taken; if not, it never will be.
func (s *connectionStore) seal(topic string, payload []byte) (taken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sealed = true
	return s.has(topic, payload)
}

// took is for a message that was handed over without an error: another one may have met the end of the connection before it.
func (s *connectionStore) took(topic string, payload []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.sealed || s.has(topic, payload)
}

func (s *connectionStore) has(topic string, payload []byte) bool {
	for _, message := range s.messages {
		if message.TopicName == topic && bytes.Equal(message.Payload, payload) {
			return true
		}
	}
	return false
}

// guardedState is paho.golang's own state of a session. Where a PUBREC is read while the connection is being closed, the library
// writes its PUBREL to a connection that is no longer there, and panics. The PUBREL is kept by then, and is sent on the next one.
type guardedState struct{ session.SessionManager }

func newGuardedState() session.SessionManager { return guardedState{state.NewInMemory()} }

func (s guardedState) PacketReceived(packet *packets5.ControlPacket, publishes chan<- *packets5.Publish) (err error) {
	if packet.Type == packets5.PUBREC {
		defer func() {
			if crash := recover(); crash != nil {
				err = fmt.Errorf("PUBREC while the connection was closed: %v", crash)
			}
		}()
	}
	return s.SessionManager.PacketReceived(packet, publishes)
}
