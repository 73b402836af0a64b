package main

import (
	"sync/atomic"
	"time"
)

// Generator is the open loop: message i is due at t0 + i / rate, whatever the broker does. It touches no socket, so nothing that
// the library does can hold it up.
type Generator struct {
	config   Config
	notes    *Notes
	t0Us     int64
	generate func(i int, intendedUs int64) bool
	done     atomic.Bool
	stop     chan struct{}
	ended    chan struct{}
}

// StartGenerator begins to generate at t0. generate makes message i, and returns false where no more is taken.
func StartGenerator(config Config, notes *Notes, t0Us int64, generate func(i int, intendedUs int64) bool) *Generator {
	g := &Generator{config: config, notes: notes, t0Us: t0Us, generate: generate, stop: make(chan struct{}), ended: make(chan struct{})}
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
	defer noteCrash(g.notes)
	for i := range g.config.MessageCount {
		intendedUs := g.t0Us + int64(float64(i)*1e6/g.config.MessageRate)
		if !g.sleepUntil(intendedUs) || !g.generate(i, intendedUs) {
			return
		}
	}
	g.done.Store(true)
	g.notes.Wake()
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
