package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WorkloadConfigTest {
    private static WorkloadConfig parse(WorkloadKind kind, String... pairs) throws ConfigException {
        Map<String, String> environment = new HashMap<>(Map.of("CLUSTER_ENDPOINT", "a:1", "CLUSTER_ENDPOINTS", "a:1,b:2,c:3"));
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put(pairs[i], pairs[i + 1]);
        }
        return WorkloadConfig.parse(environment::get, new AnyLibrary(), kind, "1");
    }

    private static List<String> problems(WorkloadKind kind, String... pairs) {
        return assertThrows(ConfigException.class, () -> parse(kind, pairs)).problems();
    }

    @Test
    @DisplayName("each workload has its own defaults")
    void defaults() throws Exception {
        assertEquals(List.of(0, 1, 2), parse(WorkloadKind.QOS_MIX).qos());
        assertEquals(1, parse(WorkloadKind.RETAINED).inFlight());
        assertEquals(List.of(0, 1, 2), parse(WorkloadKind.RETAINED).readerEndpoints());
        WorkloadConfig failover = parse(WorkloadKind.FAILOVER);
        assertEquals(List.of(1, 2), failover.qos());
        assertEquals(2_000, failover.moveEveryMs());
        assertEquals(List.of(true, false), failover.moves());
        WorkloadConfig shared = parse(WorkloadKind.SHARED);
        assertEquals(5_000, shared.moveEveryMs());
        assertEquals(List.of(false), shared.moves());
        assertEquals(20, parse(WorkloadKind.WILLS).deaths().size());
        assertEquals(new Death(1_000, 1, "cut", 1, 0), parse(WorkloadKind.WILLS).deaths().get(0));
        assertEquals(List.of(), parse(WorkloadKind.SESSIONS, "DEATHS", "nonsense").deaths());
    }

    @Test
    @DisplayName("lists are read, and what cannot be used is named, all at once")
    void lists() throws Exception {
        WorkloadConfig config = parse(WorkloadKind.WILLS, "QOS", "2, 0", "READER_ENDPOINTS", "2,0", "DEATHS", "5:2:mute:0:0");
        assertEquals(List.of(0, 2), config.qos());
        assertEquals(List.of(0, 2), config.readerEndpoints());
        assertEquals(List.of(new Death(5, 2, "mute", 0, 0)), config.deaths());
        List<String> found = problems(
                WorkloadKind.WILLS,
                "QOS", "1,1",
                "READER_ENDPOINTS", "3",
                "DEATHS", "5:3:cut:0:0,5:0:fall:0:0,5:0:cut:0:9,5:0:disconnect04:1:0",
                "MOVES", "leave,",
                "RESUME_ENDPOINT", "3",
                "MESSAGE_COUNT", "0");
        List<String> names = found.stream().map(problem -> problem.substring(0, problem.indexOf(':'))).sorted().toList();
        assertEquals(
                List.of("DEATHS", "DEATHS", "DEATHS", "DEATHS", "MESSAGE_COUNT", "MOVES", "QOS", "READER_ENDPOINTS", "RESUME_ENDPOINT"),
                names);
    }

    @Test
    @DisplayName("a subscriber comes back after it has left, unless files say when")
    void order() throws Exception {
        assertEquals(
                List.of("RESUME_AT_MS: expected at least OFFLINE_AT_MS=2000, got 1999"),
                problems(WorkloadKind.SESSIONS, "RESUME_AT_MS", "1999"));
        assertEquals(1_999, parse(WorkloadKind.SESSIONS, "RESUME_AT_MS", "1999", "RESUME_FILE", "/f").resumeAtMs());
    }
}
