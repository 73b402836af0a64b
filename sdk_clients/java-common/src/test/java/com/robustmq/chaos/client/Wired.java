package com.robustmq.chaos.client;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A library whose clients do nothing by themselves: a test is the broker, and what the library would send. MQTT 5. */
final class Wired implements WireLibrary {
    static final byte[] CONNACK = {0x20, 3, 0, 0, 0};
    static final byte[] CONNACK_PRESENT = {0x20, 3, 1, 0, 0};

    /** One after the other; what each connection gets for an answer. */
    byte[] connack = CONNACK;

    final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    final List<String> calls = new CopyOnWriteArrayList<>();
    boolean isTaking = true;

    @Override
    public String sdk() {
        return "java";
    }

    @Override
    public String nameAndVersion() {
        return "wired 1";
    }

    @Override
    public List<String> mqttVersions() {
        return List.of(Config.MQTT_5);
    }

    @Override
    public Link link(ConnectSettings settings, Consumer<End> ended) {
        throw new UnsupportedOperationException();
    }

    @Override
    public WireClient wireClient(SessionSettings settings) {
        return new Client();
    }

    ClientSession session() {
        return new ClientSession(this, new SessionSettings("c-pub", Config.MQTT_5, "", "", false, 5, 60));
    }

    Watcher last() {
        return watchers.get(watchers.size() - 1);
    }

    private final class Client implements WireClient {
        @Override
        public CompletableFuture<Void> connect(Endpoint endpoint, Will will, Watcher watcher) {
            watchers.add(watcher);
            watcher.dials(new WireSocket() {
                @Override
                public void cut(Runnable moment) {
                    moment.run();
                    watcher.ended("peer");
                }

                @Override
                public void mute(Runnable moment) {
                    moment.run();
                }

                @Override
                public void release() {}
            });
            calls.add("connect " + endpoint);
            watcher.receives(connack, 0, connack.length);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void subscribe(String filter, int qos) {
            calls.add("subscribe " + filter);
        }

        @Override
        public void unsubscribe(String filter) {
            calls.add("unsubscribe " + filter);
        }

        @Override
        public CompletableFuture<Void> publish(Publication message) {
            calls.add("publish " + message.topic + " " + message.seq);
            return isTaking ? CompletableFuture.completedFuture(null) : CompletableFuture.failedFuture(new NotTaken(true));
        }

        @Override
        public void disconnect(boolean withWill) {
            byte[] packet = {(byte) 0xE0, 2, (byte) (withWill ? 4 : 0), 0};
            last().sends(packet, 0, packet.length);
            last().tookLeave();
            last().ended("peer");
        }
    }

    static byte[] publish(String topic, byte[] payload, int qos, boolean dup, int id) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        body.write(0);
        body.write(name.length);
        body.writeBytes(name);
        if (qos > 0) {
            body.write(id >> 8);
            body.write(id);
        }
        body.write(0);
        body.writeBytes(payload);
        return packet(0x30 | (dup ? 8 : 0) | qos << 1, body.toByteArray());
    }

    /** PUBACK, PUBREC, PUBREL, PUBCOMP. */
    static byte[] answer(int header, int id, int code) {
        return packet(header, new byte[] {(byte) (id >> 8), (byte) id, (byte) code});
    }

    private static byte[] packet(int header, byte[] body) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(header);
        int left = body.length;
        for (; left > 0x7F; left >>= 7) {
            whole.write(left & 0x7F | 0x80);
        }
        whole.write(left);
        whole.writeBytes(body);
        return whole.toByteArray();
    }

    /** The rows of some kinds, each without client, connection and time. */
    static List<List<Object>> rows(Recorder recorder, String... kinds) {
        List<List<Object>> rows = new ArrayList<>();
        for (Recorder.Row row : recorder.rows()) {
            if (List.of(kinds).contains(row.event())) {
                Map<String, Object> members = EventFile.members(row);
                List.of("event", "client", "connection", "at_us").forEach(members::remove);
                rows.add(new ArrayList<>(members.values()));
            }
        }
        return rows;
    }
}
