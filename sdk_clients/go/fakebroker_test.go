package main

import (
	"encoding/binary"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/packets"
)

const patience = 3 * time.Second

// bench is one client whose connections are recorded, against a broker of a few packets.
type bench struct {
	t        *testing.T
	listener net.Listener
	config   WorkloadConfig
	recorder *Recorder
	session  *Session
	settled  chan settlement
}

type settlement struct {
	seq  int
	step string
	code byte
}

func newBench(t *testing.T, version string) *bench {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	env := map[string]string{"CLUSTER_ENDPOINT": listener.Addr().String(), "MQTT_VERSION": version, "RUN_ID": "r", "PHASE": "p"}
	config, problems := ReadWorkloadConfig(func(name string) string { return env[name] }, qosMix)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	session := newSession("c-pub", false, 5*time.Second, 60)
	return &bench{t, listener, config, NewRecorder("r", "p"), session, make(chan settlement, 100)}
}

// connect answers the CONNECT with these bytes; the Connection is nil where that was a refusal.
func (b *bench) connect(connack frame, will *Will) (*Connection, *peer) {
	b.t.Helper()
	peers := make(chan *peer, 1)
	go func() {
		conn, err := b.listener.Accept()
		if err != nil {
			return
		}
		p := &peer{t: b.t, conn: conn}
		p.expect(packets.CONNECT)
		p.send(connack)
		peers <- p
	}()
	recording := &Recording{
		IsRole: true, Config: b.config, Recorder: b.recorder, Session: b.session,
		OnSettled: func(p *Publication, step string, code byte) { b.settled <- settlement{p.Seq, step, code} },
	}
	c, _ := recording.Open(b.config.Endpoints[0], will)
	p := <-peers
	b.t.Cleanup(func() {
		_ = p.conn.Close()
		if c != nil {
			c.Abort("test over")
		}
	})
	return c, p
}

func (b *bench) payload(seq int) []byte { return EncodePayload(Identity{"r", "p", "c-pub"}, seq, 7, 0) }

func (b *bench) message(seq int, qos byte) *Publication {
	return &Publication{Topic: "t", Seq: seq, QoS: qos, Payload: b.payload(seq), IntendedUs: 7}
}

// rows are the lines of these events, each as the values of these fields.
func (b *bench) rows(event string, fields ...string) [][]any {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "ledger")
	if err := b.recorder.Write(path, "w", nil, 0); err != nil {
		b.t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	rows := [][]any{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		var all map[string]any
		if err := json.Unmarshal([]byte(line), &all); err != nil {
			b.t.Fatal(err)
		}
		if all["event"] != event {
			continue
		}
		values := []any{}
		for _, field := range fields {
			value, is := all[field]
			if !is {
				b.t.Fatalf("expected %s in %s", field, line)
			}
			values = append(values, value)
		}
		rows = append(rows, values)
	}
	return rows
}

// expectRows waits until they are these; numbers are float64 in JSON.
func (b *bench) expectRows(expected [][]any, event string, fields ...string) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); !reflect.DeepEqual(b.rows(event, fields...), expected) && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	if got := b.rows(event, fields...); !reflect.DeepEqual(got, expected) {
		b.t.Errorf("%s: expected %v, got %v", event, expected, got)
	}
}

func (b *bench) expectSettled(expected ...settlement) {
	b.t.Helper()
	for _, each := range expected {
		select {
		case got := <-b.settled:
			if got != each {
				b.t.Errorf("expected %v settled, got %v", each, got)
			}
		case <-time.After(patience):
			b.t.Fatalf("expected %v settled, got nothing", each)
		}
	}
}

// peer is the broker's end of one connection.
type peer struct {
	t    *testing.T
	conn net.Conn
	in   []byte
}

func (p *peer) send(frames ...frame) {
	for _, f := range frames {
		if _, err := p.conn.Write(f); err != nil {
			p.t.Errorf("broker: %v", err)
		}
	}
}

// read is the next packet, but for PINGREQ; nil where the other side has ended, or says nothing for so long.
func (p *peer) read(limit time.Duration) frame {
	_ = p.conn.SetReadDeadline(time.Now().Add(limit))
	buffer := make([]byte, 1000)
	for {
		f, rest, _ := cutFrame(p.in)
		if f == nil {
			n, err := p.conn.Read(buffer)
			if err != nil {
				return nil
			}
			p.in = append(p.in, buffer[:n]...)
			continue
		}
		p.in = rest
		if f.kind() != packets.PINGREQ {
			return f
		}
	}
}

func (p *peer) expect(kind byte) frame {
	f := p.read(patience)
	if f == nil || f.kind() != kind {
		p.t.Errorf("broker: expected packet %d, got % x", kind, []byte(f))
		return pubrel(0)
	}
	return f
}

func (p *peer) expectID(kind byte) uint16 {
	id, _ := p.expect(kind).ack()
	return id
}

func (p *peer) expectPublish(v5 bool) (id uint16, dup bool) {
	f := p.expect(packets.PUBLISH).publish(v5)
	return f.id, f.dup
}

func connack3(code byte, present bool) frame {
	return frame{packets.CONNACK << 4, 2, byte(one(present)), code}
}

func connack5(present bool, properties ...byte) frame {
	return append(frame{packets.CONNACK << 4, byte(3 + len(properties)), byte(one(present)), 0, byte(len(properties))}, properties...)
}

func ackOf(kind byte, id uint16, code ...byte) frame {
	flags := byte(0)
	if kind == packets.PUBREL {
		flags = 2
	}
	return append(binary.BigEndian.AppendUint16(frame{kind<<4 | flags, byte(2 + len(code))}, id), code...)
}

func publishOf(payload []byte, qos byte, id uint16, dup, v5 bool) frame {
	body := []byte{0, 1, 't'}
	if qos > 0 {
		body = binary.BigEndian.AppendUint16(body, id)
	}
	if v5 {
		body = append(body, 0)
	}
	body = append(body, payload...)
	head := frame{packets.PUBLISH<<4 | qos<<1 | byte(one(dup))<<3}
	return append(binary.AppendUvarint(head, uint64(len(body))), body...)
}
