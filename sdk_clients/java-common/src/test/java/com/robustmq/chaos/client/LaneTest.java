package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LaneTest {
    private static final long LIMIT_US = 5_000_000;

    private final Recorder recorder = new Recorder("r", "p");
    private final Wired library = new Wired();
    private final ClientSession session = library.session();
    private final Lanes lanes = new Lanes(recorder, List.of(0, 1, 2), 2);
    private final List<Publication> offered = new ArrayList<>();

    LaneTest() {
        lanes.start();
        lanes.subscriptionKnown(true);
    }

    private RecordedConnection attach(byte[] connack) throws ConnectionFailed {
        library.connack = connack;
        RecordedConnection connection = new RecordedConnection(session, recorder, null, new Watcher.Listener() {});
        connection.open(new Endpoint("a", 1));
        library.calls.clear();
        lanes.attach(connection);
        return connection;
    }

    private Publication offer(int qos, int seq) {
        Publication message = new Publication("q" + qos, seq, qos, false, new byte[] {'x'}, offered.size());
        offered.add(message);
        lanes.offer(message);
        return message;
    }

    private void expectPublished(String... messages) {
        List<String> expected = List.of(messages).stream().map(message -> "publish " + message).sorted().toList();
        long untilUs = Clock.nowUs() + LIMIT_US;
        while (library.calls.size() < expected.size() && Clock.nowUs() < untilUs) {
            Pause.ofMs(1);
        }
        assertEquals(expected, library.calls.stream().sorted().toList());
        library.calls.clear();
    }

    @Test
    @DisplayName("each QoS has a window of its own, and QoS 0 none")
    void window() throws Exception {
        attach(Wired.CONNACK);
        Publication first = offer(1, 0);
        offer(1, 1);
        offer(1, 2);
        offer(2, 0);
        for (int seq = 0; seq < 4; seq++) {
            offer(0, seq);
        }
        expectPublished("q1 0", "q1 1", "q2 0", "q0 0", "q0 1", "q0 2", "q0 3");
        lanes.settled(first, "puback", 0);
        expectPublished("q1 2");
        assertFalse(lanes.areSettled());
    }

    @Test
    @DisplayName("what is in flight is the session's: the next connection gets only what waited")
    void kept() throws Exception {
        RecordedConnection first = attach(Wired.CONNACK);
        Publication one = offer(1, 0);
        Publication two = offer(2, 0);
        expectPublished("q1 0", "q2 0");
        lanes.detach(first);
        Publication three = offer(1, 1);
        attach(Wired.CONNACK_PRESENT);
        lanes.detach(first);
        expectPublished("q1 1");
        lanes.settled(one, "puback", 0);
        lanes.settled(two, "pubcomp", 0);
        lanes.settled(three, "puback", 0);
        assertTrue(lanes.areSettled());
    }

    @Test
    @DisplayName("without its session QoS 1 is handed over again, in order, and QoS 2 only what was never sent")
    void lost() throws Exception {
        RecordedConnection first = attach(Wired.CONNACK);
        offer(1, 0);
        offer(1, 1);
        offer(2, 0).wasSent = true;
        offer(2, 1);
        expectPublished("q1 0", "q1 1", "q2 0", "q2 1");
        lanes.detach(first);
        attach(Wired.CONNACK);
        expectPublished("q1 0", "q1 1", "q2 1");
        assertEquals(1, lanes.givenUp());
    }

    @Test
    @DisplayName("what was refused, or not taken, is handed over again")
    void again() throws Exception {
        RecordedConnection first = attach(Wired.CONNACK);
        Publication refused = offer(1, 0);
        expectPublished("q1 0");
        lanes.settled(refused, "puback", 0x97);
        assertFalse(lanes.areSettled());
        expectPublished("q1 0");
        library.isTaking = false;
        offer(2, 0);
        expectPublished("q2 0");
        library.isTaking = true;
        lanes.detach(first);
        attach(Wired.CONNACK_PRESENT);
        expectPublished("q2 0");
    }

    @Test
    @DisplayName("nothing for nobody, nothing above the broker's Maximum QoS, and no more than its Receive Maximum")
    void limits() throws Exception {
        lanes.subscriptionKnown(false);
        assertEquals(List.of(2), lanes.leaveOutAbove(1));
        attach(new byte[] {0x20, 6, 0, 0, 3, 0x21, 0, 1});
        offer(1, 0);
        offer(1, 1);
        assertEquals(List.of(), library.calls);
        lanes.subscriptionKnown(true);
        expectPublished("q1 0");
    }
}
