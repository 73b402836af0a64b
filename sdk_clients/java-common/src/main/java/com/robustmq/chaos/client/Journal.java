package com.robustmq.chaos.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the connections did, and what went wrong. Pure. */
final class Journal {
    private static final int ERRORS_SHOWN = 20;
    private static final int ERROR_CHARS = 300;
    /** Left free in each error for the count that {@link #errors} may add. */
    private static final int COUNT_CHARS = 20;
    private static final int SETUP_CONNECTIONS = 2;

    /**
     * {@code sessionPresent} is null where the connection ended; {@code reasonCode} is that of the broker's DISCONNECT (MQTT 5), null
     * if there was none.
     */
    record ConnectionEvent(
            String event,
            Role role,
            Endpoint endpoint,
            long atUs,
            Boolean sessionPresent,
            String reason,
            Integer reasonCode) {}

    private final List<ConnectionEvent> connections = new ArrayList<>();
    private final List<String> fatal = new ArrayList<>();
    private final Map<String, Integer> errors = new LinkedHashMap<>();

    /** In time order: the two roles note their times before either has the lock. */
    List<ConnectionEvent> connections() {
        return connections.stream().sorted(Comparator.comparingLong(ConnectionEvent::atUs)).toList();
    }

    void connected(Role role, Endpoint endpoint, boolean sessionPresent, long atUs) {
        connections.add(new ConnectionEvent("connected", role, endpoint, atUs, sessionPresent, "", null));
    }

    void disconnected(Role role, Endpoint endpoint, String reason, Integer reasonCode, long atUs) {
        connections.add(new ConnectionEvent("disconnected", role, endpoint, atUs, null, reason, reasonCode));
    }

    /** Successful connections after the first two, which are the set-up's. */
    long reconnects() {
        long connected = connections.stream().filter(event -> event.event().equals("connected")).count();
        return Math.max(0, connected - SETUP_CONNECTIONS);
    }

    /** Where a role was first connected; null if it never was. */
    String firstEndpoint(Role role) {
        return connections.stream()
                .filter(event -> event.role() == role)
                .findFirst()
                .map(event -> event.endpoint().toString())
                .orElse(null);
    }

    /** Bounded: a broker that is down for long must not fill the result line. Beyond the bound, new texts are dropped. */
    void error(String text) {
        String shortened = shortened(text);
        if (errors.size() < ERRORS_SHOWN || errors.containsKey(shortened)) {
            errors.merge(shortened, 1, Integer::sum);
        }
    }

    /** An error that decides the exit status: these come first, and the bound never drops them. */
    void fatal(String text) {
        fatal.add(shortened(text));
    }

    List<String> errors() {
        List<String> shown = new ArrayList<>(fatal);
        errors.forEach((text, times) -> shown.add(times == 1 ? text : text + " (×" + times + ")"));
        return shown.subList(0, Math.min(ERRORS_SHOWN, shown.size()));
    }

    private static String shortened(String text) {
        int limit = ERROR_CHARS - COUNT_CHARS;
        return text.length() <= limit ? text : text.substring(0, limit - 1) + "…";
    }
}
