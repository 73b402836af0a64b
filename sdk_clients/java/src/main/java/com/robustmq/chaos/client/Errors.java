package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;

/** What the library's exceptions say, without their wrappers. */
final class Errors {
    private Errors() {}

    /** The innermost cause: the outer ones only say that something failed. */
    static Throwable root(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /** The code of the broker's DISCONNECT (MQTT 5); null if it sent none. */
    static Integer disconnectCode(Throwable error) {
        return root(error) instanceof Mqtt5DisconnectException end ? end.getMqttMessage().getReasonCode().getCode() : null;
    }

    static String text(Throwable error) {
        Throwable root = root(error);
        String name = root.getClass().getSimpleName();
        return root.getMessage() == null ? name : name + ": " + root.getMessage();
    }
}
