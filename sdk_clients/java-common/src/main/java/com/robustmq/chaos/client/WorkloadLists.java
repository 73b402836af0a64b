package com.robustmq.chaos.client;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Reads the variables of the workloads that are lists. */
final class WorkloadLists {
    private static final int MAX_DEATHS = 200;
    /** Kind and QoS of the will; each of them in every version of MQTT. */
    private static final List<String> USUAL_DEATHS = List.of("clean:1", "cut:1", "mute:1", "cut:0", "takeover:1");

    private static final String DEATH = "at_ms:endpoint:clean|cut|mute|takeover|disconnect04:qos:delay_s";
    private static final Pattern DEATH_PATTERN =
            Pattern.compile("([0-9]{1,8}):([0-9]{1,3}):(clean|cut|mute|takeover|disconnect04):([012]):([0-9]{1,5})");

    private final ConfigReader reader;
    private final int places;

    WorkloadLists(ConfigReader reader, int places) {
        this.reader = reader;
        this.places = places;
    }

    /** Ascending. */
    List<Integer> qos(String fallback) {
        return each("QOS", fallback, "[012]", "0, 1 or 2, each once, comma-separated").stream()
                .map(Integer::valueOf)
                .sorted()
                .toList();
    }

    /** Of endpoints. */
    List<Integer> places(String name) {
        String every = IntStream.range(0, places).mapToObj(String::valueOf).collect(Collectors.joining(","));
        String expected = "places of endpoints from 0 to %d, each once, comma-separated".formatted(places - 1);
        List<Integer> found =
                each(name, every, "[0-9]{1,3}", expected).stream().map(Integer::valueOf).sorted().toList();
        if (found.stream().anyMatch(place -> place >= places)) {
            reader.problem(name, expected, quoted(reader.text(name, every)));
        }
        return found;
    }

    /** True for a DISCONNECT. */
    List<Boolean> moves(String fallback) {
        return each("MOVES", fallback, "leave|cut", "leave or cut, each once, comma-separated").stream()
                .map("leave"::equals)
                .toList();
    }

    private List<String> each(String name, String fallback, String pattern, String expected) {
        String text = reader.text(name, fallback);
        List<String> parts = Stream.of(text.split(",", -1)).map(String::trim).toList();
        if (parts.stream().allMatch(part -> part.matches(pattern)) && new HashSet<>(parts).size() == parts.size()) {
            return parts;
        }
        reader.problem(name, expected, quoted(text));
        return List.of();
    }

    List<Death> deaths(Config base) {
        String text = reader.text("DEATHS", usualDeaths(base));
        List<String> parts =
                Stream.of(text.split(",")).map(String::trim).filter(part -> !part.isEmpty()).toList();
        if (parts.isEmpty() || parts.size() > MAX_DEATHS) {
            reader.problem(
                    "DEATHS", "1 to %d of %s, comma-separated".formatted(MAX_DEATHS, DEATH), parts.size() + " of them");
            return List.of();
        }
        List<Death> deaths = new ArrayList<>();
        for (String part : parts) {
            Matcher match = DEATH_PATTERN.matcher(part);
            if (!match.matches() || Integer.parseInt(match.group(2)) >= places) {
                reader.problem("DEATHS", DEATH + " with an endpoint from 0 to " + (places - 1), quoted(part));
                continue;
            }
            Death death = new Death(number(match, 1), number(match, 2), match.group(3), number(match, 4), number(match, 5));
            boolean needs5 = death.kind().equals(Death.DISCONNECT_04) || death.delayS() > 0;
            if (needs5 && !base.mqttVersion().equals(Config.MQTT_5)) {
                reader.problem("DEATHS", DEATH + " without disconnect04 and delay, which MQTT 3.1.1 does not have", quoted(part));
            }
            deaths.add(death);
        }
        return deaths;
    }

    /** One a second, for as long as the messages of the usual workload would take, over all endpoints. */
    private String usualDeaths(Config base) {
        int seconds = (int) Math.min(MAX_DEATHS, base.messageCount() / base.messageRate());
        int count = Math.min(MAX_DEATHS, Math.max(USUAL_DEATHS.size(), seconds));
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> "%d:%d:%s:0".formatted(1_000 * i, i % places, USUAL_DEATHS.get(i % USUAL_DEATHS.size())))
                .collect(Collectors.joining(","));
    }

    private static int number(Matcher match, int group) {
        return Integer.parseInt(match.group(group));
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }
}
