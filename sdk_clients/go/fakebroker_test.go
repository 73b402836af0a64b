package main

import (
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
