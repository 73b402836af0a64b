package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// A reader that got no value waits so long for it: longer than a checker allows a busy host.
	readerStays = 6 * time.Second
	// After the deletion no value is to come. What comes all the same comes soon.
	readerStaysAfterDeletion = 2 * time.Second
	// A cluster may take a second until every node shows a deletion: who reads before that shows nothing.
	deletionSpreads = 1500 * time.Millisecond
	// Behind a dead endpoint they would pile up.
	maxReaders           = 16
	readersAfterDeletion = 2
	readerLeavingLimit   = time.Second
	readersTick          = 10 * time.Millisecond
)

// retained: a writer that waits for each acknowledgement, and ever new readers; at the end the value is deleted, and read once more.
var retained = workloadSpec{
	// A value that is replaced before anybody reads it is rightly seen by nobody.
	name: "retained", defaultQoS: "1", defaultInFlight: 1, retains: true,
	begin: func(c common) workload {
		w := &retainedRun{common: c, over: make(chan struct{}), turned: make(chan struct{})}
		w.withPublisher()
		// Each value, and at last the deletion of each topic.
		w.planned += c.config.Topics
		// No lane waits for a subscriber: readers come and go.
		w.lanes.SubscriptionKnown(true)
		return w
	},
}

type retainedRun struct {
	common
	over    chan struct{}
	turned  chan struct{} // no more readers come by turns
	number  int           // of the last reader; of one goroutine after the other
	reading atomic.Int32
	readers sync.WaitGroup
}

func (w *retainedRun) roles() (publisher, subscriber *Role) { return w.publisher, nil }

func (w *retainedRun) generate(i int, intendedUs int64) {
	qos, _ := w.turn(i)
	w.offer(w.topic(i%w.config.Topics), qos, intendedUs, false)
}

func (w *retainedRun) topic(n int) string { return fmt.Sprintf("%s/%d", w.config.Topic, n) }

func (w *retainedRun) started() { go w.turnOverReaders() }

func (w *retainedRun) turnOverReaders() {
	defer close(w.turned)
	defer noteCrash(&w.recorder.Notes)
	turns := time.NewTicker(time.Duration(w.config.ReaderIntervalMs) * time.Millisecond)
	defer turns.Stop()
	for {
		select {
		case <-w.over:
			return
		case <-turns.C:
			if w.reading.Load() < maxReaders {
				w.startReader(readerStays)
			}
		}
	}
}

func (w *retainedRun) startReader(stays time.Duration) {
	places := w.config.ReaderEndpoints
	endpoint := w.config.Endpoints[places[w.number%len(places)]]
	w.number++
	session := w.newSession(fmt.Sprintf("reader-%d", w.number), true)
	w.reading.Add(1)
	w.readers.Add(1)
	go func() {
		defer w.readers.Done()
		defer w.reading.Add(-1)
		defer noteCrash(&w.recorder.Notes)
		w.read(session, endpoint, stays)
	}()
}

// read stays until there was a retained value of every topic, or the time is over.
func (w *retainedRun) read(session *Session, endpoint string, stays time.Duration) {
	missing, complete := map[string]bool{}, make(chan struct{})
	for n := range w.config.Topics {
		missing[w.topic(n)] = true
	}
	// Called by the goroutine that reads the connection.
	received := func(id MessageID, retain bool) {
		if !retain || !missing[id.Topic] {
			return
		}
		if delete(missing, id.Topic); len(missing) == 0 {
			close(complete)
		}
	}
	recording := &Recording{Config: w.config, Recorder: w.recorder, Session: session, OnReceived: received}
	reader, err := recording.Open(endpoint, nil)
	if err != nil {
		w.recorder.Errors.AddTransient("reader %s: %v", endpoint, err)
		return
	}
	code, came := reader.Subscribe(w.config.Topic+"/+", highest(w.config.QoS, 0), subackLimit)
	if came && code < refusedFrom {
		select {
		case <-complete:
		case <-time.After(stays):
		}
	}
	reader.Disconnect(readerLeavingLimit)
}

func (w *retainedRun) happened() int { return w.common.happened() + w.config.Topics }

func (w *retainedRun) stop() {
	qos := highest(w.lanes.QoSes(), 0)
	for n := range w.config.Topics {
		w.offer(w.topic(n), qos, nowUs(), true)
	}
}

func (w *retainedRun) hasArrived(int64) bool { return w.lanes.AreSettled() }

func (w *retainedRun) afterDrain(mustEnd func() bool) bool {
	done := w.common.afterDrain(mustEnd)
	close(w.over)
	<-w.turned
	for spread := time.Now().Add(deletionSpreads); done && time.Now().Before(spread) && !mustEnd(); {
		time.Sleep(readersTick)
	}
	for range readersAfterDeletion * len(w.config.ReaderEndpoints) {
		if done {
			w.startReader(readerStaysAfterDeletion)
		}
	}
	left := make(chan struct{})
	go func() {
		w.readers.Wait()
		close(left)
	}()
	for !isClosed(left) && !mustEnd() {
		time.Sleep(readersTick)
	}
	return done
}

func (w *retainedRun) plannedConnections() int { return 1 }
