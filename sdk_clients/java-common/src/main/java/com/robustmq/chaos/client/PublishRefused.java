package com.robustmq.chaos.client;

/** A PUBACK with a reason code of 0x80 or more: no acknowledgement. */
final class PublishRefused extends Exception {
    private static final long serialVersionUID = 1L;

    PublishRefused(String code) {
        super("PUBACK refused: " + code);
    }
}
