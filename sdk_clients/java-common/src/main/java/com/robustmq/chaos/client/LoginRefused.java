package com.robustmq.chaos.client;

/** The broker knows nobody of that name and password. */
final class LoginRefused extends Exception {
    private static final long serialVersionUID = 1L;

    LoginRefused(String code) {
        super("CONNACK " + code);
    }
}
