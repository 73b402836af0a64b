package main

// wills: clients with a will die as it is planned, and a watcher is subscribed to their wills. Nothing is published.
var wills = workloadSpec{
	// A clean end has no will that anybody could get.
	name: "wills", defaultQoS: "1", defaultInFlight: 20, hasDeaths: true,
	begin: func(c common) workload {
		w := &willsRun{common: c, over: make(chan struct{})}
		w.planned = len(c.config.Deaths)
		var qos byte
		var delayS int
		for n, death := range c.config.Deaths {
			// Each connection has a will, and a takeover has two connections.
			w.planned += one(death.Kind == "takeover")
			qos, delayS = max(qos, death.QoS), max(delayS, death.DelayS)
			w.mortals = append(w.mortals, newMortal(w, n, death))
		}
		// The end of a mute client is noticed after one and a half keep-alives.
		w.silenceUs = int64(c.config.KeepAliveS)*1_500_000 + int64(delayS)*1_000_000
		w.watcher = w.newSubscriber("watch", false, subscription{c.config.Topic + "/+", qos})
		return w
	},
}

type willsRun struct {
	common
	watcher *recordedSubscriber
	mortals []*mortal
	over    chan struct{}
}

func (w *willsRun) roles() (publisher, subscriber *Role) { return nil, w.watcher.Role }

func (w *willsRun) started() {
	for _, m := range w.mortals {
		m.dueUs = w.t0Us + m.death.AtMs*1000
		go m.run()
	}
}

func (w *willsRun) happened() (sent int) {
	w.recorder.Counted(func(t *Tally) { sent = len(t.Sent) })
	return sent
}

func (w *willsRun) isOver() bool {
	for _, m := range w.mortals {
		if !isClosed(m.ended) {
			return false
		}
	}
	return true
}

func (w *willsRun) stop() { close(w.over) }

func (w *willsRun) hasArrived(sincePublishedUs int64) bool {
	return sincePublishedUs >= w.silenceUs+max(2*w.config.AckWaitMs*1000, minQuietUs)
}

func (w *willsRun) afterDrain(func() bool) bool {
	for _, m := range w.mortals {
		if !m.hasDied.Load() {
			return false
		}
	}
	return true
}

func (w *willsRun) plannedConnections() int { return 1 }

func (w *willsRun) close() {
	for _, m := range w.mortals {
		if mute := m.mute.Load(); mute != nil {
			mute.wire.Release()
		}
	}
}
