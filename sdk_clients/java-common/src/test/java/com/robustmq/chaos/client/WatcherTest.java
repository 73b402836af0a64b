package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WatcherTest {
    private static final int PUBACK = 0x40;
    private static final int PUBREC = 0x50;
    private static final int PUBREL = 0x62;
    private static final int PUBCOMP = 0x70;

    private final Recorder recorder = new Recorder("r", "p");
    private final Wired library = new Wired();
    private final ClientSession session = library.session();
    private final PayloadFormat payloads = new PayloadFormat("r", "p", "c-pub", 10);
    private final List<String> settled = new ArrayList<>();

    private Watcher connect(byte[] connack) {
        Watcher watcher = new Watcher(session.state, recorder, null, new Watcher.Listener() {
            @Override
            public void settled(Publication message, String step, int code) {
                settled.add(message.seq + " " + step + " " + code);
            }
        });
        comes(watcher, connack);
        return watcher;
    }

    private static void comes(Watcher watcher, byte[] packet) {
        watcher.receives(packet, 0, packet.length);
    }

    private static void goes(Watcher watcher, byte[] packet) {
        watcher.sends(packet, 0, packet.length);
    }

    private byte[] payload(int seq) {
        return payloads.build(seq, 7);
    }

    private byte[] handOver(int seq, int qos, int id) {
        session.state.handOver(new Publication("t", seq, qos, false, payload(seq), 7));
        return Wired.publish("t", payload(seq), qos, false, id);
    }

    @Test
    @DisplayName("packets are told apart however the socket cuts them")
    void pieces() {
        Watcher watcher = connect(Wired.CONNACK);
        byte[] one = Wired.publish("t", new PayloadFormat("r", "p", "c-pub", 180).build(0, 7), 1, false, 3);
        for (int at = 0; at < one.length; at++) {
            watcher.receives(one, at, 1);
        }
        byte[] two = Arrays.copyOf(one, 2 * one.length);
        System.arraycopy(one, 0, two, one.length, one.length);
        comes(watcher, two);
        assertEquals(3, Wired.rows(recorder, "receive").size());
    }

    @Test
    @DisplayName("each packet of a connection has a later time than the one before it, however fast they come")
    void times() {
        Watcher watcher = connect(Wired.CONNACK);
        // As if the one before had come just now, and the clock had not gone on.
        long lastUs = Clock.nowUs() + 60_000_000;
        watcher.lastCameUs = lastUs;
        comes(watcher, Wired.publish("t", payload(0), 0, false, 0));
        comes(watcher, Wired.publish("t", payload(0), 0, false, 0));
        List<Long> times = recorder.rows().stream()
                .filter(row -> row.event().equals("receive"))
                .map(row -> row.atUs() - lastUs)
                .toList();
        assertEquals(List.of(1L, 2L), times);
    }

    @Test
    @DisplayName("a message of QoS 2 is received once until its PUBREL, over connections too, and with another content it is another")
    void repetition() {
        Watcher first = connect(Wired.CONNACK);
        comes(first, Wired.publish("t", payload(0), 2, false, 9));
        comes(first, Wired.publish("t", payload(0), 2, true, 9));
        Watcher second = connect(Wired.CONNACK_PRESENT);
        comes(second, Wired.publish("t", payload(0), 2, true, 9));
        assertEquals(1, Wired.rows(recorder, "receive").size());
        comes(second, Wired.publish("t", payload(1), 2, true, 9));
        comes(second, Wired.answer(PUBREL, 9, 0));
        comes(second, Wired.publish("t", payload(1), 2, true, 9));
        assertEquals(3, Wired.rows(recorder, "receive").size());
        comes(connect(Wired.CONNACK), Wired.publish("t", payload(1), 2, true, 9));
        assertEquals(4, Wired.rows(recorder, "receive").size());
    }

    @Test
    @DisplayName("what a session sends again with DUP is no other message, and its answers are still the message's")
    void resend() {
        Watcher first = connect(Wired.CONNACK);
        goes(first, handOver(0, 2, 1));
        comes(first, Wired.answer(PUBREC, 1, 0));
        Watcher second = connect(Wired.CONNACK_PRESENT);
        goes(second, Wired.publish("t", payload(0), 2, true, 1));
        comes(second, Wired.answer(PUBREC, 1, 0));
        comes(second, Wired.answer(PUBCOMP, 1, 0));
        assertEquals(List.of(List.of("t", 0, 2, false, false)), Wired.rows(recorder, "send"));
        assertEquals(
                List.of(List.of("t", 0, "pubrec", 0), List.of("t", 0, "pubrec", 0), List.of("t", 0, "pubcomp", 0)),
                Wired.rows(recorder, "ack"));
        assertEquals(List.of("0 pubcomp 0"), settled);
    }

    @Test
    @DisplayName("a message that the last connection did not send is sent by the next one, DUP or not")
    void late() {
        byte[] never = handOver(0, 1, 1);
        assertTrue(never.length > 0);
        goes(connect(Wired.CONNACK_PRESENT), Wired.publish("t", payload(0), 1, true, 1));
        assertEquals(1, Wired.rows(recorder, "send").size());
    }

    @Test
    @DisplayName("a refusal ends a message, at its PUBREC too, and a packet id that is not in use is nobody's")
    void refused() {
        Watcher watcher = connect(Wired.CONNACK);
        goes(watcher, handOver(0, 1, 1));
        goes(watcher, handOver(1, 2, 2));
        comes(watcher, Wired.answer(PUBACK, 1, 0x97));
        comes(watcher, Wired.answer(PUBREC, 2, 0x80));
        comes(watcher, Wired.answer(PUBCOMP, 2, 0));
        assertEquals(List.of("0 puback 151", "1 pubrec 128"), settled);
        assertEquals(2, Wired.rows(recorder, "ack").size());
        assertTrue(recorder.errors().contains("c-pub: PUBCOMP for a packet id that is not in use"));
    }

    @Test
    @DisplayName("a session that is gone takes its packet ids along")
    void forgotten() {
        goes(connect(Wired.CONNACK), handOver(0, 1, 1));
        comes(connect(Wired.CONNACK), Wired.answer(PUBACK, 1, 0));
        assertEquals(List.of(), Wired.rows(recorder, "ack"));
    }

    @Test
    @DisplayName("a connection ends once, by whoever was first, and with the code of the broker's DISCONNECT")
    void end() {
        Watcher broken = connect(Wired.CONNACK);
        comes(broken, new byte[] {(byte) 0xE0, 1, (byte) 0x8B});
        broken.ended("peer");
        Watcher overdue = connect(Wired.CONNACK);
        goes(overdue, new byte[] {(byte) 0xC0, 0});
        overdue.libraryCloses();
        Watcher willing = connect(Wired.CONNACK);
        goes(willing, new byte[] {(byte) 0xE0, 1, 4});
        willing.tookLeave();
        willing.ended("peer");
        List<Object> peer = new ArrayList<>(List.of("peer", 0x8B));
        List<List<Object>> ends = Wired.rows(recorder, "close");
        assertEquals(peer, ends.get(0));
        assertEquals(List.of("timeout", "own-disconnect-with-will"), List.of(ends.get(1).get(0), ends.get(2).get(0)));
        assertEquals(3, ends.size());
    }

    @Test
    @DisplayName("a CONNACK says what the broker offers, and what it leaves out is there; its keep-alive takes the place of the client's")
    void offers() {
        recorder.event("connect", new Who("c-pub", 1), 1, "a:1", false, 5, 60, null);
        connect(Wired.CONNACK);
        // Server Keep Alive 9, Maximum QoS 1, no shared subscriptions, and a reason that is passed over.
        connect(new byte[] {0x20, 14, 0, 0, 11, 0x1F, 0, 1, 'x', 0x13, 0, 9, 0x24, 1, 0x2A, 0});
        assertEquals(
                List.of(List.of(0, false, 2, true, true), List.of(0, false, 1, true, false)), Wired.rows(recorder, "connack"));
        recorder.keepsAlive(new Who("c-pub", 1), 9);
        assertEquals(9, Wired.rows(recorder, "connect").get(0).get(2));
    }
}
