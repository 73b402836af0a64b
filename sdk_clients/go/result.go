package main

import (
	"math"
	"runtime/debug"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	lowestUs, highestUs, significantDigits = 1, 600_000_000, 3
)

// RunFacts is what the result says about a run beyond its messages. Times are microseconds of CLOCK_MONOTONIC.
type RunFacts struct {
	StartedUs, NowUs, EndUs int64
	PublishedUs             int64 // 0 where publishing did not end
	Planned                 int
	Rate                    float64
	Reconnects, RefusedAcks int
	MQTTVersion             string
	PublisherEndpoint       *string
	SubscriberEndpoint      *string
	LedgerOK                bool
	Errors                  []string
}

// Result is the result line, field by field in the order of CONTRACT.md.
type Result struct {
	SDK                string   `json:"sdk"`
	Library            string   `json:"library"`
	MQTTVersion        string   `json:"mqtt_version"`
	Planned            int      `json:"planned"`
	Sent               int      `json:"sent"`
	Acked              int      `json:"acked"`
	Received           int      `json:"received"`
	Lost               int      `json:"lost"`
	Recovered          int      `json:"recovered"`
	Unconfirmed        int      `json:"unconfirmed"`
	Unsent             int      `json:"unsent"`
	LostSeqs           []int    `json:"lost_seqs"`
	NaiveLost          int      `json:"naive_lost"`
	Duplicates         int      `json:"duplicates"`
	DuplicatesFlagged  int      `json:"duplicates_flagged"`
	Unexpected         int      `json:"unexpected"`
	Inversions         int      `json:"inversions"`
	Attempts           int      `json:"attempts"`
	RefusedAcks        int      `json:"refused_acks"`
	Reconnects         int      `json:"reconnects"`
	P50Ms              *float64 `json:"p50_ms"`
	P90Ms              *float64 `json:"p90_ms"`
	P99Ms              *float64 `json:"p99_ms"`
	P999Ms             *float64 `json:"p999_ms"`
	MaxMs              *float64 `json:"max_ms"`
	AckP50Ms           *float64 `json:"ack_p50_ms"`
	AckP99Ms           *float64 `json:"ack_p99_ms"`
	AckMaxMs           *float64 `json:"ack_max_ms"`
	LatenessP99Ms      *float64 `json:"lateness_p99_ms"`
	LatenessMaxMs      *float64 `json:"lateness_max_ms"`
	AchievedRateRatio  float64  `json:"achieved_rate_ratio"`
	DurationSeconds    float64  `json:"duration_seconds"`
	DrainMs            float64  `json:"drain_ms"`
	PublisherEndpoint  *string  `json:"publisher_endpoint"`
	SubscriberEndpoint *string  `json:"subscriber_endpoint"`
	Errors             []string `json:"errors"`
}

// BuildResult computes the line and the exit status that belongs to it (0 or 1). Pure, like the ledger.
func BuildResult(l *Ledger, f RunFacts) (Result, int) {
	c := l.Counts(f.Planned)
	r := Result{
		SDK: "go", Library: library(f.MQTTVersion), MQTTVersion: f.MQTTVersion,
		Planned: f.Planned, Sent: c.Sent, Acked: c.Acked, Received: c.Received,
		Lost: c.Lost, Recovered: c.Recovered, Unconfirmed: c.Unconfirmed, Unsent: c.Unsent, LostSeqs: c.LostSeqs,
		NaiveLost:  c.Sent - c.Received - c.Duplicates,
		Duplicates: c.Duplicates, DuplicatesFlagged: l.DuplicatesFlagged, Unexpected: l.Unexpected, Inversions: l.Inversions,
		Attempts: c.Attempts, RefusedAcks: f.RefusedAcks, Reconnects: f.Reconnects,
		AchievedRateRatio: achievedRateRatio(l, f.Planned, f.Rate),
		DurationSeconds:   rounded(float64(f.NowUs-f.StartedUs)/1e6, 3),
		PublisherEndpoint: f.PublisherEndpoint, SubscriberEndpoint: f.SubscriberEndpoint, Errors: f.Errors,
	}
	if f.PublishedUs != 0 {
		r.DrainMs = rounded(float64(f.EndUs-f.PublishedUs)/1e3, 3)
	}
	addTimings(&r, l, f.EndUs)
	if f.Planned > 0 && c.OK == f.Planned && f.LedgerOK {
		return r, 0
	}
	return r, 1
}

// addTimings lets a message that never arrived enter at the drain's end: a loss must not make the latency look better.
func addTimings(r *Result, l *Ledger, endUs int64) {
	latency, ack, lateness := newHistogram(), newHistogram(), newHistogram()
	for i := range l.Messages {
		m := &l.Messages[i]
		record(lateness, m.QueuedUs-m.IntendedUs)
		if m.Attempts > 0 {
			record(latency, orEnd(m.RecvUs, endUs)-m.IntendedUs)
			record(ack, orEnd(m.AckUs, endUs)-m.IntendedUs)
		}
	}
	if r.Received > 0 {
		r.P50Ms, r.P90Ms, r.P99Ms = percentile(latency, 50), percentile(latency, 90), percentile(latency, 99)
		r.P999Ms, r.MaxMs = percentile(latency, 99.9), percentile(latency, 100)
	}
	if r.Acked > 0 {
		r.AckP50Ms, r.AckP99Ms, r.AckMaxMs = percentile(ack, 50), percentile(ack, 99), percentile(ack, 100)
	}
	if len(l.Messages) > 0 {
		r.LatenessP99Ms, r.LatenessMaxMs = percentile(lateness, 99), percentile(lateness, 100)
	}
}

func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(lowestUs, highestUs, significantDigits)
}

// record lets values beyond the histogram's range enter at its edge, so that none is dropped.
func record(h *hdrhistogram.Histogram, valueUs int64) {
	_ = h.RecordValue(min(max(valueUs, lowestUs), highestUs))
}

func orEnd(atUs *int64, endUs int64) int64 {
	if atUs == nil {
		return endUs
	}
	return *atUs
}

// percentile takes the nearest rank, counted up as in the contract: the library alone would round it, and leave the worst of 60
// values out of their p99.
func percentile(h *hdrhistogram.Histogram, p float64) *float64 {
	total := float64(h.TotalCount())
	rank := math.Ceil(p/100*total - 1e-9)
	ms := rounded(float64(h.ValueAtPercentile(100*rank/total))/1e3, 3)
	return &ms
}

// achievedRateRatio stretches the planned span by the lateness of the last message: a generator that fell behind did not keep its rate.
func achievedRateRatio(l *Ledger, planned int, rate float64) float64 {
	if len(l.Messages) == 0 || planned == 0 {
		return 0
	}
	last := l.Messages[len(l.Messages)-1]
	spanUs := float64(planned) / rate * 1e6
	stretchedUs := spanUs + float64(max(last.QueuedUs-last.IntendedUs, 0))
	return min(1, rounded(float64(len(l.Messages))/float64(planned)*spanUs/stretchedUs, 6))
}

func rounded(value float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(value*scale) / scale
}

// library is what was really linked for this version of MQTT, not what somebody once wrote down.
func library(mqttVersion string) string {
	name := "paho.mqtt.golang"
	if mqttVersion == mqtt5 {
		name = "paho.golang"
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/eclipse/"+name {
				return name + " " + module.Version[1:]
			}
		}
	}
	return name + " unknown"
}
