package com.robustmq.chaos.client;

import java.util.List;
import java.util.function.Consumer;

/** A library that is only asked who it is. */
final class AnyLibrary implements Library {
    @Override
    public String sdk() {
        return "java";
    }

    @Override
    public String nameAndVersion() {
        return "any 1";
    }

    @Override
    public List<String> mqttVersions() {
        return List.of(Config.MQTT_311, Config.MQTT_5);
    }

    @Override
    public Link link(ConnectSettings settings, Consumer<End> ended) {
        throw new UnsupportedOperationException();
    }
}
