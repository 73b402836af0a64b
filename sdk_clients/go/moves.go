package main

import (
	"sync/atomic"
	"time"
)

const (
	moveLeave = "leave"
	moveCut   = "cut"
	moveLimit = 2 * time.Second
)

// move is one change of endpoints: when, of which of those who move, and how.
type move struct {
	afterUs int64
	who     int
	how     string
}

// moveOf is move number k, from 0: all leave in one way, one after the other, then all in the next one.
func moveOf(k, movers int, config WorkloadConfig) move {
	return move{int64(k+1) * config.MoveEveryMs * 1000, k % movers, config.Moves[k/movers%len(config.Moves)]}
}

// mover lets roles change their endpoints while messages are published.
type mover struct {
	common *common
	made   atomic.Int64
	over   chan struct{}
}

func newMover(c *common) *mover { return &mover{common: c, over: make(chan struct{})} }

func (m *mover) run(roles ...*Role) {
	defer noteCrash(&m.common.recorder.Notes)
	for k := 0; ; k++ {
		next := moveOf(k, len(roles), m.common.config)
		select {
		case <-m.over:
			return
		case <-time.After(untilUs(m.common.t0Us + next.afterUs)):
		}
		if isClosed(m.over) || m.common.happened() >= m.common.planned {
			return
		}
		// Taking leave of a broker that hangs takes longer than it is until the next move, which is another role's.
		go m.move(roles[next.who], next.how)
	}
}

func (m *mover) move(role *Role, how string) {
	defer noteCrash(&m.common.recorder.Notes)
	c := role.connectionToMove()
	if c == nil {
		return
	}
	m.made.Add(1)
	if how == moveCut {
		c.Cut()
		return
	}
	if role == m.common.publisher {
		// What is handed over beside a DISCONNECT would end the connection before it.
		m.common.lanes.Detach()
	}
	c.Disconnect(moveLimit)
}

func (m *mover) stop() { close(m.over) }
