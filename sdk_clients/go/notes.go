package main

import (
	"sync"
	"time"
)

// Notes is what every goroutine of a run may write and the main one waits for: errors, signals, progress. One lock for all of it,
// and for what Journal and Recorder add to it.
type Notes struct {
	Errors ErrorList

	mu          sync.Mutex
	signals     int
	connections int
	progressUs  int64
	frozen      bool
	changed     chan struct{} // closed and replaced at every change that a waiter may wait for
}

func newNotes() Notes { return Notes{changed: make(chan struct{})} }

// Signalled notes SIGTERM or SIGINT.
func (n *Notes) Signalled() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.signals++
	n.wake()
}

// Signals is how many came so far.
func (n *Notes) Signals() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.signals
}

// LastProgressUs is when the last acknowledgement or first receipt came.
func (n *Notes) LastProgressUs() int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.progressUs
}

// Wake makes waiters look again.
func (n *Notes) Wake() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wake()
}

func (n *Notes) wake() {
	close(n.changed)
	n.changed = make(chan struct{})
}

// WaitUntil returns when done says so or the deadline has come; done may ask the Notes.
func (n *Notes) WaitUntil(done func() bool, deadlineUs int64) {
	timer := time.NewTimer(untilUs(deadlineUs))
	defer timer.Stop()
	for {
		n.mu.Lock()
		changed := n.changed
		n.mu.Unlock()
		if done() {
			return
		}
		select {
		case <-changed:
		case <-timer.C:
			return
		}
	}
}

// Freeze ends all counting and returns the time of it. Without this the farewell would enter the figures.
func (n *Notes) Freeze() int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.frozen = true
	return nowUs()
}
