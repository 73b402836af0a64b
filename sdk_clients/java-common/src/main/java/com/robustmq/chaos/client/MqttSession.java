package com.robustmq.chaos.client;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What an MQTT client keeps between its connections, as it is known from the wire. It is its own lock. */
final class MqttSession {
    /** {@code expiryS}: MQTT 5; a clean session of 3.1.1 ends with its connection, any other one never does. */
    record Settings(String clientId, String mqttVersion, String username, String password, boolean clean, int keepAliveS, int expiryS) {
        boolean is5() {
            return mqttVersion.equals(Config.MQTT_5);
        }

        /** As a ledger has it: null for ever. */
        Integer recordedExpiryS() {
            return is5() ? (Integer) expiryS : clean ? (Integer) 0 : null;
        }
    }

    final Settings settings;
    private final Library library;
    private final Map<Publication.Key, Publication> handedOver = new HashMap<>();
    private final Map<Integer, Publication> messageOfId = new HashMap<>();
    /** Received at QoS 2 and not released yet. */
    private final Map<Integer, WirePackets.Publish> held = new HashMap<>();
    private WireClient client;
    private int connections;

    MqttSession(Library library, Settings settings) {
        this.library = library;
        this.settings = settings;
    }

    synchronized int connections() {
        return connections;
    }

    synchronized Who nextConnection() {
        return new Who(settings.clientId(), ++connections);
    }

    /** A client of a clean session has one connection: two of one id may be there at the same time. */
    synchronized WireClient client() {
        if (client == null || settings.clean()) {
            client = library.wireClient(settings);
        }
        return client;
    }

    /** The session is gone, and with it the meaning of its packet ids. */
    synchronized void forget() {
        messageOfId.clear();
        held.clear();
    }

    synchronized void handOver(Publication message) {
        handedOver.put(message.key(), message);
    }

    /** The message of a PUBLISH that goes out; null for one that nobody handed over. */
    synchronized Publication goesOut(Publication.Key key, int id) {
        Publication message = id > 0 ? handedOver.get(key) : handedOver.remove(key);
        if (id > 0 && message != null) {
            messageOfId.put(id, message);
        }
        return message;
    }

    /** Null for a packet id that is not in use. */
    synchronized Publication messageOf(int id) {
        return messageOfId.get(id);
    }

    synchronized void settled(int id, Publication message) {
        messageOfId.remove(id);
        handedOver.remove(message.key());
    }

    /** False for the protocol's own repetition: the same packet once more before its PUBREL, of which nobody is told. */
    synchronized boolean isDelivery(WirePackets.Publish packet) {
        if (packet.qos() < 2) {
            return true;
        }
        WirePackets.Publish before = held.put(packet.id(), packet);
        return before == null || !before.topic().equals(packet.topic()) || !Arrays.equals(before.payload(), packet.payload());
    }

    synchronized void released(int id) {
        held.remove(id);
    }
}
