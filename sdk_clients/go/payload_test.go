package main

import (
	"strings"
	"testing"
)

var ours = Identity{"run-1", `p"hase`, "c-pub"}

func TestAPayloadIsPaddedToItsSizeAndNeverCut(t *testing.T) {
	for _, size := range []int{150, 256, 4096} {
		if got := len(EncodePayload(ours, 7, 123456789, size)); got != size {
			t.Errorf("expected %d bytes, got %d", size, got)
		}
	}
	if seq, due, ok := DecodePayload(ours, EncodePayload(ours, 7, 1, 1)); !ok || seq != 7 || due != 1 {
		t.Errorf("expected seq 7, due at 1, from an unpadded payload, got %d, %d, %v", seq, due, ok)
	}
}

func TestAPayloadOfSomeoneElseOrThatNobodyCanReadIsNotOurs(t *testing.T) {
	good := string(EncodePayload(ours, 0, 1, 1))
	payloads := []string{"", "\xff\xfe", "[]", "null", "{", strings.Repeat("[", 100_000)}
	for _, seq := range []string{"true", `"0"`, "0.5", "null"} {
		payloads = append(payloads, strings.Replace(good, `"seq":0`, `"seq":`+seq, 1))
	}
	for _, other := range []Identity{{"x", ours.Phase, ours.Publisher}, {ours.Run, "x", ours.Publisher}, {ours.Run, ours.Phase, "x"}} {
		payloads = append(payloads, string(EncodePayload(other, 0, 1, 256)))
	}
	for _, payload := range payloads {
		if _, _, ok := DecodePayload(ours, []byte(payload)); ok {
			t.Errorf("expected %.80s not to be ours", payload)
		}
	}
}
