package main

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestRepeatedErrorsAreCountedNotListed(t *testing.T) {
	var e ErrorList
	for _, text := range []string{"a", "b", "a", "a"} {
		e.Add("%s", text)
	}
	if got := e.Texts(); !slices.Equal(got, []string{"a (×3)", "b"}) {
		t.Errorf("expected a three times and b, got %v", got)
	}
}

func TestErrorsStayWithinTheirBoundsAndKeepAPlaceForWhatEndedTheRun(t *testing.T) {
	var e ErrorList
	for i := range 1000 {
		e.AddTransient("connection %d lost %s", i, strings.Repeat("ü", 500))
	}
	e.Add("drain ended")
	got := e.Texts()
	if len(got) > maxErrors || !slices.Contains(got, "drain ended") {
		t.Errorf("expected at most %d errors, the last among them, got %d", maxErrors, len(got))
	}
	for _, text := range got {
		if utf8.RuneCountInString(text) > maxErrorLength {
			t.Errorf("expected at most %d characters, got %d", maxErrorLength, utf8.RuneCountInString(text))
		}
	}
}
