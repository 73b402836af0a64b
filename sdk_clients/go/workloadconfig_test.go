package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

type env map[string]string

func readFor(spec workloadSpec, changes env) (WorkloadConfig, []string) {
	all := env{"CLUSTER_ENDPOINT": "a:1", "CLUSTER_ENDPOINTS": "a:1,b:2,c:3"}
	maps.Copy(all, changes)
	return ReadWorkloadConfig(func(name string) string { return all[name] }, spec)
}

func TestEachWorkloadHasItsOwnDefaults(t *testing.T) {
	both := []string{"leave", "cut"}
	for _, c := range []struct {
		spec        workloadSpec
		qos         []byte
		inFlight    int
		moves       []string
		moveEveryMs int64
	}{{qosMix, []byte{0, 1, 2}, 20, both, 2000}, {sessions, []byte{1}, 20, both, 2000}, {retained, []byte{1}, 1, both, 2000},
		{failover, []byte{1, 2}, 20, both, 2000}, {shared, []byte{1}, 20, []string{"cut"}, 5000}} {
		got, problems := readFor(c.spec, nil)
		isRight := slices.Equal(got.Moves, c.moves) && got.MoveEveryMs == c.moveEveryMs && slices.Equal(got.QoS, c.qos) && got.InFlight == c.inFlight && slices.Equal(got.ReaderEndpoints, []int{0, 1, 2})
		if len(problems) > 0 || !isRight {
			t.Errorf("%s: got %+v and %v", c.spec.name, got, problems)
		}
	}
}

func TestEveryWorkloadReadsTheEnvironmentOfAllClientsToo(t *testing.T) {
	for _, spec := range workloads {
		_, problems := readFor(spec, env{"MESSAGE_COUNT": "no", "TOPIC": "a/+"})
		if all := strings.Join(problems, "\n"); len(problems) != 2 || !strings.HasPrefix(all, "MESSAGE_COUNT: ") || !strings.Contains(all, "\nTOPIC: ") {
			t.Errorf("%s: got %v", spec.name, problems)
		}
	}
}

func TestReadsThePlanOfDeaths(t *testing.T) {
	c, problems := readFor(wills, env{"MQTT_VERSION": "5", "DEATHS": "10:2:cut:0:3, 20:0:disconnect04:2:0"})
	if expected := []Death{{10, 2, "cut", 0, 3}, {20, 0, "disconnect04", 2, 0}}; len(problems) > 0 || !slices.Equal(c.Deaths, expected) {
		t.Errorf("expected %v, got %v and %v", expected, c.Deaths, problems)
	}
	if c, _ := readFor(qosMix, nil); c.Deaths != nil {
		t.Errorf("expected no deaths without wills, got %v", c.Deaths)
	}
}

func TestOneClientDiesEachSecondWhereNoDeathsAreGiven(t *testing.T) {
	for count, expected := range map[int]int{1: len(usualDeaths), 1000: 20, 1_000_000: maxDeaths} {
		c, _ := readFor(wills, env{"MESSAGE_COUNT": strconv.Itoa(count), "MESSAGE_RATE": "50"})
		ways := map[Death]bool{}
		for i, death := range c.Deaths {
			ways[Death{Kind: death.Kind, QoS: death.QoS}] = true
			if death.AtMs != int64(1000*(i+1)) || death.Endpoint != (i+1)%3 {
				t.Errorf("death %d: got %+v", i, death)
			}
		}
		if len(c.Deaths) != expected || len(ways) != len(usualDeaths) {
			t.Errorf("%d messages: expected %d deaths in all ways, got %d in %d", count, expected, len(c.Deaths), len(ways))
		}
	}
}

func TestRefusesOfAWorkload(t *testing.T) {
	for _, c := range []struct {
		spec                 workloadSpec
		name, value, version string
		expected             string
	}{
		{wills, "DEATHS", ",", "5", "1 to 200 of at_ms:"},
		{wills, "DEATHS", strings.Repeat("1:0:cut:1:0,", 201), "5", "got 201 of them"},
		{wills, "DEATHS", "1:3:cut:1:0", "5", "from 0 to 2"},
		{wills, "DEATHS", "1:0:kill:1:0", "5", "at_ms:"},
		{wills, "DEATHS", "1:0:cut:3:0", "5", "at_ms:"},
		{wills, "DEATHS", "-1:0:cut:1:0", "5", "at_ms:"},
		{wills, "DEATHS", "1:0:cut:1", "5", "at_ms:"},
		{wills, "DEATHS", "١:0:cut:1:0", "5", "at_ms:"},
		{wills, "DEATHS", "1:0:disconnect04:1:0", mqtt311, "MQTT 3.1.1 does not have"},
		{wills, "DEATHS", "1:0:cut:1:5", mqtt311, "MQTT 3.1.1 does not have"},
		{qosMix, "QOS", "3", "", "0, 1 or 2"},
		{qosMix, "QOS", "1,1", "", "0, 1 or 2"},
		{qosMix, "QOS", "0,,1", "", "0, 1 or 2"},
		{qosMix, "QOS", "-1", "", "0, 1 or 2"},
		{qosMix, "IN_FLIGHT", "0", "", "from 1 to 10000"},
		{retained, "READER_ENDPOINTS", "3", "", "places"},
		{retained, "READER_ENDPOINTS", "0,0", "", "places"},
		{retained, "READER_ENDPOINTS", "a", "", "places"},
		{sessions, "RESUME_ENDPOINT", "3", "", "a whole number from 0 to 2"},
		{failover, "MOVES", "leave,mute", "", "leave or cut, each once"},
		{failover, "MOVES", "cut,cut", "", "leave or cut, each once"},
		{failover, "MOVES", ",", "", "leave or cut, each once"},
		{failover, "MOVE_EVERY_MS", "99", "", "from 100 to 3600000"},
		{shared, "MEMBERS", "101", "", "from 1 to 100"},
		{crowd, "CONNECTIONS", "20001", "", "from 1 to 20000"},
		{crowd, "CONNECT_RATE", "0", "", "from 1 to 10000"},
		{crowd, "PERSISTENT_SHARE", "1.1", "", "a number from 0 to 1"},
		{crowd, "SUBSCRIBE_QOS", "2", "", "from 0 to 1"},
		{crowd, "BACKOFF_MS", "60001", "", "from 1 to 60000"},
		{crowd, "CONNACK_LIMIT_MS", "0", "", "from 1 to 60000"},
	} {
		_, problems := readFor(c.spec, env{c.name: c.value, "MQTT_VERSION": c.version})
		if len(problems) != 1 || !strings.HasPrefix(problems[0], c.name+": expected ") || !strings.Contains(problems[0], c.expected) {
			t.Errorf("%s=%.40q: expected one problem with %q, got %v", c.name, c.value, c.expected, problems)
		}
	}
}

func TestOnlyACrowdNeedsMoreThanAFewOpenFiles(t *testing.T) {
	before := openFilesLimit()
	limit := unix.Rlimit{Cur: 500, Max: uint64(before)}
	_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
	defer func() {
		limit.Cur = uint64(before)
		_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
	}()
	_, problems := readFor(crowd, env{"CONNECTIONS": "401"})
	if expected := []string{"CONNECTIONS: expected at most 400, the limit of open files (500) less 100, got 401"}; !slices.Equal(problems, expected) {
		t.Errorf("got %v", problems)
	}
	for _, c := range []struct {
		spec  workloadSpec
		count string
	}{{crowd, "400"}, {qosMix, "401"}} {
		if _, problems := readFor(c.spec, env{"CONNECTIONS": c.count}); len(problems) > 0 {
			t.Errorf("%s: got %v", c.spec.name, problems)
		}
	}
}

func TestNobodyComesBackBeforeLeaving(t *testing.T) {
	times := env{"OFFLINE_AT_MS": "3000", "RESUME_AT_MS": "2000"}
	expected := []string{"RESUME_AT_MS: expected at least OFFLINE_AT_MS=3000, got 2000"}
	if _, problems := readFor(sessions, times); !slices.Equal(problems, expected) {
		t.Errorf("got %v", problems)
	}
	times["RESUME_FILE"] = "/x"
	if _, problems := readFor(sessions, times); len(problems) > 0 {
		t.Errorf("expected none where a file decides, got %v", problems)
	}
}
