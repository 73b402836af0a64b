package main

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Identity says whose messages these are; a receipt that differs in any of the three is unexpected.
type Identity struct {
	Run       string `json:"run"`
	Phase     string `json:"phase"`
	Publisher string `json:"publisher"`
}

type payloadHead struct {
	Identity
	Seq        *int   `json:"seq"`
	IntendedUs *int64 `json:"intended_us"`
}

// EncodePayload makes at least size bytes: padded up to it, never cut down to it.
func EncodePayload(id Identity, seq int, intendedUs int64, size int) []byte {
	// Strings and numbers only: Marshal cannot fail.
	head, _ := json.Marshal(payloadHead{Identity: id, Seq: &seq, IntendedUs: &intendedUs})
	const open, close = `,"pad":"`, `"}`
	var b bytes.Buffer
	b.Write(head[:len(head)-1])
	b.WriteString(open)
	b.WriteString(strings.Repeat("x", max(size-b.Len()-len(close), 0)))
	b.WriteString(close)
	return b.Bytes()
}

// decodeNamed returns what a payload says of itself, or false where it says too little to be anybody's.
func decodeNamed(payload []byte) (payloadHead, bool) {
	var head payloadHead
	if json.Unmarshal(payload, &head) != nil || head.Seq == nil || head.IntendedUs == nil {
		return head, false
	}
	return head, true
}

// DecodePayload returns the seq and when it was due, or false where the payload does not name this publisher, run and phase.
func DecodePayload(id Identity, payload []byte) (seq int, intendedUs int64, ours bool) {
	head, is := decodeNamed(payload)
	if !is || head.Identity != id {
		return 0, 0, false
	}
	return *head.Seq, *head.IntendedUs, true
}

// SeqOf is the seq of a payload of ours.
func SeqOf(id Identity, payload []byte) (int, bool) {
	seq, _, ours := DecodePayload(id, payload)
	return seq, ours
}
