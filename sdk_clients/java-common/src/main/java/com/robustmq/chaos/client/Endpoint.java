package com.robustmq.chaos.client;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

record Endpoint(String host, int port) {
    private static final int HIGHEST_PORT = 65_535;
    /** The host is a name, an IPv4 address, or an IPv6 address in brackets. */
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^\\s:\\[\\],]+):([0-9]{1,5})");

    /** Null where the text is not host:port. */
    static Endpoint parse(String text) {
        Matcher matcher = HOST_AND_PORT.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        int port = Integer.parseInt(matcher.group(2));
        return port < 1 || port > HIGHEST_PORT ? null : new Endpoint(matcher.group(1), port);
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
