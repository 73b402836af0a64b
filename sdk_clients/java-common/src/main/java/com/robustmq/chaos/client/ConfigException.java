package com.robustmq.chaos.client;

import java.util.List;

/** The environment cannot be used: each problem names the variable, what was expected and what was found. */
final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    ConfigException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    List<String> problems() {
        return problems;
    }
}
