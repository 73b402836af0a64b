package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RolesTest {
    private static final long LIMIT_US = 5_000_000;

    private final Recorder recorder = new Recorder("r", "p");
    private final Wired library = new Wired();
    private final WorkloadConfig config = configOf(library);
    private final Lanes lanes = new Lanes(recorder, List.of(1), 20);

    private static WorkloadConfig configOf(Wired library) {
        Map<String, String> environment = Map.of("CLUSTER_ENDPOINT", "a:1", "CLUSTER_ENDPOINTS", "a:1,b:2");
        try {
            return WorkloadConfig.parse(environment::get, library, WorkloadKind.FAILOVER, "1");
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void eventually(BooleanSupplier holds) {
        long untilUs = Clock.nowUs() + LIMIT_US;
        while (!holds.getAsBoolean() && Clock.nowUs() < untilUs) {
            Pause.ofMs(1);
        }
        assertTrue(holds.getAsBoolean());
    }

    @Test
    @DisplayName("who moves is at the next endpoint, no error says so, and what ends by itself is no move")
    void moves() {
        RecordedPublisher publisher = new RecordedPublisher(config, recorder, library.session(), lanes);
        publisher.start();
        for (int move = 1; move <= 2; move++) {
            int made = move;
            eventually(() -> publisher.moves() == made - 1 && recorder.connections() == made && publisher.isReady());
            // Ready before it serves: the first move must not come before that.
            eventually(() -> publisher.endpoint() != null);
            publisher.move(move == 1);
            eventually(() -> recorder.connections() == made + 1);
        }
        assertEquals(List.of("connect a:1", "connect b:2", "connect a:1"), library.calls);
        assertEquals(List.of(), recorder.errors());
        assertEquals(List.of("own-disconnect", "own-cut"), Wired.rows(recorder, "close").stream().map(row -> row.get(0)).toList());
        library.last().ended("peer");
        eventually(() -> recorder.connections() == 4);
        assertEquals(2, publisher.moves());
        assertEquals(1, recorder.errors().size());
        publisher.close(100);
    }

    @Test
    @DisplayName("all of them move in one way before any moves in the next")
    void plan() {
        RecordedPublisher one = new RecordedPublisher(config, recorder, library.session(), lanes);
        Moves two = new Moves(config, List.of(one, one));
        assertEquals(List.of(true, true, false, false, true), List.of(0, 1, 2, 3, 4).stream().map(two::isByDisconnect).toList());
        Moves alone = new Moves(config, List.of(one));
        assertEquals(List.of(true, false, true), List.of(0, 1, 2).stream().map(alone::isByDisconnect).toList());
        new Moves(config, List.of()).end();
    }

    @Test
    @DisplayName("a member that is refused asks again, and after 3 s takes that for an answer")
    void refused() {
        ClientSession session = library.session();
        SharedMember member = new SharedMember(config, recorder, session, Map.of("$share/m/t", 1), 0, (by, isThere) -> {});
        member.start();
        long sinceUs = Clock.nowUs();
        for (int asked = 0; !member.isReady() && Clock.nowUs() < sinceUs + 2 * LIMIT_US; asked++) {
            int before = asked;
            eventually(() -> member.isReady() || library.calls.size() > before + 1);
            answerSubscribe(asked + 1);
        }
        assertTrue(member.isReady());
        assertTrue(Clock.nowUs() - sinceUs >= 3_000_000);
        assertTrue(recorder.errors().get(0).contains("got 0x9e"), recorder.errors().toString());
        member.close(100);
    }

    private void answerSubscribe(int id) {
        byte[] subscribe = {(byte) 0x82, 16, 0, (byte) id, 0, 0, 10, '$', 's', 'h', 'a', 'r', 'e', '/', 'm', '/', 't', 1};
        library.last().sends(subscribe, 0, subscribe.length);
        byte[] suback = {(byte) 0x90, 4, 0, (byte) id, 0, (byte) 0x9E};
        library.last().receives(suback, 0, suback.length);
    }
}
