package com.robustmq.chaos.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads single variables, and collects what is wrong with them instead of stopping at the first problem. */
final class ConfigReader {
    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,9}");
    /** Stricter than {@link Double#parseDouble}, which takes "1e3", " 7" and "7d". */
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,12}(\\.[0-9]{1,12})?");

    private final UnaryOperator<String> lookup;
    private final List<String> problems = new ArrayList<>();

    ConfigReader(UnaryOperator<String> lookup) {
        this.lookup = lookup;
    }

    void problem(String name, String expected, String got) {
        problems.add("%s: expected %s, got %s".formatted(name, expected, got));
    }

    void throwProblems() throws ConfigException {
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** An empty variable counts as unset. */
    String text(String name, String fallback) {
        String value = lookup.apply(name);
        return value == null || value.isEmpty() ? fallback : value;
    }

    double decimal(String name, double fallback, double lowest, double highest) {
        String text = text(name, null);
        if (text == null) {
            return fallback;
        }
        if (DECIMAL.matcher(text).matches()) {
            double number = Double.parseDouble(text);
            if (number >= lowest && number <= highest) {
                return number;
            }
        }
        problem(name, "a number from %s to %.0f".formatted(lowest, highest), '"' + text + '"');
        return fallback;
    }

    int integer(String name, int fallback, int lowest, int highest) {
        String text = text(name, null);
        if (text == null) {
            return fallback;
        }
        if (WHOLE.matcher(text).matches()) {
            int number = Integer.parseInt(text);
            if (number >= lowest && number <= highest) {
                return number;
            }
        }
        problem(name, "a whole number from " + lowest + " to " + highest, '"' + text + '"');
        return fallback;
    }

    Duration milliseconds(String name, int fallback, int lowest, int highest) {
        return Duration.ofMillis(integer(name, fallback, lowest, highest));
    }

    /** CLUSTER_ENDPOINT is required; CLUSTER_ENDPOINTS, if set, is what is used. */
    List<Endpoint> endpoints() {
        String own = text("CLUSTER_ENDPOINT", null);
        if (own == null) {
            problem("CLUSTER_ENDPOINT", "host:port", "nothing");
            return List.of();
        }
        Endpoint endpoint = endpoint("CLUSTER_ENDPOINT", own);
        String all = text("CLUSTER_ENDPOINTS", null);
        if (all == null) {
            return Stream.ofNullable(endpoint).toList();
        }
        return Stream.of(all.split(",", -1))
                .map(part -> endpoint("CLUSTER_ENDPOINTS", part.trim()))
                .filter(Objects::nonNull)
                .toList();
    }

    /** One of some words, the first of them where the variable is not set. */
    String oneOf(String name, List<String> words) {
        String word = text(name, words.get(0));
        if (!words.contains(word)) {
            problem(name, String.join(" or ", words), '"' + word + '"');
        }
        return word;
    }

    private Endpoint endpoint(String name, String text) {
        Endpoint endpoint = Endpoint.parse(text);
        if (endpoint == null) {
            problem(name, "host:port", '"' + text + '"');
        }
        return endpoint;
    }
}
