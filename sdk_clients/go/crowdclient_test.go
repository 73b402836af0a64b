package main

import (
	"fmt"
	"testing"
	"time"
)

func TestAClientWaitsTwiceAsLongAfterEachFailureUpTo16Times(t *testing.T) {
	for waits, times := range []time.Duration{1, 2, 4, 8, 16, 16, 16} {
		least, most := backoff(100*time.Millisecond, waits, 0), backoff(100*time.Millisecond, waits, 1)
		if least != times*50*time.Millisecond || most != times*150*time.Millisecond {
			t.Errorf("after %d: expected %d times 50 to 150 ms, got %v to %v", waits, times, least, most)
		}
	}
}

func TestTheShareOfPersistentClientsIsSpreadOverAll(t *testing.T) {
	for share, expected := range map[string]string{"0": "000000", "0.5": "010101", "0.34": "001001", "1": "111111"} {
		config, _ := readFor(crowd, env{"CONNECTIONS": "6", "PERSISTENT_SHARE": share, "CONNECT_RATE": "4"})
		w := crowd.begin(newCommon(crowd, config, NewRecorder("r", "p"))).(*crowdRun)
		got := ""
		for n, client := range w.clients {
			got += fmt.Sprint(one(!client.session.Clean))
			if client.next != n || client.startsAfter != time.Duration(n)*250*time.Millisecond {
				t.Errorf("client %d: starts at endpoint %d after %v", n, client.next, client.startsAfter)
			}
		}
		if got != expected {
			t.Errorf("share %s: expected %s, got %s", share, expected, got)
		}
	}
}

func TestWhatAClientMissedIsNotWaitedForLongerThanQoS0(t *testing.T) {
	config, _ := readFor(crowd, env{"CONNECTIONS": "2"})
	w := crowd.begin(newCommon(crowd, config, NewRecorder("r", "p"))).(*crowdRun)
	w.latest.Store(&offers{})
	missed := &Publication{Topic: w.clients[1].topic, QoS: 1, IntendedUs: 1000}
	w.recorder.Counted(func(tally *Tally) {
		tally.Send("p", missed)
		tally.Acknowledge("p", missed, "puback", 0)
	})
	w.generated.Add(1)
	w.there.Store(2)
	for _, c := range []struct {
		subscribedUs, sinceUs int64
		expected              bool
	}{{1000, missedArrivesWithinUs, false}, {1001, missedArrivesWithinUs - 1, false}, {1001, missedArrivesWithinUs, true}} {
		w.lookedUs, w.hasMissed = 0, false
		w.clients[1].subscribedUs.Store(c.subscribedUs)
		if got := w.hasArrived(c.sinceUs); got != c.expected {
			t.Errorf("%+v: got %v", c, got)
		}
	}
	w.lookedUs, w.hasMissed = 0, false
	w.clients[1].subscribedUs.Store(1000)
	w.config.SubscribeQoS = 0
	if w.hasArrived(missedArrivesWithinUs-1) || !w.hasArrived(missedArrivesWithinUs) {
		t.Error("expected to wait for QoS 0 so long, and no longer")
	}
	w.there.Store(1)
	if w.hasArrived(missedArrivesWithinUs) {
		t.Error("expected to wait for the client that is away")
	}
}
