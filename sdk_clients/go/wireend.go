package main

import (
	"errors"
	"net"
	"time"
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
)

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

func (w *Wire) setLeaving(leaving bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leaving = leaving
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
	by, muted, leaving := w.by, w.muted, w.leaving
	w.mu.Unlock()
	w.closeOnce.Do(func() { close(w.gone) })
	if muted {
		return nil
	}
	if leaving {
		// The broker may end the connection, and the library close it, before whoever wrote the DISCONNECT has said so.
		_ = w.Conn.SetWriteDeadline(time.Unix(1, 0))
		w.outMu.Lock()
		defer w.outMu.Unlock()
	}
	w.observer.closed(by, nil, nowUs())
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
