package main

import (
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"
)

const pauseBetweenAttempts = 200 * time.Millisecond

// The port of this side would make a text of its own of each lost connection.
var ownAddress = regexp.MustCompile(`\S+->`)

// Role keeps up the publisher's or the subscriber's connection: connects, serves the connection until it is lost, and goes on to
// the next endpoint.
type Role struct {
	Name     string
	notes    *Notes
	log      connectionLog
	open     func(endpoint string) (*Connection, error)
	serve    func(endpoint string, c *Connection) // returns when the connection is lost
	farewell func(c *Connection, limit time.Duration)
	// pause is that before the next attempt; startsAfter the one before the first.
	pause       func() time.Duration
	startsAfter time.Duration

	mu            sync.Mutex
	endpoints     []string
	next          int
	ready         bool
	loginRefused  error
	endpoint      string
	firstEndpoint *string
	connection    *Connection
	moving        bool
	closing       chan struct{}
	closeOnce     sync.Once
	ended         chan struct{}
}

// connectionLog is told of connections; only Journal keeps what it is told.
type connectionLog interface {
	Connected(role, endpoint string, sessionPresent bool)
	Disconnected(role, endpoint, reason string, reasonCode *byte)
}

func newRole(name string, config Config, notes *Notes, log connectionLog, firstEndpoint int) *Role {
	return &Role{
		Name: name, notes: notes, log: log, endpoints: config.Endpoints, next: firstEndpoint,
		farewell: func(*Connection, time.Duration) {},
		pause:    func() time.Duration { return pauseBetweenAttempts },
		closing:  make(chan struct{}), ended: make(chan struct{}),
	}
}

// Run returns after Close.
func (r *Role) Run() {
	defer close(r.ended)
	defer noteCrash(r.notes)
	r.rest(r.startsAfter)
	for !r.isClosing() {
		endpoint := r.endpoints[r.next%len(r.endpoints)]
		r.next++
		if moved := r.attempt(endpoint); !moved {
			r.rest(r.pause())
		}
	}
}

func (r *Role) rest(pause time.Duration) {
	select {
	case <-r.closing:
	case <-time.After(pause):
	}
}

func (r *Role) attempt(endpoint string) (moved bool) {
	c, err := r.open(endpoint)
	if err != nil {
		r.failed(endpoint, err)
		return false
	}
	r.set(func() {
		r.connection, r.endpoint = c, endpoint
		if r.firstEndpoint == nil {
			r.firstEndpoint = &endpoint
		}
	})
	r.log.Connected(r.Name, endpoint, c.SessionPresent)
	r.serve(endpoint, c)
	r.set(func() { r.connection, moved, r.moving = nil, r.moving, false })
	reason, code := c.LostReason()
	r.log.Disconnected(r.Name, endpoint, reason, code)
	if !r.isClosing() && !moved {
		r.note(endpoint, reason)
	}
	return moved
}

func (r *Role) failed(endpoint string, err error) {
	// Fatal during set-up only: a node that restarts may know its users a moment later than its clients.
	if ready, _, _ := r.State(); !ready && errors.Is(err, errLoginRefused) {
		r.set(func() { r.loginRefused = fmt.Errorf("%s %s: %w", r.Name, endpoint, err) })
		return
	}
	r.note(endpoint, err.Error())
}

func (r *Role) note(endpoint, text string) {
	r.notes.Errors.AddTransient("%s %s: %s", r.Name, endpoint, ownAddress.ReplaceAllString(text, ""))
}

// set changes the role's state and lets the main goroutine look at it.
func (r *Role) set(change func()) {
	r.mu.Lock()
	change()
	r.mu.Unlock()
	r.notes.Wake()
}

// State says whether the role is ready and with which endpoint, or why it never will be.
func (r *Role) State() (ready bool, endpoint string, loginRefused error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ready, r.endpoint, r.loginRefused
}

// endpointNow is where the role is connected, nil where there is no such role.
func (r *Role) endpointNow() *string {
	if r == nil {
		return nil
	}
	_, endpoint, _ := r.State()
	return &endpoint
}

// FirstEndpoint is where the role was connected first, nil where it never was, or where there is none.
func (r *Role) FirstEndpoint() *string {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.firstEndpoint
}

// connectionToMove is nil where there is none to leave. Once it is lost, the next endpoint is tried without a pause.
func (r *Role) connectionToMove() *Connection {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.connection == nil || r.moving || isClosed(r.connection.Lost) {
		return nil
	}
	r.moving = true
	return r.connection
}

// Close says goodbye to the broker as far as it listens. One that has left already has nothing more to say.
func (r *Role) Close(limit time.Duration) {
	r.closeOnce.Do(func() { close(r.closing) })
	r.mu.Lock()
	c := r.connection
	r.mu.Unlock()
	if c == nil || isClosed(r.ended) {
		return
	}
	r.farewell(c, limit/2)
	c.Disconnect(limit / 2)
	select {
	case <-r.ended:
	case <-time.After(limit / 2):
	}
}

func (r *Role) isClosing() bool { return isClosed(r.closing) }
