package main

import (
	"fmt"
	"strings"
	"sync"
)

const (
	maxErrors      = 20
	maxErrorLength = 300
	// A cluster in trouble fills the list with lost connections; what ended the run must still find a place.
	maxTransientErrors = 15
)

// ErrorList holds distinct texts in the order of their first occurrence, each with the number of its occurrences: no outage can
// make it grow without bound.
type ErrorList struct {
	mu    sync.Mutex
	order []string
	times map[string]int
}

// Add notes an error that decides about the run.
func (e *ErrorList) Add(format string, args ...any) { e.add(maxErrors, fmt.Sprintf(format, args...)) }

// AddTransient notes an error that the client gets over by itself, such as a lost connection.
func (e *ErrorList) AddTransient(format string, args ...any) {
	e.add(maxTransientErrors, fmt.Sprintf(format, args...))
}

func (e *ErrorList) add(limit int, text string) {
	text = shorten(strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " "), maxErrorLength-len(" (×999999)"))
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.times == nil {
		e.times = map[string]int{}
	}
	if e.times[text] == 0 {
		if len(e.order) >= limit {
			return
		}
		e.order = append(e.order, text)
	}
	e.times[text]++
}

func shorten(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit])
	}
	return text
}

// Texts is never nil, so that it becomes [] and not null.
func (e *ErrorList) Texts() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	texts := make([]string, 0, len(e.order))
	for _, text := range e.order {
		if n := e.times[text]; n > 1 {
			text = fmt.Sprintf("%s (×%d)", text, n)
		}
		texts = append(texts, text)
	}
	return texts
}
