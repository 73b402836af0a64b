package main

import (
	"errors"
	"fmt"
	"math"
	"sync"
)

// Runner is one run of basic-pubsub from set-up to the end, step by step as CONTRACT.md numbers them.
type Runner struct {
	steps
	journal    *Journal
	outbox     *Outbox
	publisher  *Role
	subscriber *Role

	t0Us *int64

	mu    sync.Mutex // the watchdog asks for the facts, too
	facts RunFacts
}

// NewRunner wires one run together; nothing is connected yet.
func NewRunner(config Config, journal *Journal, startedUs int64) *Runner {
	outbox := NewOutbox(journal, config.Topic)
	return &Runner{
		steps: newSteps(config, &journal.Notes, startedUs), journal: journal, outbox: outbox,
		publisher: NewPublisher(config, journal, outbox), subscriber: NewSubscriber(config, journal, outbox),
		facts: RunFacts{
			StartedUs: startedUs, Planned: config.MessageCount, Rate: config.MessageRate, LedgerOK: config.LedgerPath == "",
			MQTTVersion: config.MQTTVersion,
		},
	}
}

// Run returns when the ledger is written; what went wrong is in the journal's errors.
func (r *Runner) Run() {
	err := r.setUp()
	if err == nil {
		err = r.waitForStart()
	}
	if errors.Is(err, errSignalInSetUp) {
		r.note(func(f *RunFacts) { f.Planned = 0 })
	}
	if err != nil {
		r.journal.Errors.Add("%v", err)
	} else {
		r.publish()
		r.drain()
	}
	endUs := r.journal.Freeze()
	r.note(func(f *RunFacts) { f.EndUs = endUs })
	r.partFrom([]*Role{r.publisher}, []*Role{r.subscriber})
	r.writeLedger(endUs)
}

func (r *Runner) note(change func(*RunFacts)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.facts)
}

func (r *Runner) setUp() error {
	if err := r.start([]*Role{r.subscriber}, []*Role{r.publisher}); err != nil {
		return err
	}
	go r.outbox.Run()
	r.sayReady(r.publisher, r.subscriber)
	return nil
}

func (r *Runner) publish() {
	t0Us := nowUs() + leadUs
	r.t0Us = &t0Us
	generator := StartGenerator(r.config, r.notes, t0Us, r.generate)
	r.journal.WaitUntil(func() bool { return generator.Done() || r.journal.Signals() > 0 }, r.workUntilUs)
	generator.Stop()
	publishedUs := nowUs()
	generated, _ := r.journal.Progress()
	r.note(func(f *RunFacts) { f.PublishedUs = publishedUs })
	switch {
	case r.journal.Signals() > 0:
		r.note(func(f *RunFacts) { f.Planned = generated })
	case generated < r.config.MessageCount:
		r.timeLimitError(fmt.Sprintf("publishing, %d of %d generated", generated, r.config.MessageCount))
	}
}

func (r *Runner) generate(_ int, intendedUs int64) bool {
	seq, open := r.journal.Generated(intendedUs)
	if open {
		r.outbox.Add(seq, EncodePayload(r.config.Identity, seq, intendedUs, r.config.PayloadBytes))
	}
	return open
}

func (r *Runner) drain() {
	r.drainUntil(func() bool {
		_, allOK := r.journal.Progress()
		return allOK
	}, r.facts.PublishedUs, r.quietUs(), math.MaxInt32)
}

func (r *Runner) writeLedger(endUs int64) {
	if r.config.LedgerPath == "" {
		return
	}
	id := r.config.Identity
	ledger, events, _ := r.journal.Frozen()
	header := LedgerHeader{1, id.Run, id.Phase, "go", id.Publisher, r.config.Topic, r.t0Us, r.config.MessageRate, endUs, ledger.Unexpected}
	if err := WriteLedger(r.config.LedgerPath, header, events, ledger); err != nil {
		r.journal.Errors.Add("LEDGER_PATH: cannot be written: %v", err)
		return
	}
	r.note(func(f *RunFacts) { f.LedgerOK = true })
}

// LedgerOK says whether the ledger, if one is wanted, is written.
func (r *Runner) LedgerOK() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.facts.LedgerOK
}

// Result can be asked for at any time after the journal was frozen, from any goroutine.
func (r *Runner) Result() (any, int) {
	ledger, _, connections := r.journal.Frozen()
	r.mu.Lock()
	facts := r.facts
	r.mu.Unlock()
	facts.NowUs = nowUs()
	if facts.EndUs == 0 {
		facts.EndUs = facts.NowUs
	}
	facts.Reconnects = max(connections-2, 0)
	facts.RefusedAcks = r.journal.RefusedAcks()
	facts.PublisherEndpoint, facts.SubscriberEndpoint = r.publisher.FirstEndpoint(), r.subscriber.FirstEndpoint()
	facts.Errors = r.journal.Errors.Texts()
	return BuildResult(ledger, facts)
}
