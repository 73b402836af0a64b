package com.robustmq.chaos.client;

import java.util.List;
import java.util.function.Consumer;

/** What is a library's own; everything else, the clients share. */
interface Library {
    /** How a connection ended: {@code code} is that of the broker's DISCONNECT (MQTT 5), null if it ended in another way. */
    record End(Throwable cause, Integer code, long atUs) {}

    /** The client's name in the program. */
    String sdk();

    String nameAndVersion();

    /** At least one, out of {@link Config#MQTT_311} and {@link Config#MQTT_5}; the first is spoken if nobody asks for any. */
    List<String> mqttVersions();

    /**
     * A fresh client of the library for one connection; nothing is connected yet.
     *
     * @param ended called when the connection, once made, has ended
     */
    Link link(ConnectSettings settings, Consumer<End> ended);
}
