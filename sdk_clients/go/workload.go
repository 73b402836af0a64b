package main

import (
	"sync/atomic"
	"time"
)

// What is above it is every QoS.
const noQoS = -1

// QoS 0 has no acknowledgement to wait for: what has not come by then is not waited for.
const qos0ArrivesWithinUs = 2_000_000

// workloadSpec says what a workload is to the engine before it is begun.
type workloadSpec struct {
	name            string
	defaultQoS      string
	defaultInFlight int64
	moveEveryMs     int64
	moves           string
	hasDeaths       bool
	isCrowd         bool
	retains         bool
	isForAll        bool // does every message reach somebody, where nothing goes wrong?
	measuresLatency bool
	begin           func(common) workload
}

// workloads are all that this client has, each in its file workload_….go; a new one is a file, a line here and a script.
var workloads = []workloadSpec{qosMix, sessions, retained, wills, failover, shared, crowd}

// workload is who takes part, what is published, and what happens meanwhile.
type workload interface {
	base() *common
	// generate offers message i.
	generate(i int, intendedUs int64)
	// roles are whom the ready line names; each may be nil.
	roles() (publisher, subscriber *Role)
	// teams are all who are set up, one team after the other; they leave in the opposite order.
	teams(publisher, subscriber *Role) [][]*Role
	// started: the first message is due at t0.
	started()
	// happened is how much of what was planned, and isOver whether all is over that is to happen besides the publishing.
	happened() int
	isOver() bool
	// stop: publishing is over, by its end, a signal or a limit; nothing new begins.
	stop()
	// hasArrived: nothing more is waited for.
	hasArrived(sincePublishedUs int64) bool
	// afterDrain does the last things of a run; false where they, or anything before, could not be done.
	afterDrain(mustEnd func() bool) bool
	// plannedConnections: any more are reconnects.
	plannedConnections() int
	// close ends whatever else holds a connection.
	close()
}

// common is a workload with one publisher and one subscriber, as far as it has no ways of its own.
type common struct {
	spec     workloadSpec
	config   WorkloadConfig
	recorder *Recorder
	lanes    *Lanes
	planned  int
	t0Us     int64
	// For so long nothing may come though everything is right.
	silenceUs int64

	publisher *Role
	offered   func() offers // by the broker, to the publisher
	generated *atomic.Int64
	seqs      map[string]int
}

func newCommon(spec workloadSpec, config WorkloadConfig, recorder *Recorder) common {
	return common{
		spec: spec, config: config, recorder: recorder, lanes: NewLanes(config.QoS, config.InFlight), planned: config.MessageCount,
		generated: &atomic.Int64{}, seqs: map[string]int{},
	}
}

func (c *common) newSession(role string, clean bool) *Session {
	expiryS := c.config.SessionExpiryS
	if clean {
		expiryS = 0
	}
	return newSession(c.config.ClientID+"-"+role, clean, time.Duration(c.config.KeepAliveS)*time.Second, expiryS)
}

func (c *common) withPublisher() {
	c.publisher, c.offered = newRecordedPublisher(c.config, c.recorder, c.newSession("pub", false), c.lanes)
}

func (c *common) newSubscriber(role string, clean bool, filters ...subscription) *recordedSubscriber {
	return newRecordedSubscriber(c.config, c.recorder, c.newSession(role, clean), filters, c.lanes.SubscriptionKnown, 1, false)
}

// prepare is for when everybody is connected.
func (c *common) prepare() {
	if c.publisher == nil {
		return
	}
	offered := c.offered()
	if out := c.lanes.LeaveOutAbove(int(offered.maximumQoS)); len(out) > 0 {
		c.recorder.Errors.Add("QOS: the broker's Maximum QoS is %d, so %d is left out", offered.maximumQoS, out)
	}
	if c.spec.retains && !offered.retain {
		c.lanes.LeaveOutAbove(noQoS)
		c.recorder.Errors.Add("the broker's Retain Available is 0, so nothing is published")
	}
}

// publishes: there is somebody who may publish something.
func (c *common) publishes() bool { return c.publisher != nil && len(c.lanes.QoSes()) > 0 }

func (c *common) offer(topic string, qos byte, intendedUs int64, clears bool) {
	p := &Publication{Topic: topic, Seq: c.seqs[topic], QoS: qos, Retain: c.spec.retains, IntendedUs: intendedUs}
	c.seqs[topic]++
	if !clears {
		p.Payload = EncodePayload(c.config.Identity, p.Seq, intendedUs, c.config.PayloadBytes)
	}
	c.lanes.Offer(p)
}

// turn is message i's QoS: they take turns.
func (c *common) turn(i int) (qos byte, round int) {
	qoses := c.lanes.QoSes()
	return qoses[i%len(qoses)], i / len(qoses)
}

func (c *common) teams(publisher, subscriber *Role) [][]*Role {
	return [][]*Role{present(subscriber), present(publisher)}
}

func (c *common) base() *common           { return c }
func (c *common) generate(int, int64)     {}
func (c *common) started()                {}
func (c *common) happened() int           { return int(c.generated.Load()) }
func (c *common) isOver() bool            { return true }
func (c *common) stop()                   {}
func (c *common) plannedConnections() int { return 2 }
func (c *common) close()                  {}

func (c *common) hasArrived(sincePublishedUs int64) bool {
	if !c.lanes.AreSettled() {
		return false
	}
	var awaited, missing int
	c.recorder.Counted(func(t *Tally) { awaited, missing = len(t.Awaited), len(t.Sent)-len(t.Received) })
	qoses := c.lanes.QoSes()
	isWaiting := len(qoses) > 0 && qoses[0] == 0 && missing > 0
	return awaited == 0 && (!isWaiting || sincePublishedUs >= qos0ArrivesWithinUs)
}

func (c *common) afterDrain(func() bool) bool {
	givenUp := c.lanes.GivenUp()
	if givenUp > 0 {
		c.recorder.Errors.Add("%d QoS 2 messages were in flight when the publisher's session was lost: not sent again", givenUp)
	}
	return givenUp == 0 && c.lanes.AreSettled() && (c.publisher == nil || c.publishes())
}

func highest[T interface{ ~byte | ~int }](of []T, otherwise T) T {
	for _, each := range of {
		otherwise = max(otherwise, each)
	}
	return otherwise
}
