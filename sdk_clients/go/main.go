// Command basic-pubsub publishes and subscribes through Eclipse Paho and counts by identity what happened to every message.
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

var emitting sync.Mutex

// emit prints the result line and ends the process; the lock is never given back, so there is one line only.
func emit(result Result, status int) {
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

func refuseInput(problems []string, startedUs int64) {
	var list ErrorList
	for _, problem := range problems {
		list.Add("%s", problem)
	}
	now := nowUs()
	result, _ := BuildResult(&Ledger{}, RunFacts{MQTTVersion: mqtt311, StartedUs: startedUs, NowUs: now, EndUs: now, Errors: list.Texts()})
	emit(result, unusableInput)
}

// endAtTimeLimit is for a run that hangs where no limit of its own applies, such as a ledger on a dead file system.
func endAtTimeLimit(config Config, journal *Journal, runner *Runner, startedUs int64) {
	time.Sleep(untilUs(startedUs + config.TimeLimitMs*1000))
	journal.Freeze()
	unwritten := ""
	if !runner.LedgerOK() {
		unwritten = ", and no ledger was written"
	}
	journal.Errors.Add("TIME_LIMIT_MS=%d came before the run had ended by itself%s", config.TimeLimitMs, unwritten)
	result, _ := runner.Result()
	emit(result, 1)
}

// noteCrash, deferred, keeps a panic from ending the process without a result line.
func noteCrash(journal *Journal) {
	if crash := recover(); crash != nil {
		debug.PrintStack()
		journal.Errors.Add("internal error: %v", crash)
	}
}

func main() {
	startedUs := nowUs()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	config, problems := ReadConfig(os.Getenv)
	if len(problems) > 0 {
		refuseInput(problems, startedUs)
	}
	journal := NewJournal(config.Identity)
	runner := NewRunner(config, journal, startedUs)
	go func() {
		for range signals {
			journal.Signalled()
		}
	}()
	go endAtTimeLimit(config, journal, runner, startedUs)
	finished := run(runner, journal)
	journal.Freeze()
	result, status := runner.Result()
	if !finished {
		status = 1
	}
	emit(result, status)
}

func run(runner *Runner, journal *Journal) (finished bool) {
	defer noteCrash(journal)
	runner.Run()
	return true
}
