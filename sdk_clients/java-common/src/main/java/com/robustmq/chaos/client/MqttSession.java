package com.robustmq.chaos.client;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What an MQTT client keeps between its connections, as it is known from the wire. It is its own lock. */
final class MqttSession {
    private final SessionSettings settings;
    private final Map<Publication.Key, Publication> handedOver = new HashMap<>();
    private final Map<Integer, Publication> messageOfId = new HashMap<>();
    /** Received at QoS 2 and not released yet. */
    private final Map<Integer, WirePackets.Publish> held = new HashMap<>();
    private int connections;

    MqttSession(SessionSettings settings) {
        this.settings = settings;
    }

    boolean is5() {
        return settings.is5();
    }

    synchronized int connections() {
        return connections;
    }

    synchronized Who nextConnection() {
        return new Who(settings.clientId(), ++connections);
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
