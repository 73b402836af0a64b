package main

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

const pauseBetweenAttempts = 200 * time.Millisecond

// Role keeps up the publisher's or the subscriber's connection: connects, serves the connection until it is lost, and goes on to
// the next endpoint.
type Role struct {
	Name     string
	journal  *Journal
	dial     Dial
	serve    func(endpoint string, c *Connection) // returns when the connection is lost
	farewell func(c *Connection, limit time.Duration)

	mu            sync.Mutex
	endpoints     []string
	next          int
	ready         bool
	loginRefused  error
	endpoint      string
	firstEndpoint *string
	connection    *Connection
	closing       chan struct{}
	ended         chan struct{}
}

func newRole(name string, config Config, journal *Journal, firstEndpoint int, dial Dial) *Role {
	dial.Username, dial.Password, dial.Version = config.Username, config.Password, config.MQTTVersion
	return &Role{
		Name: name, journal: journal, dial: dial, endpoints: config.Endpoints, next: firstEndpoint,
		farewell: func(*Connection, time.Duration) {},
		closing:  make(chan struct{}), ended: make(chan struct{}),
	}
}

// Run returns after Close.
func (r *Role) Run() {
	defer close(r.ended)
	defer noteCrash(r.journal)
	for !r.isClosing() {
		endpoint := r.endpoints[r.next%len(r.endpoints)]
		r.next++
		r.attempt(endpoint)
		select {
		case <-r.closing:
		case <-time.After(pauseBetweenAttempts):
		}
	}
}

func (r *Role) attempt(endpoint string) {
	dial := r.dial
	dial.Endpoint = endpoint
	c, err := Open(dial)
	if err != nil {
		r.failed(endpoint, err)
		return
	}
	r.set(func() {
		r.connection, r.endpoint = c, endpoint
		if r.firstEndpoint == nil {
			r.firstEndpoint = &endpoint
		}
	})
	r.journal.Connected(r.Name, endpoint, c.SessionPresent)
	r.serve(endpoint, c)
	r.set(func() { r.connection = nil })
	reason, code := c.LostReason()
	r.journal.Disconnected(r.Name, endpoint, reason, code)
	if !r.isClosing() {
		r.note(endpoint, reason)
	}
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
	r.journal.Errors.AddTransient("%s %s: %s", r.Name, endpoint, text)
}

// set changes the role's state and lets the main goroutine look at it.
func (r *Role) set(change func()) {
	r.mu.Lock()
	change()
	r.mu.Unlock()
	r.journal.Wake()
}

// State says whether the role is ready and with which endpoint, or why it never will be.
func (r *Role) State() (ready bool, endpoint string, loginRefused error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ready, r.endpoint, r.loginRefused
}

// FirstEndpoint is where the role was connected first, nil where it never was.
func (r *Role) FirstEndpoint() *string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.firstEndpoint
}

// Close says goodbye to the broker as far as it listens.
func (r *Role) Close(limit time.Duration) {
	close(r.closing)
	r.mu.Lock()
	c := r.connection
	r.mu.Unlock()
	if c == nil {
		return
	}
	r.farewell(c, limit/2)
	c.Disconnect(limit / 2)
	select {
	case <-r.ended:
	case <-time.After(limit / 2):
	}
}

func (r *Role) isClosing() bool {
	select {
	case <-r.closing:
		return true
	default:
		return false
	}
}
