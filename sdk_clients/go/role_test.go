package main

import (
	"testing"
	"time"
)

// The subscriber of `sessions` may have left already when the run takes its leave.
func TestARoleMayBeClosedTwice(t *testing.T) {
	recorder := NewRecorder("r", "control")
	role := newRole("subscriber", Config{Endpoints: []string{"127.0.0.1:1"}}, &recorder.Notes, recorder, 0)
	go role.Run()
	role.Close(time.Second)
	role.Close(time.Second)
	select {
	case <-role.ended:
	case <-time.After(10 * time.Second):
		t.Fatal("expected the role to end")
	}
}
