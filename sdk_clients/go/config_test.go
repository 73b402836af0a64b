package main

import (
	"slices"
	"strings"
	"testing"
)

func read(env map[string]string) (Config, []string) {
	if _, ok := env["CLUSTER_ENDPOINT"]; !ok {
		env["CLUSTER_ENDPOINT"] = "127.0.0.1:1883"
	}
	return ReadConfig(func(name string) string { return env[name] })
}

func TestAnEndpointIsAllThatMustBeGiven(t *testing.T) {
	c, problems := read(map[string]string{"MESSAGE_COUNT": ""})
	if len(problems) > 0 || c.MessageCount != 1000 || c.MessageRate != 50 || !strings.Contains(c.Topic, c.ClientID) {
		t.Errorf("expected the defaults, got %+v and %v", c, problems)
	}
	if other, _ := read(map[string]string{}); other.ClientID == c.ClientID {
		t.Error("expected two clients without an id not to share one")
	}
}

func TestSeveralEndpointsTakeThePlaceOfTheSingleOne(t *testing.T) {
	c, problems := read(map[string]string{"CLUSTER_ENDPOINTS": "a:1, [::1]:2"})
	if len(problems) > 0 || !slices.Equal(c.Endpoints, []string{"a:1", "[::1]:2"}) {
		t.Errorf("expected both endpoints, got %v and %v", c.Endpoints, problems)
	}
}

func TestNamesTheVariableWhatWasExpectedAndWhatCame(t *testing.T) {
	_, problems := read(map[string]string{"MESSAGE_COUNT": "many"})
	if expected := `MESSAGE_COUNT: expected a whole number from 1 to 1000000, got "many"`; !slices.Equal(problems, []string{expected}) {
		t.Errorf("expected %s, got %v", expected, problems)
	}
}

func TestRefuses(t *testing.T) {
	for _, c := range []struct{ name, value string }{
		{"CLUSTER_ENDPOINT", ""}, {"CLUSTER_ENDPOINTS", "host"}, {"CLUSTER_ENDPOINTS", "host:0"}, {"CLUSTER_ENDPOINTS", "host:65536"},
		{"CLUSTER_ENDPOINTS", "a:1,,b:2"}, {"CLUSTER_ENDPOINTS", "::1:1883"}, {"MESSAGE_COUNT", "0"}, {"MESSAGE_COUNT", "1_000"},
		{"MESSAGE_COUNT", " 7"}, {"MESSAGE_COUNT", "7.0"}, {"MESSAGE_COUNT", "+7"}, {"MESSAGE_RATE", "0"}, {"MESSAGE_RATE", "nan"},
		{"MESSAGE_RATE", "1e3"}, {"TIME_LIMIT_MS", "-1"}, {"MQTT_VERSION", "4"}, {"SUBSCRIBER_SESSION", "new"}, {"TOPIC", "a/#"}, {"MQTT_PASSWORD", "secret"},
	} {
		_, problems := read(map[string]string{c.name: c.value})
		if len(problems) != 1 || !strings.HasPrefix(problems[0], c.name+": expected ") || strings.Contains(problems[0], "secret") {
			t.Errorf("%s=%q: expected one problem that names it, got %v", c.name, c.value, problems)
		}
	}
}

func TestReportsAllProblemsAtOnce(t *testing.T) {
	if _, problems := read(map[string]string{"CLUSTER_ENDPOINT": "x", "MESSAGE_RATE": "0", "TIME_LIMIT_MS": "x"}); len(problems) != 3 {
		t.Errorf("expected 3 problems, got %v", problems)
	}
}
