package main

import "testing"

func TestASessionThatWasLostOnAConnectionNobodyGotIsNotThereOnTheNextOne(t *testing.T) {
	s := newSession("c", false, 0, 0)
	if !s.isPresent(true) || s.isPresent(false) {
		t.Error("expected what the broker says")
	}
	before := s.stateOf5()
	s.notConnected()
	if s.stateOf5() != before {
		t.Error("expected to keep what is open while nothing is said")
	}
	s.forget()
	s.notConnected()
	if s.stateOf5() == before {
		t.Error("expected to send nothing again that was of the session before")
	}
	if s.isPresent(true) {
		t.Error("expected none: the new session is empty")
	}
	if !s.isPresent(true) {
		t.Error("expected that to be said once")
	}
}
