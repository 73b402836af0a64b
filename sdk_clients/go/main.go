// Command basic-pubsub publishes and subscribes through Eclipse Paho and counts by identity what happened to every message. With the
// name of a workload as its argument, it runs that one.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"
)

const unusableInput = 2

// run is one workload from set-up to its result line.
type run interface {
	Run()
	Result() (line any, status int)
	LedgerOK() bool
}

var emitting sync.Mutex

// emit prints the result line and ends the process; the lock is never given back, so there is one line only.
func emit(result any, status int) {
	line, err := json.Marshal(result)
	if err != nil {
		line = []byte(fmt.Sprintf(`{"sdk":"go","sent":0,"received":0,"lost":0,"p99_ms":null,"errors":[%q]}`, err.Error()))
		status = 1
	}
	emitting.Lock()
	if _, err := os.Stdout.Write(append(line, '\n')); err != nil && status == 0 {
		status = 1
	}
	os.Exit(status)
}

// begin reads the environment and wires the workload together. Input that cannot be used ends the process here.
func begin(workload string, startedUs int64) (Config, *Notes, run) {
	if workload == "" {
		config, problems := ReadConfig(os.Getenv)
		refuseUnusable(problems, func(errors []string) any {
			now := nowUs()
			facts := RunFacts{MQTTVersion: mqtt311, StartedUs: startedUs, NowUs: now, EndUs: now, Errors: errors}
			result, _ := BuildResult(&Ledger{}, facts)
			return result
		})
		journal := NewJournal(config.Identity)
		return config, &journal.Notes, NewRunner(config, journal, startedUs)
	}
	for _, spec := range workloads {
		if spec.name != workload {
			continue
		}
		config, problems := ReadWorkloadConfig(os.Getenv, spec)
		refuseUnusable(problems, func(errors []string) any {
			facts := WorkloadFacts{Workload: workload, MQTTVersion: mqtt311, StartedUs: startedUs, NowUs: nowUs(), Errors: errors}
			return Summarize(NewTally(), facts)
		})
		recorder := NewRecorder(config.Identity.Run, config.Identity.Phase)
		return config.Config, &recorder.Notes, NewEngine(spec, config, recorder, startedUs)
	}
	panic("no such workload: " + workload)
}

func refuseUnusable(problems []string, line func(errors []string) any) {
	var list ErrorList
	for _, problem := range problems {
		list.Add("%s", problem)
	}
	if len(problems) > 0 {
		emit(line(list.Texts()), unusableInput)
	}
}

// endAtTimeLimit is for a run that hangs where no limit of its own applies, such as a ledger on a dead file system.
func endAtTimeLimit(config Config, notes *Notes, r run, startedUs int64) {
	time.Sleep(untilUs(startedUs + config.TimeLimitMs*1000))
	notes.Freeze()
	unwritten := ""
	if !r.LedgerOK() {
		unwritten = ", and no ledger was written"
	}
	notes.Errors.Add("TIME_LIMIT_MS=%d came before the run had ended by itself%s", config.TimeLimitMs, unwritten)
	result, _ := r.Result()
	emit(result, 1)
}

// noteCrash, deferred, keeps a panic from ending the process without a result line.
func noteCrash(notes *Notes) {
	if crash := recover(); crash != nil {
		debug.PrintStack()
		notes.Errors.Add("internal error: %v", crash)
	}
}

func main() {
	startedUs := nowUs()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	workload := ""
	if len(os.Args) > 1 {
		workload = os.Args[1]
	}
	config, notes, r := begin(workload, startedUs)
	go func() {
		for range signals {
			notes.Signalled()
		}
	}()
	go endAtTimeLimit(config, notes, r, startedUs)
	finished := runGuarded(r, notes)
	notes.Freeze()
	result, status := r.Result()
	if !finished {
		status = 1
	}
	emit(result, status)
}

func runGuarded(r run, notes *Notes) (finished bool) {
	defer noteCrash(notes)
	r.Run()
	return true
}
