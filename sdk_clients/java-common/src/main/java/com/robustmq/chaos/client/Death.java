package com.robustmq.chaos.client;

/** How one client is to end: when, at which endpoint (its place among all), in which way, and with which will. */
record Death(int atMs, int endpoint, String kind, int qos, int delayS) {
    static final String CLEAN = "clean";
    static final String DISCONNECT_04 = "disconnect04";
    static final String CUT = "cut";
    static final String MUTE = "mute";
    static final String TAKEOVER = "takeover";
}
