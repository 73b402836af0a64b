package com.robustmq.chaos.client;

import java.util.Locale;

enum Role {
    PUBLISHER,
    SUBSCRIBER;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
