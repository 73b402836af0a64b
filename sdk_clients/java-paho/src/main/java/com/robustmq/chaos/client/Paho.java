package com.robustmq.chaos.client;

import java.util.List;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Eclipse Paho's library for MQTT 5; the one for MQTT 3.1.1 is another. */
final class Paho implements WireLibrary {
    /** Held, because the configuration of a logger that nobody holds is forgotten. */
    private static final Logger LOGGER = Logger.getLogger("org.eclipse.paho");

    Paho() {
        // It logs a stack trace for each connection that breaks. Why it broke stands in the ledger and in the result line.
        LOGGER.setLevel(Level.OFF);
    }

    @Override
    public String sdk() {
        return "java-paho";
    }

    @Override
    public String nameAndVersion() {
        return "org.eclipse.paho.mqttv5.client 1.2.5";
    }

    @Override
    public List<String> mqttVersions() {
        return List.of(Config.MQTT_5);
    }

    @Override
    public Link link(ConnectSettings settings, Consumer<End> ended) {
        return new PahoLink(settings, ended);
    }

    @Override
    public WireClient wireClient(SessionSettings settings) {
        return new PahoWire(settings);
    }
}
