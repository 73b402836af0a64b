package com.robustmq.chaos.client;

/** An attempt to connect came to nothing; the message says why. */
final class ConnectionFailed extends Exception {
    private static final long serialVersionUID = 1L;

    /** The broker knows nobody of that name and password. */
    private final boolean isLoginRefused;

    ConnectionFailed(String text, boolean isLoginRefused) {
        super(text);
        this.isLoginRefused = isLoginRefused;
    }

    boolean isLoginRefused() {
        return isLoginRefused;
    }
}
