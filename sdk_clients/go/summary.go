package main

// WorkloadFacts is what a workload's line says beyond its messages. Times are microseconds of CLOCK_MONOTONIC.
type WorkloadFacts struct {
	Workload                string
	StartedUs, NowUs, EndUs int64
	PublishedUs             int64 // 0 where publishing did not end
	Planned, Events         int
	IsForAll                bool // is every message meant for a subscriber? else nobody can call one lost
	MeasuresLatency         bool
	MQTTVersion             string
	Reconnects              int
	PublisherEndpoint       *string
	SubscriberEndpoint      *string
	Errors                  []string
	Process                 *Process // of crowd
}

// Summary is the result line of a workload, field by field in the order of CONTRACT.md.
type Summary struct {
	SDK                string   `json:"sdk"`
	Library            string   `json:"library"`
	MQTTVersion        string   `json:"mqtt_version"`
	Workload           string   `json:"workload"`
	Planned            int      `json:"planned"`
	Sent               int      `json:"sent"`
	Acked              int      `json:"acked"`
	Received           int      `json:"received"`
	Lost               int      `json:"lost"`
	Unconfirmed        int      `json:"unconfirmed"`
	Unsent             int      `json:"unsent"`
	Duplicates         int      `json:"duplicates"`
	Unexpected         int      `json:"unexpected"`
	Attempts           int      `json:"attempts"`
	RefusedAcks        int      `json:"refused_acks"`
	Reconnects         int      `json:"reconnects"`
	P50Ms              *float64 `json:"p50_ms"`
	P99Ms              *float64 `json:"p99_ms"`
	MaxMs              *float64 `json:"max_ms"`
	Events             int      `json:"events"`
	DurationSeconds    float64  `json:"duration_seconds"`
	DrainMs            float64  `json:"drain_ms"`
	PublisherEndpoint  *string  `json:"publisher_endpoint"`
	SubscriberEndpoint *string  `json:"subscriber_endpoint"`
	Errors             []string `json:"errors"`
	*Process
}

// Summarize counts, and judges nothing: whether a guarantee held is in the ledger. Pure.
func Summarize(t *Tally, f WorkloadFacts) Summary {
	s := Summary{
		SDK: "go", Library: library(f.MQTTVersion), MQTTVersion: f.MQTTVersion, Workload: f.Workload,
		Planned: f.Planned, Sent: len(t.Sent), Acked: len(t.Acked), Received: len(t.Received),
		Unsent:     max(f.Planned-len(t.Sent), 0),
		Duplicates: t.Duplicates, Unexpected: t.Unexpected, Attempts: t.Attempts, RefusedAcks: t.RefusedAcks,
		Reconnects: f.Reconnects, Events: f.Events,
		DurationSeconds:   rounded(float64(f.NowUs-f.StartedUs)/1e6, 3),
		PublisherEndpoint: f.PublisherEndpoint, SubscriberEndpoint: f.SubscriberEndpoint, Errors: f.Errors,
		Process: f.Process,
	}
	if f.IsForAll {
		s.Lost = len(t.Awaited)
	}
	arrived := 0
	for id := range t.Sent {
		if _, is := t.Received[id]; is {
			arrived++
		}
	}
	s.Unconfirmed = s.Sent - arrived - s.Lost
	if f.PublishedUs != 0 {
		s.DrainMs = rounded(float64(f.EndUs-f.PublishedUs)/1e3, 3)
	}
	if f.MeasuresLatency && s.Received > 0 && s.Sent > 0 {
		latency := newHistogram()
		for _, us := range t.LatenciesUs(f.EndUs) {
			record(latency, us)
		}
		s.P50Ms, s.P99Ms, s.MaxMs = percentile(latency, 50), percentile(latency, 99), percentile(latency, 100)
	}
	return s
}
