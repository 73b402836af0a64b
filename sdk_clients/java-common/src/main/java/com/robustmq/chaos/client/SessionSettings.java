package com.robustmq.chaos.client;

/** What a session is connected with. {@code expiryS}: MQTT 5; a clean session of 3.1.1 ends with its connection, any other one never does. */
record SessionSettings(String clientId, String mqttVersion, String username, String password, boolean clean, int keepAliveS, int expiryS) {
    boolean is5() {
        return mqttVersion.equals(Config.MQTT_5);
    }

    /** As a ledger has it: null for ever. */
    Integer recordedExpiryS() {
        return is5() ? (Integer) expiryS : clean ? (Integer) 0 : null;
    }
}
