package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// How often a workload is asked whether it is done: of what it waits for, not everything wakes.
const workloadTickUs = 50_000

// Engine is one run of any workload but basic-pubsub, by the steps that all have in common.
type Engine struct {
	steps
	workload workload
	recorder *Recorder
	t0Us     *int64

	mu         sync.Mutex // the watchdog asks for the facts, too
	facts      WorkloadFacts
	ledgerOK   bool
	isComplete bool
}

// NewEngine wires one run together; nothing is connected yet.
func NewEngine(spec workloadSpec, config WorkloadConfig, recorder *Recorder, startedUs int64) *Engine {
	w := spec.begin(newCommon(spec, config, recorder))
	return &Engine{
		steps: newSteps(config.Config, &recorder.Notes, startedUs), workload: w, recorder: recorder, ledgerOK: config.LedgerPath == "",
		facts: WorkloadFacts{
			Workload: spec.name, StartedUs: startedUs, Planned: w.base().planned, IsForAll: spec.isForAll,
			MeasuresLatency: spec.measuresLatency, MQTTVersion: config.MQTTVersion,
		},
	}
}

// Run returns when the ledger is written; what went wrong is in the recorder's errors.
func (e *Engine) Run() {
	err := e.setUp()
	if err == nil {
		err = e.waitForStart()
	}
	if errors.Is(err, errSignalInSetUp) {
		e.note(func() { e.facts.Planned = 0 })
	}
	if err != nil {
		e.recorder.Errors.Add("%v", err)
	} else {
		e.publish()
		e.drain()
	}
	endUs := e.recorder.Freeze()
	e.note(func() { e.facts.EndUs = endUs })
	e.sayGoodbye()
	e.writeLedger(endUs)
}

func (e *Engine) note(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
}

func (e *Engine) setUp() error {
	publisher, subscriber := e.workload.roles()
	if err := e.start(e.workload.teams(publisher, subscriber)...); err != nil {
		return err
	}
	base := e.workload.base()
	base.prepare()
	base.lanes.Run(e.notes)
	e.note(func() {
		e.facts.PublisherEndpoint, e.facts.SubscriberEndpoint = publisher.FirstEndpoint(), subscriber.FirstEndpoint()
	})
	e.sayReady(publisher, subscriber)
	return nil
}

func present(roles ...*Role) (some []*Role) {
	for _, role := range roles {
		if role != nil {
			some = append(some, role)
		}
	}
	return some
}

func (e *Engine) publish() {
	w, base, t0Us := e.workload, e.workload.base(), nowUs()+leadUs
	e.t0Us, base.t0Us = &t0Us, t0Us
	w.started()
	isDone, stop := func() bool { return true }, func() {}
	if base.publishes() {
		generator := StartGenerator(e.config, e.notes, t0Us, e.generate)
		isDone, stop = generator.Done, generator.Stop
	}
	for e.recorder.Signals() == 0 && !(isDone() && w.isOver()) {
		now := nowUs()
		if now >= e.workUntilUs {
			e.timeLimitError(fmt.Sprintf("publishing, %d of %d generated", w.happened(), e.facts.Planned))
			break
		}
		e.recorder.WaitUntil(func() bool { return e.recorder.Signals() > 0 }, min(now+workloadTickUs, e.workUntilUs))
	}
	stop()
	if e.recorder.Signals() > 0 {
		e.note(func() { e.facts.Planned = w.happened() })
	}
	w.stop()
	e.note(func() { e.facts.PublishedUs = nowUs() })
}

func (e *Engine) generate(i int, intendedUs int64) bool {
	e.workload.generate(i, intendedUs)
	e.workload.base().generated.Add(1)
	return true
}

func (e *Engine) drain() {
	w, publishedUs := e.workload, e.facts.PublishedUs
	e.recorder.StartDraining()
	e.drainUntil(func() bool { return w.hasArrived(nowUs() - publishedUs) }, publishedUs, e.quietUs()+w.base().silenceUs, workloadTickUs)
	mustEnd := func() bool { return e.recorder.Signals() > 1 || nowUs() >= e.workUntilUs }
	isComplete := w.afterDrain(mustEnd)
	e.note(func() { e.isComplete = isComplete })
}

func (e *Engine) sayGoodbye() {
	teams := e.workload.teams(e.workload.roles())
	slices.Reverse(teams)
	e.partFrom(teams...)
	e.workload.close()
}

func (e *Engine) writeLedger(endUs int64) {
	if _, _, overflowed := e.recorder.Figures(); e.config.LedgerPath == "" || overflowed {
		return
	}
	if err := e.recorder.Write(e.config.LedgerPath, e.facts.Workload, e.t0Us, endUs); err != nil {
		e.recorder.Errors.Add("LEDGER_PATH: cannot be written: %v", err)
		return
	}
	e.note(func() { e.ledgerOK = true })
}

// LedgerOK says whether the ledger, if one is wanted, is written.
func (e *Engine) LedgerOK() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ledgerOK
}

// Result can be asked for at any time after the recorder was frozen, from any goroutine.
func (e *Engine) Result() (any, int) {
	events, connections, _ := e.recorder.Figures()
	e.mu.Lock()
	facts, isComplete := e.facts, e.isComplete && e.ledgerOK
	e.mu.Unlock()
	facts.NowUs, facts.Events = nowUs(), events
	if facts.EndUs == 0 {
		facts.EndUs = facts.NowUs
	}
	facts.Reconnects = max(connections-e.workload.plannedConnections(), 0)
	facts.Errors = e.recorder.Errors.Texts()
	if e.workload.base().spec.isCrowd {
		facts.Process = processFiguresNow()
	}
	var line Summary
	e.recorder.Counted(func(t *Tally) { line = Summarize(t, facts) })
	arrived := !facts.IsForAll || line.Unsent+line.Lost+line.Unconfirmed == 0
	if isComplete && facts.Planned > 0 && arrived {
		return line, 0
	}
	return line, 1
}
