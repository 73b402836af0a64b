package main

import (
	"slices"
	"testing"
)

func TestAllMoveInOneWayBeforeAnyMovesInTheNext(t *testing.T) {
	var got []move
	config, _ := readFor(failover, env{"MOVE_EVERY_MS": "100"})
	for k := range 6 {
		got = append(got, moveOf(k, 2, config))
	}
	expected := []move{{100_000, 0, "leave"}, {200_000, 1, "leave"}, {300_000, 0, "cut"}, {400_000, 1, "cut"}, {500_000, 0, "leave"}, {600_000, 1, "leave"}}
	if !slices.Equal(got, expected) {
		t.Errorf("expected %v, got %v", expected, got)
	}
}

func TestWhoHasNoConnectionIsOnItsWayAlready(t *testing.T) {
	config, _ := readFor(failover, nil)
	recorder := NewRecorder("r", "p")
	r := newRole("subscriber", config.Config, &recorder.Notes, recorder, 0)
	if r.connectionToMove() != nil {
		t.Error("expected nothing to leave before the first connection")
	}
	r.connection = &Connection{Lost: make(chan struct{})}
	if r.connectionToMove() == nil || r.connectionToMove() != nil {
		t.Error("expected one move from one connection")
	}
	r.moving = false
	close(r.connection.Lost)
	if r.connectionToMove() != nil {
		t.Error("expected nothing to leave after the end of the connection")
	}
}
