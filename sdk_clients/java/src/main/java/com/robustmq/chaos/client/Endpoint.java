package com.robustmq.chaos.client;

record Endpoint(String host, int port) {
    private static final int HIGHEST_PORT = 65_535;

    /** Null where the text is not host:port. */
    static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            return null;
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            return port < 1 || port > HIGHEST_PORT ? null : new Endpoint(text.substring(0, colon), port);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
