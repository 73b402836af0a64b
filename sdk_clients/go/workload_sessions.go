package main

import (
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"
)

const (
	sessionsTick       = 10 * time.Millisecond
	sessionsLeaveLimit = 3 * time.Second
	sessionsMaxTopics  = 1000
)

// sessions: a persistent subscriber leaves and comes back on another endpoint, while messages are published and new topics appear.
var sessions = workloadSpec{
	name: "sessions", defaultQoS: "1", defaultInFlight: 20, isForAll: true,
	begin: func(c common) workload {
		w := &sessionsRun{common: c, over: make(chan struct{}), isBack: make(chan struct{})}
		w.withPublisher()
		// By a wildcard, so that its session must take up topics that appear while it is away.
		filter := subscription{c.config.Topic + "/+", highest(c.config.QoS, 0)}
		w.subscriber.Store(w.newSubscriber("sub", c.config.SubscriberSession == clean, filter))
		return w
	},
}

type sessionsRun struct {
	common
	subscriber atomic.Pointer[recordedSubscriber]
	over       chan struct{}
	isBack     chan struct{}
}

func (w *sessionsRun) roles() (publisher, subscriber *Role) {
	return w.publisher, w.subscriber.Load().Role
}

func (w *sessionsRun) generate(i int, intendedUs int64) {
	qos, round := w.turn(i)
	appeared := (intendedUs - w.t0Us) / (w.config.NewTopicEveryMs * 1000)
	topics := min(w.config.Topics+int(appeared), sessionsMaxTopics)
	w.offer(fmt.Sprintf("%s/%d", w.config.Topic, round%topics), qos, intendedUs, false)
}

func (w *sessionsRun) started() { go w.goAndComeBack() }

func (w *sessionsRun) goAndComeBack() {
	defer close(w.isBack)
	defer noteCrash(&w.recorder.Notes)
	if !w.waitFor(w.config.OfflineFile, w.config.OfflineAtMs) {
		w.recorder.Errors.Add("sessions: publishing was over before the subscriber was to leave")
		return
	}
	subscriber := w.subscriber.Load()
	_, endpoint, _ := subscriber.State()
	subscriber.leave(sessionsLeaveLimit)
	if !w.waitFor(w.config.ResumeFile, w.config.ResumeAtMs) {
		w.recorder.Errors.Add("sessions: publishing was over before the subscriber was to come back, so it came then")
	}
	next := slices.Index(w.config.Endpoints, endpoint) + 1
	if w.config.ResumeEndpoint != nil {
		next = *w.config.ResumeEndpoint
	}
	again := subscriber.returned(next)
	w.subscriber.Store(again)
	go again.Run()
}

// waitFor waits for the file, if there is to be one, else for the time; false where publishing is over before.
func (w *sessionsRun) waitFor(path string, atMs int64) bool {
	for {
		if path == "" && nowUs() >= w.t0Us+atMs*1000 {
			return true
		}
		if path != "" {
			if _, err := os.Stat(path); err == nil {
				return true
			}
		}
		select {
		case <-w.over:
			return false
		case <-time.After(sessionsTick):
		}
	}
}

func (w *sessionsRun) stop() { close(w.over) }

func (w *sessionsRun) hasArrived(sincePublishedUs int64) bool {
	return isClosed(w.isBack) && w.common.hasArrived(sincePublishedUs)
}

func (w *sessionsRun) plannedConnections() int { return 3 }
