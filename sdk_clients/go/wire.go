package main

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/eclipse/paho.golang/packets"
)

// Why a connection ended, in the words of CONTRACT.md.
const (
	ownDisconnect = "own-disconnect"
	ownWithWill   = "own-disconnect-with-will"
	ownCut        = "own-cut"
	ownMute       = "own-mute"
	byPeer        = "peer"
	byTimeout     = "timeout"

	disconnectWithWill = 0x04
	readBytes          = 32 * 1024
)

// observer is told of every packet: of one that goes out before it does, of one that came in before the library has it.
type observer interface {
	// outgoing returns what is to be sent in its place.
	outgoing(f frame, atUs int64) frame
	incoming(f frame, atUs int64)
	// closed may be called more than once; the first time counts.
	closed(by string, code *byte, atUs int64)
}

// Wire is the socket that a library is given. Neither library shows all of what a ledger of version 2 needs, and one of them says
// that things were acknowledged that were not; so every packet is read here, on its way.
type Wire struct {
	net.Conn
	observer observer
	v5       bool

	parts sync.Mutex // of Lock and Unlock

	outMu      sync.Mutex
	out        []byte // not a whole packet yet
	lastSentUs int64

	buffer   []byte
	in       []byte // not a whole packet yet
	unserved []byte // read, and not yet given to the library

	mu         sync.Mutex
	by         string // why, if this side closes the socket
	muted      bool
	leaving    bool
	lastReadUs int64
	leavesBy   string
	leavesUs   int64
	closeOnce  sync.Once
	gone       chan struct{}
}

// NewWire takes the connected socket.
func NewWire(conn net.Conn, observer observer, v5 bool) *Wire {
	return &Wire{Conn: conn, observer: observer, v5: v5, buffer: make([]byte, readBytes), by: byTimeout, gone: make(chan struct{})}
}

// Lock and Unlock make it a sync.Locker: paho.golang writes each packet in parts, and locks around them what can be locked.
func (w *Wire) Lock()   { w.parts.Lock() }
func (w *Wire) Unlock() { w.parts.Unlock() }

func (w *Wire) Read(p []byte) (int, error) {
	for len(w.unserved) == 0 {
		if w.isMuted() {
			<-w.gone
			return 0, io.EOF
		}
		n, err := w.Conn.Read(w.buffer)
		if w.isMuted() {
			continue
		}
		w.readPackets(w.buffer[:n])
		w.unserved = w.buffer[:n]
		if n == 0 && err != nil {
			w.failed(err)
			if errors.Is(err, net.ErrClosed) {
				// paho.mqtt.golang takes no notice of a socket that was closed on this side by others than itself.
				err = io.EOF
			}
			return 0, err
		}
	}
	n := copy(p, w.unserved)
	w.unserved = w.unserved[n:]
	return n, nil
}

// readPackets gives each packet a later time than the one before: the order of what came together is known by nothing else.
func (w *Wire) readPackets(chunk []byte) {
	w.in = append(w.in, chunk...)
	for {
		f, rest, err := cutFrame(w.in)
		if err != nil || f == nil {
			w.in = append([]byte(nil), rest...)
			return
		}
		w.in = rest
		w.mu.Lock()
		atUs := max(nowUs(), w.lastReadUs+1)
		w.lastReadUs = atUs
		w.mu.Unlock()
		w.observer.incoming(f, atUs)
		if w.v5 && f.kind() == packets.DISCONNECT {
			code := f.disconnect()
			w.observer.closed(byPeer, &code, atUs)
		}
	}
}

// Write sends whole packets only, each at once.
func (w *Wire) Write(p []byte) (int, error) {
	w.outMu.Lock()
	defer w.outMu.Unlock()
	w.out = append(w.out, p...)
	for {
		f, rest, err := cutFrame(w.out)
		if err != nil {
			return 0, err
		}
		if f == nil {
			return len(p), nil
		}
		w.out = rest
		if err := w.send(f); err != nil {
			w.out = nil
			return 0, err
		}
	}
}

func (w *Wire) send(f frame) error {
	if w.isMuted() {
		return nil
	}
	atUs, isLast, by := nowUs(), f.kind() == packets.DISCONNECT, ownDisconnect
	if isLast && w.v5 && f.disconnect() == disconnectWithWill {
		by = ownWithWill
	}
	if isLast {
		w.setLeaving(true, by, atUs)
	}
	if _, err := w.Conn.Write(w.observer.outgoing(f, atUs)); err != nil {
		w.setLeaving(false, "", 0)
		w.failed(err)
		return err
	}
	w.lastSentUs = atUs
	if isLast {
		w.observer.closed(by, nil, atUs)
	}
	return nil
}

// failed notes what the operating system says about the other side.
func (w *Wire) failed(err error) {
	w.mu.Lock()
	leaving := w.leaving
	w.mu.Unlock()
	var network net.Error
	switch {
	case leaving, errors.Is(err, net.ErrClosed):
		// Whoever sends the DISCONNECT, or closed the socket, knows why.
	case errors.As(err, &network) && network.Timeout():
		w.observer.closed(byTimeout, nil, nowUs())
	default:
		w.observer.closed(byPeer, nil, nowUs())
	}
}

// setLeaving says how and when this side begins to leave: the broker may have ended the connection, and the library closed it, before
// the one who wrote the DISCONNECT goes on.
func (w *Wire) setLeaving(leaving bool, by string, atUs int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leaving, w.leavesBy, w.leavesUs = leaving, by, atUs
}

func (w *Wire) isMuted() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.muted
}

// closesAs says why, if this side is to close the socket: else it is because something did not come in time.
func (w *Wire) closesAs(by string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.by = by
}

// Close ends the connection, but not one that is mute.
func (w *Wire) Close() error {
	w.mu.Lock()
	by, atUs, muted := w.by, nowUs(), w.muted
	if w.leaving {
		by, atUs = w.leavesBy, w.leavesUs
	}
	w.mu.Unlock()
	w.closeOnce.Do(func() { close(w.gone) })
	if muted {
		return nil
	}
	w.observer.closed(by, nil, atUs)
	return w.Conn.Close()
}

// Cut closes the socket without a DISCONNECT.
func (w *Wire) Cut() {
	w.closesAs(ownCut)
	_ = w.Close()
}

// Mute says nothing more and reads nothing more, and leaves the socket open until Release.
func (w *Wire) Mute() {
	w.mu.Lock()
	w.muted = true
	lastReadUs := w.lastReadUs
	w.mu.Unlock()
	// Whoever is sending just now has finished when this lock is ours.
	w.outMu.Lock()
	lastUs := max(w.lastSentUs, lastReadUs)
	w.outMu.Unlock()
	_ = w.Conn.SetReadDeadline(time.Unix(1, 0))
	w.observer.closed(ownMute, nil, lastUs)
}

// Release closes the socket of a mute connection.
func (w *Wire) Release() { _ = w.Conn.Close() }
