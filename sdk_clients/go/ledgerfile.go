package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
)

// LedgerHeader is the first line of the ledger file.
type LedgerHeader struct {
	Ledger    int     `json:"ledger"`
	Run       string  `json:"run"`
	Phase     string  `json:"phase"`
	SDK       string  `json:"sdk"`
	Publisher string  `json:"publisher"`
	Topic     string  `json:"topic"`
	T0Us      *int64  `json:"t0_us"`
	Rate      float64 `json:"rate"`
	EndUs     int64   `json:"end_us"`
	// Receipts that were none of this publisher's messages.
	Unexpected int `json:"unexpected"`
}

// WriteLedger writes newline-delimited JSON, so that others can judge a run again from its raw times. It writes in place:
// LEDGER_PATH may be a device, next to which no temporary file belongs.
func WriteLedger(path string, header LedgerHeader, events []Event, ledger *Ledger) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	buffer := bufio.NewWriter(file)
	encoder := json.NewEncoder(buffer)
	// A write that fails makes the buffer fail for good, so that Flush reports it.
	_ = encoder.Encode(header)
	for _, event := range events {
		_ = encoder.Encode(event)
	}
	for _, impostor := range ledger.Impostors {
		_ = encoder.Encode(impostor)
	}
	for i := range ledger.Messages {
		_ = encoder.Encode(&ledger.Messages[i])
	}
	return buffer.Flush()
}
