package main

import (
	"encoding/json"
	"errors"
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
	// Of a team that is of thousands, all at once would need the memory of all at once.
	partAtOnce = 100
	// Kept back from TIME_LIMIT_MS for farewell, ledger and result.
	endReserveUs = 2_000_000
)

var errSignalInSetUp = errors.New("stopped by a signal during set-up")

// steps are what the runs of all workloads have in common: the steps that CONTRACT.md numbers, and their limits.
type steps struct {
	config      Config
	notes       *Notes
	startedUs   int64
	workUntilUs int64
	reserveUs   int64
}

func newSteps(config Config, notes *Notes, startedUs int64) steps {
	limitUs := config.TimeLimitMs * 1000
	reserveUs := min(endReserveUs, limitUs/4)
	return steps{config: config, notes: notes, startedUs: startedUs, workUntilUs: startedUs + limitUs - reserveUs, reserveUs: reserveUs}
}

// start brings the teams up one after the other, each ready before the next one starts; those of a team side by side.
func (s *steps) start(teams ...[]*Role) error {
	deadlineUs := min(s.startedUs+s.config.SetupLimitMs*1000, s.workUntilUs)
	for _, team := range teams {
		for _, role := range team {
			go role.Run()
		}
		for _, role := range team {
			if err := s.waitFor(role, team, deadlineUs); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *steps) waitFor(role *Role, team []*Role, deadlineUs int64) error {
	s.notes.WaitUntil(func() bool {
		ready, _, refused := role.State()
		return ready || refused != nil || s.notes.Signals() > 0
	}, deadlineUs)
	ready, _, refused := role.State()
	switch {
	case s.notes.Signals() > 0:
		return errSignalInSetUp
	case refused != nil:
		return fmt.Errorf("set-up: %w", refused)
	case !ready:
		return fmt.Errorf("set-up: %s not connected and subscribed in time (SETUP_LIMIT_MS=%d, TIME_LIMIT_MS=%d)",
			missingOf(team), s.config.SetupLimitMs, s.config.TimeLimitMs)
	}
	return nil
}

func missingOf(team []*Role) string {
	missing := 0
	for _, role := range team {
		ready, _, _ := role.State()
		missing += one(!ready)
	}
	if len(team) == 1 {
		return team[0].Name
	}
	return fmt.Sprintf("%d of %d %ss", missing, len(team), team[0].Name)
}

// sayReady prints where the two are connected; nil: the workload has none.
func (s *steps) sayReady(publisher, subscriber *Role) {
	line, _ := json.Marshal(struct {
		Event      string  `json:"event"`
		Publisher  *string `json:"publisher"`
		Subscriber *string `json:"subscriber"`
	}{"ready", publisher.endpointNow(), subscriber.endpointNow()})
	fmt.Fprintf(os.Stdout, "%s\n", line)
}

func (s *steps) waitForStart() error {
	path := s.config.StartFile
	for path != "" {
		if _, err := os.Stat(path); err == nil {
			return nil
		}
		now := nowUs()
		if now >= s.workUntilUs {
			return fmt.Errorf("START_FILE: expected %s before TIME_LIMIT_MS=%d, found none", path, s.config.TimeLimitMs)
		}
		s.notes.WaitUntil(func() bool { return s.notes.Signals() > 0 }, min(now+startTickUs, s.workUntilUs))
		if s.notes.Signals() > 0 {
			return errSignalInSetUp
		}
	}
	return nil
}

// quietUs is for how long nothing may come before the drain is over.
func (s *steps) quietUs() int64 { return max(2*s.config.AckWaitMs*1000, minQuietUs) }

// drainUntil asks done when something may have changed, and every tickUs.
func (s *steps) drainUntil(done func() bool, publishedUs, quietUs, tickUs int64) {
	drainUntilUs := publishedUs + s.config.DrainMaxMs*1000
	for !done() {
		quietUntilUs := max(s.notes.LastProgressUs(), publishedUs) + quietUs
		now := nowUs()
		switch {
		case s.notes.Signals() > 1:
			s.notes.Errors.Add("drain ended by a second signal")
			return
		case now >= s.workUntilUs:
			s.timeLimitError("draining")
			return
		case now >= drainUntilUs:
			s.notes.Errors.Add("drain ended by DRAIN_MAX_MS=%d", s.config.DrainMaxMs)
			return
		case now >= quietUntilUs:
			s.notes.Errors.Add("drain ended: no acknowledgement and no first receipt for %d ms", quietUs/1000)
			return
		}
		s.notes.WaitUntil(func() bool { return done() || s.notes.Signals() > 1 },
			min(quietUntilUs, drainUntilUs, s.workUntilUs, now+tickUs))
	}
}

func (s *steps) timeLimitError(doing string) {
	s.notes.Errors.Add("TIME_LIMIT_MS=%d came while %s", s.config.TimeLimitMs, doing)
}

// partFrom takes leave of the teams in order, each with its share of what is left.
func (s *steps) partFrom(teams ...[]*Role) {
	untilAtUs := min(nowUs()+farewellLimit.Microseconds(), s.workUntilUs+s.reserveUs/2)
	for i, team := range teams {
		partFromTeam(team, nowUs()+untilUs(untilAtUs).Microseconds()/int64(len(teams)-i))
	}
}

func partFromTeam(team []*Role, untilAtUs int64) {
	left := make(chan *Role, len(team))
	for _, role := range team {
		left <- role
	}
	close(left)
	var parting sync.WaitGroup
	for range min(len(team), partAtOnce) {
		parting.Add(1)
		go func() {
			defer parting.Done()
			for role := range left {
				if limit := untilUs(untilAtUs); limit > 0 {
					role.Close(limit)
				}
			}
		}()
	}
	parting.Wait()
}
