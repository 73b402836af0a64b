package main

import (
	"sync/atomic"
	"time"
)

// Generator is the open loop: message i is due at t0 + i / rate, whatever the broker does. It touches no socket, so nothing that
// the library does can hold it up.
type Generator struct {
	config  Config
	journal *Journal
	outbox  *Outbox
	t0Us    int64
	done    atomic.Bool
	stop    chan struct{}
	ended   chan struct{}
}

// StartGenerator begins to generate at t0.
func StartGenerator(config Config, journal *Journal, outbox *Outbox, t0Us int64) *Generator {
	g := &Generator{config: config, journal: journal, outbox: outbox, t0Us: t0Us, stop: make(chan struct{}), ended: make(chan struct{})}
	go g.run()
	return g
}

// Done says whether everything planned was generated.
func (g *Generator) Done() bool { return g.done.Load() }

// Stop returns when no further message will be generated.
func (g *Generator) Stop() {
	close(g.stop)
	<-g.ended
}

func (g *Generator) run() {
	defer close(g.ended)
	defer noteCrash(g.journal)
	for i := range g.config.MessageCount {
		intendedUs := g.t0Us + int64(float64(i)*1e6/g.config.MessageRate)
		if !g.sleepUntil(intendedUs) {
			return
		}
		seq, open := g.journal.Generated(intendedUs)
		if !open {
			return
		}
		g.outbox.Add(seq, EncodePayload(g.config.Identity, seq, intendedUs, g.config.PayloadBytes))
	}
	g.done.Store(true)
	g.journal.Wake()
}

// sleepUntil returns false where publishing was stopped.
func (g *Generator) sleepUntil(dueUs int64) bool {
	timer := time.NewTimer(untilUs(dueUs))
	defer timer.Stop()
	for {
		select {
		case <-g.stop:
			return false
		case <-timer.C:
			if nowUs() >= dueUs {
				return true
			}
			// Both clocks are monotonic, but a timer may round down.
			timer.Reset(untilUs(dueUs))
		}
	}
}
