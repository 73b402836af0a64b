package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

const (
	mqtt311 = "3.1.1"
	mqtt5   = "5"

	persistent = "persistent"
	clean      = "clean"
)

// Config is the environment, read once and checked; CONTRACT.md has the table.
type Config struct {
	Endpoints         []string
	Username          string
	Password          string
	MQTTVersion       string
	SubscriberSession string
	Identity          Identity
	ClientID          string
	Topic             string
	MessageCount      int
	MessageRate       float64
	PayloadBytes      int
	AckWaitMs         int64
	DrainMaxMs        int64
	SetupLimitMs      int64
	TimeLimitMs       int64
	StartFile         string
	LedgerPath        string
}

var (
	wholeNumber   = regexp.MustCompile(`^[0-9]{1,20}$`)
	decimalNumber = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,12})?$`)
	hostPort      = regexp.MustCompile(`^(\[[0-9A-Fa-f:.]+\]|[^\s:\[\],]+):([0-9]{1,5})$`)
)

// reader takes values out of the environment. An empty value counts as unset, a bad one is noted and replaced by the default.
type reader struct {
	getenv   func(string) string
	problems []string
}

func (r *reader) refuse(name, expected, got string) {
	r.problems = append(r.problems, fmt.Sprintf("%s: expected %s, got %s", name, expected, got))
}

func (r *reader) text(name, fallback string) string {
	if value := r.getenv(name); value != "" {
		return value
	}
	return fallback
}

func (r *reader) whole(name string, fallback, low, high int64) int64 {
	raw := r.text(name, strconv.FormatInt(fallback, 10))
	if value, err := strconv.ParseInt(raw, 10, 64); err == nil && wholeNumber.MatchString(raw) && low <= value && value <= high {
		return value
	}
	r.refuse(name, fmt.Sprintf("a whole number from %d to %d", low, high), strconv.Quote(raw))
	return fallback
}

func (r *reader) decimal(name string, fallback, low, high float64) float64 {
	raw := r.text(name, strconv.FormatFloat(fallback, 'f', -1, 64))
	if value, err := strconv.ParseFloat(raw, 64); err == nil && decimalNumber.MatchString(raw) && low <= value && value <= high {
		return value
	}
	r.refuse(name, fmt.Sprintf("a number from %v to %v", low, high), strconv.Quote(raw))
	return fallback
}

func (r *reader) endpoints(name, raw string) (found []string) {
	for _, text := range strings.Split(raw, ",") {
		text = strings.TrimSpace(text)
		match := hostPort.FindStringSubmatch(text)
		if match != nil {
			if port, _ := strconv.Atoi(match[2]); port >= 1 && port <= 65535 {
				found = append(found, text)
				continue
			}
		}
		r.refuse(name, "host:port", strconv.Quote(text))
	}
	return found
}

// ReadConfig returns all problems at once; the Config is usable only where there is none.
func ReadConfig(getenv func(string) string) (Config, []string) {
	r := &reader{getenv: getenv}
	c := r.config()
	return c, r.problems
}

func (r *reader) config() Config {
	clientID := r.text("CLIENT_ID", "go-"+randomHex(4))
	endpoints := r.endpoints("CLUSTER_ENDPOINT", r.text("CLUSTER_ENDPOINT", ""))
	if all := r.text("CLUSTER_ENDPOINTS", ""); all != "" {
		endpoints = r.endpoints("CLUSTER_ENDPOINTS", all)
	}
	c := Config{
		Endpoints:         endpoints,
		Username:          r.text("MQTT_USERNAME", ""),
		Password:          r.text("MQTT_PASSWORD", ""),
		MQTTVersion:       r.text("MQTT_VERSION", mqtt311),
		SubscriberSession: r.text("SUBSCRIBER_SESSION", persistent),
		Identity:          Identity{Run: r.text("RUN_ID", "manual"), Phase: r.text("PHASE", "manual"), Publisher: clientID + "-pub"},
		ClientID:          clientID,
		Topic:             r.text("TOPIC", "chaos/"+clientID),
		MessageCount:      int(r.whole("MESSAGE_COUNT", 1000, 1, 1_000_000)),
		MessageRate:       r.decimal("MESSAGE_RATE", 50, 0.001, 100_000),
		PayloadBytes:      int(r.whole("PAYLOAD_BYTES", 256, 1, 1_000_000)),
		AckWaitMs:         r.whole("ACK_WAIT_MS", 5000, 1, 3_600_000),
		DrainMaxMs:        r.whole("DRAIN_MAX_MS", 30000, 0, 3_600_000),
		SetupLimitMs:      r.whole("SETUP_LIMIT_MS", 20000, 1, 3_600_000),
		TimeLimitMs:       r.whole("TIME_LIMIT_MS", 180000, 1, 86_400_000),
		StartFile:         r.text("START_FILE", ""),
		LedgerPath:        r.text("LEDGER_PATH", ""),
	}
	if c.MQTTVersion != mqtt311 && c.MQTTVersion != mqtt5 {
		r.refuse("MQTT_VERSION", mqtt311+" or "+mqtt5, strconv.Quote(c.MQTTVersion))
	}
	if c.SubscriberSession != persistent && c.SubscriberSession != clean {
		r.refuse("SUBSCRIBER_SESSION", persistent+" or "+clean, strconv.Quote(c.SubscriberSession))
	}
	if strings.ContainsAny(c.Topic, "+#\x00") || len(c.Topic) > 65535 {
		r.refuse("TOPIC", "a topic name without wildcards, at most 65535 bytes", strconv.Quote(shorten(c.Topic, 80)))
	}
	if c.Password != "" && c.Username == "" {
		r.refuse("MQTT_PASSWORD", "MQTT_USERNAME beside it, as MQTT 3.1.1 demands", "a password alone")
	}
	return c
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return hex.EncodeToString(b)
}
