package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"
)

const (
	leadUs        = 50_000
	startTickUs   = 10_000 // how often START_FILE is looked for
	minQuietUs    = 10_000_000
	farewellLimit = 2 * time.Second
	// Kept back from TIME_LIMIT_MS for farewell, ledger and result.
	endReserveUs = 2_000_000
)

// Runner is one run from set-up to the end, step by step as CONTRACT.md numbers them.
type Runner struct {
	config      Config
	journal     *Journal
	outbox      *Outbox
	publisher   *Role
	subscriber  *Role
	startedUs   int64
	workUntilUs int64
	reserveUs   int64

	t0Us *int64

	mu    sync.Mutex // the watchdog asks for the facts, too
	facts RunFacts
}

// NewRunner wires one run together; nothing is connected yet.
func NewRunner(config Config, journal *Journal, startedUs int64) *Runner {
	outbox := NewOutbox(journal, config.Topic)
	limitUs := config.TimeLimitMs * 1000
	reserveUs := min(endReserveUs, limitUs/4)
	return &Runner{
		config: config, journal: journal, outbox: outbox,
		publisher: NewPublisher(config, journal, outbox), subscriber: NewSubscriber(config, journal, outbox),
		startedUs: startedUs, workUntilUs: startedUs + limitUs - reserveUs, reserveUs: reserveUs,
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
	if err != nil {
		r.journal.Errors.Add("%v", err)
	} else {
		r.publish()
		r.drain()
	}
	endUs := r.journal.Freeze()
	r.note(func(f *RunFacts) { f.EndUs = endUs })
	r.sayGoodbye()
	r.writeLedger(endUs)
}

func (r *Runner) note(change func(*RunFacts)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.facts)
}

func (r *Runner) setUp() error {
	deadlineUs := min(r.startedUs+r.config.SetupLimitMs*1000, r.workUntilUs)
	for _, role := range []*Role{r.subscriber, r.publisher} {
		go role.Run()
		if err := r.waitFor(role, deadlineUs); err != nil {
			return err
		}
	}
	go r.outbox.Run()
	_, publisher, _ := r.publisher.State()
	_, subscriber, _ := r.subscriber.State()
	line, _ := json.Marshal(struct {
		Event      string `json:"event"`
		Publisher  string `json:"publisher"`
		Subscriber string `json:"subscriber"`
	}{"ready", publisher, subscriber})
	fmt.Fprintf(os.Stdout, "%s\n", line)
	return nil
}

func (r *Runner) waitFor(role *Role, deadlineUs int64) error {
	r.journal.WaitUntil(func() bool {
		ready, _, refused := role.State()
		return ready || refused != nil || r.journal.Signals() > 0
	}, deadlineUs)
	ready, _, refused := role.State()
	switch {
	case r.journal.Signals() > 0:
		return r.stoppedInSetUp()
	case refused != nil:
		return fmt.Errorf("set-up: %w", refused)
	case !ready:
		return fmt.Errorf("set-up: %s not connected and subscribed in time (SETUP_LIMIT_MS=%d, TIME_LIMIT_MS=%d)",
			role.Name, r.config.SetupLimitMs, r.config.TimeLimitMs)
	}
	return nil
}

func (r *Runner) waitForStart() error {
	path := r.config.StartFile
	for path != "" {
		if _, err := os.Stat(path); err == nil {
			return nil
		}
		now := nowUs()
		if now >= r.workUntilUs {
			return fmt.Errorf("START_FILE: expected %s before TIME_LIMIT_MS=%d, found none", path, r.config.TimeLimitMs)
		}
		r.journal.WaitUntil(func() bool { return r.journal.Signals() > 0 }, min(now+startTickUs, r.workUntilUs))
		if r.journal.Signals() > 0 {
			return r.stoppedInSetUp()
		}
	}
	return nil
}

func (r *Runner) stoppedInSetUp() error {
	r.note(func(f *RunFacts) { f.Planned = 0 })
	return fmt.Errorf("stopped by a signal during set-up")
}

func (r *Runner) publish() {
	t0Us := nowUs() + leadUs
	r.t0Us = &t0Us
	generator := StartGenerator(r.config, r.journal, r.outbox, t0Us)
	r.journal.WaitUntil(func() bool { return generator.Done() || r.journal.Signals() > 0 }, r.workUntilUs)
	generator.Stop()
	publishedUs := nowUs()
	generated, _, _ := r.journal.Progress()
	r.note(func(f *RunFacts) { f.PublishedUs = publishedUs })
	switch {
	case r.journal.Signals() > 0:
		r.note(func(f *RunFacts) { f.Planned = generated })
	case generated < r.config.MessageCount:
		r.timeLimitError(fmt.Sprintf("publishing, %d of %d generated", generated, r.config.MessageCount))
	}
}

func (r *Runner) drain() {
	publishedUs := r.facts.PublishedUs
	quietUs := max(2*r.config.AckWaitMs*1000, minQuietUs)
	drainUntilUs := publishedUs + r.config.DrainMaxMs*1000
	for {
		_, allOK, progressUs := r.journal.Progress()
		quietUntilUs := max(progressUs, publishedUs) + quietUs
		now := nowUs()
		switch {
		case allOK:
			return
		case r.journal.Signals() > 1:
			r.journal.Errors.Add("drain ended by a second signal")
			return
		case now >= r.workUntilUs:
			r.timeLimitError("draining")
			return
		case now >= drainUntilUs:
			r.journal.Errors.Add("drain ended by DRAIN_MAX_MS=%d", r.config.DrainMaxMs)
			return
		case now >= quietUntilUs:
			r.journal.Errors.Add("drain ended: no acknowledgement and no first receipt for %d ms", quietUs/1000)
			return
		}
		r.journal.WaitUntil(func() bool {
			_, allOK, _ := r.journal.Progress()
			return allOK || r.journal.Signals() > 1
		}, min(quietUntilUs, drainUntilUs, r.workUntilUs))
	}
}

func (r *Runner) timeLimitError(doing string) {
	r.journal.Errors.Add("TIME_LIMIT_MS=%d came while %s", r.config.TimeLimitMs, doing)
}

func (r *Runner) sayGoodbye() {
	untilAtUs := min(nowUs()+farewellLimit.Microseconds(), r.workUntilUs+r.reserveUs/2)
	r.publisher.Close(untilUs(untilAtUs) / 2)
	r.subscriber.Close(untilUs(untilAtUs))
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
func (r *Runner) Result() (Result, int) {
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
