package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	maxDeaths   = 200
	deathFormat = "at_ms:endpoint:clean|cut|mute|takeover|disconnect04:qos:delay_s"
	qosFormat   = "0, 1 or 2, each once, comma-separated"
)

var (
	// Kind and QoS of the will; each of them in every version of MQTT.
	usualDeaths  = []string{"clean:1", "cut:1", "mute:1", "cut:0", "takeover:1"}
	deathPattern = regexp.MustCompile(`^([0-9]{1,8}):([0-9]{1,3}):(clean|cut|mute|takeover|disconnect04):([012]):([0-9]{1,5})$`)
	qosPattern   = regexp.MustCompile(`^[012]$`)
	placePattern = regexp.MustCompile(`^[0-9]{1,3}$`)
)

// Death is how one client is to end: when, at which endpoint (its place among all), and with which will.
type Death struct {
	AtMs     int64
	Endpoint int
	Kind     string
	QoS      byte
	DelayS   int
}

// WorkloadConfig is what the workloads read beyond the environment of all clients; CONTRACT.md has the tables.
type WorkloadConfig struct {
	Config
	QoS              []byte
	InFlight         int
	Topics           int
	KeepAliveS       int
	SessionExpiryS   int
	NewTopicEveryMs  int64
	OfflineAtMs      int64
	OfflineFile      string
	ResumeAtMs       int64
	ResumeFile       string
	ResumeEndpoint   *int // its place among all endpoints; nil: the one after the one that was left
	ReaderIntervalMs int64
	ReaderEndpoints  []int
	Deaths           []Death
	MoveEveryMs      int64
	Moves            []string
	Members          int
	Connections      int
	ConnectRate      int
	PersistentShare  float64
	SubscribeQoS     byte
	BackoffMs        int64
	ConnackLimitMs   int64
}

// ReadWorkloadConfig returns all problems at once; spec has the defaults that are its own, and what it demands.
func ReadWorkloadConfig(getenv func(string) string, spec workloadSpec) (WorkloadConfig, []string) {
	r := &reader{getenv: getenv}
	base := r.config()
	// With one more where none could be read: what is wrong with the endpoints is said once.
	count := max(1, len(base.Endpoints))
	c := WorkloadConfig{
		Config:           base,
		InFlight:         int(r.whole("IN_FLIGHT", spec.defaultInFlight, 1, 10_000)),
		Topics:           int(r.whole("TOPICS", 3, 1, 1000)),
		KeepAliveS:       int(r.whole("KEEP_ALIVE_S", 5, 1, 65_535)),
		SessionExpiryS:   int(r.whole("SESSION_EXPIRY_S", 1800, 0, 86_400)),
		NewTopicEveryMs:  r.whole("NEW_TOPIC_EVERY_MS", 1000, 10, 3_600_000),
		OfflineAtMs:      r.whole("OFFLINE_AT_MS", 2000, 0, 86_400_000),
		OfflineFile:      r.text("OFFLINE_FILE", ""),
		ResumeAtMs:       r.whole("RESUME_AT_MS", 5000, 0, 86_400_000),
		ResumeFile:       r.text("RESUME_FILE", ""),
		ReaderIntervalMs: r.whole("READER_INTERVAL_MS", 200, 10, 3_600_000),
		ReaderEndpoints:  r.places("READER_ENDPOINTS", count),
		MoveEveryMs:      r.whole("MOVE_EVERY_MS", cmp.Or(spec.moveEveryMs, 2000), 100, 3_600_000),
		Moves:            r.moves(cmp.Or(spec.moves, moveLeave+","+moveCut)),
		Members:          int(r.whole("MEMBERS", 3, 1, 100)),
		Connections:      int(r.whole("CONNECTIONS", 1000, 1, 20_000)),
		ConnectRate:      int(r.whole("CONNECT_RATE", 500, 1, 10_000)),
		PersistentShare:  r.decimal("PERSISTENT_SHARE", 0.5, 0, 1),
		SubscribeQoS:     byte(r.whole("SUBSCRIBE_QOS", 1, 0, 1)),
		BackoffMs:        r.whole("BACKOFF_MS", 500, 1, 60_000),
		ConnackLimitMs:   r.whole("CONNACK_LIMIT_MS", 8000, 1, 60_000),
	}
	for _, qos := range r.list("QOS", spec.defaultQoS, qosPattern, qosFormat) {
		c.QoS = append(c.QoS, byte(qos))
	}
	if r.text("RESUME_ENDPOINT", "") != "" {
		place := int(r.whole("RESUME_ENDPOINT", 0, 0, int64(count-1)))
		c.ResumeEndpoint = &place
	}
	if spec.hasDeaths {
		c.Deaths = r.deaths(count, base)
	}
	if files := openFilesLimit(); spec.isCrowd && c.Connections > files-otherFiles {
		expected := fmt.Sprintf("at most %d, the limit of open files (%d) less %d", files-otherFiles, files, otherFiles)
		r.refuse("CONNECTIONS", expected, strconv.Itoa(c.Connections))
	}
	if c.ResumeAtMs < c.OfflineAtMs && c.ResumeFile == "" && c.OfflineFile == "" {
		r.refuse("RESUME_AT_MS", fmt.Sprintf("at least OFFLINE_AT_MS=%d", c.OfflineAtMs), strconv.FormatInt(c.ResumeAtMs, 10))
	}
	return c, r.problems
}

// moves are words, each once, in the order in which they are given.
func (r *reader) moves(fallback string) (found []string) {
	raw := r.text("MOVES", fallback)
	for _, part := range strings.Split(raw, ",") {
		part = strings.TrimSpace(part)
		if part != moveLeave && part != moveCut || slices.Contains(found, part) {
			r.refuse("MOVES", moveLeave+" or "+moveCut+", each once, comma-separated", strconv.Quote(raw))
			return nil
		}
		found = append(found, part)
	}
	return found
}

// list reads numbers, each once; ascending.
func (r *reader) list(name, fallback string, each *regexp.Regexp, expected string) []int {
	raw := r.text(name, fallback)
	var found []int
	for _, part := range strings.Split(raw, ",") {
		part = strings.TrimSpace(part)
		number, _ := strconv.Atoi(part)
		if !each.MatchString(part) || slices.Contains(found, number) {
			r.refuse(name, expected, strconv.Quote(raw))
			return nil
		}
		found = append(found, number)
	}
	slices.Sort(found)
	return found
}

func (r *reader) places(name string, count int) []int {
	every := make([]string, count)
	for i := range every {
		every[i] = strconv.Itoa(i)
	}
	expected := fmt.Sprintf("places of endpoints from 0 to %d, each once, comma-separated", count-1)
	places := r.list(name, strings.Join(every, ","), placePattern, expected)
	if len(places) > 0 && places[len(places)-1] >= count {
		r.refuse(name, expected, strconv.Quote(r.text(name, "")))
		return nil
	}
	return places
}

// usualPlan has one death a second, for as long as the messages of the usual workload would take, over all endpoints.
func usualPlan(count int, base Config) string {
	seconds := int(float64(base.MessageCount) / base.MessageRate)
	var plan []string
	for i := 1; i <= min(maxDeaths, max(len(usualDeaths), seconds)); i++ {
		plan = append(plan, fmt.Sprintf("%d:%d:%s:0", 1000*i, i%count, usualDeaths[i%len(usualDeaths)]))
	}
	return strings.Join(plan, ",")
}

func (r *reader) deaths(count int, base Config) (found []Death) {
	var parts []string
	for _, part := range strings.Split(r.text("DEATHS", usualPlan(count, base)), ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) < 1 || len(parts) > maxDeaths {
		r.refuse("DEATHS", fmt.Sprintf("1 to %d of %s, comma-separated", maxDeaths, deathFormat), fmt.Sprintf("%d of them", len(parts)))
		return nil
	}
	for _, part := range parts {
		match := deathPattern.FindStringSubmatch(part)
		if match == nil || number(match[2]) >= count {
			r.refuse("DEATHS", fmt.Sprintf("%s with an endpoint from 0 to %d", deathFormat, count-1), strconv.Quote(part))
			continue
		}
		death := Death{int64(number(match[1])), number(match[2]), match[3], byte(number(match[4])), number(match[5])}
		if base.MQTTVersion != mqtt5 && (death.Kind == "disconnect04" || death.DelayS > 0) {
			r.refuse("DEATHS", deathFormat+" without disconnect04 and delay, which MQTT 3.1.1 does not have", strconv.Quote(part))
			continue
		}
		found = append(found, death)
	}
	return found
}

// number is for digits that a pattern has let through.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
