package com.robustmq.chaos.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the packets that a ledger of version 2 is made of. A packet that cannot be read throws a {@link RuntimeException}. */
final class WirePackets {
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBSCRIBE = 8;
    static final int SUBACK = 9;
    static final int UNSUBACK = 11;
    static final int PINGREQ = 12;
    static final int PINGRESP = 13;
    static final int DISCONNECT = 14;

    /** Properties of MQTT 5. */
    static final int SERVER_KEEP_ALIVE = 0x13;

    static final int RECEIVE_MAXIMUM = 0x21;
    static final int MAXIMUM_QOS = 0x24;
    static final int RETAIN_AVAILABLE = 0x25;
    static final int SHARED_AVAILABLE = 0x2A;

    /** {@code properties}: those of the CONNACK that are numbers. */
    record Connack(int code, boolean sessionPresent, Map<Integer, Integer> properties) {}

    /** {@code id} is 0 at QoS 0. */
    record Publish(String topic, byte[] payload, int qos, boolean retain, boolean dup, int id) {}

    record Answer(int id, int code) {}

    record Subscribe(int id, Map<String, Integer> qosOfFilter) {}

    record Suback(int id, List<Integer> codes) {}

    private WirePackets() {}

    static Connack connack(byte[] body, boolean is5) {
        ByteBuffer in = ByteBuffer.wrap(body);
        boolean present = (in.get() & 1) != 0;
        int code = in.get() & 0xFF;
        return new Connack(code, present, is5 && in.hasRemaining() ? properties(in) : Map.of());
    }

    static Publish publish(int header, byte[] body, boolean is5) {
        ByteBuffer in = ByteBuffer.wrap(body);
        int qos = header >> 1 & 3;
        String topic = text(in);
        int id = qos > 0 ? in.getShort() & 0xFFFF : 0;
        if (is5) {
            properties(in);
        }
        byte[] payload = new byte[in.remaining()];
        in.get(payload);
        return new Publish(topic, payload, qos, (header & 1) != 0, (header & 8) != 0, id);
    }

    /** A PUBACK, PUBREC, PUBREL, PUBCOMP or UNSUBACK. */
    static Answer answer(byte[] body, boolean is5) {
        int id = (body[0] & 0xFF) << 8 | body[1] & 0xFF;
        return new Answer(id, is5 && body.length > 2 ? body[2] & 0xFF : 0);
    }

    static Subscribe subscribe(byte[] body, boolean is5) {
        ByteBuffer in = ByteBuffer.wrap(body);
        int id = in.getShort() & 0xFFFF;
        if (is5) {
            properties(in);
        }
        Map<String, Integer> qosOfFilter = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            qosOfFilter.put(text(in), in.get() & 3);
        }
        return new Subscribe(id, qosOfFilter);
    }

    static Suback suback(byte[] body, boolean is5) {
        ByteBuffer in = ByteBuffer.wrap(body);
        int id = in.getShort() & 0xFFFF;
        if (is5) {
            properties(in);
        }
        List<Integer> codes = new ArrayList<>();
        while (in.hasRemaining()) {
            codes.add(in.get() & 0xFF);
        }
        return new Suback(id, codes);
    }

    static int disconnectCode(byte[] body) {
        return body.length == 0 ? 0 : body[0] & 0xFF;
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort() & 0xFFFF];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Those that are numbers, by their identifier. */
    private static Map<Integer, Integer> properties(ByteBuffer in) {
        Map<Integer, Integer> numbers = new HashMap<>();
        int length = variable(in);
        int end = in.position() + length;
        while (in.position() < end) {
            int identifier = in.get() & 0xFF;
            switch (identifier) {
                case 0x01, 0x17, 0x19, MAXIMUM_QOS, RETAIN_AVAILABLE, 0x28, 0x29, SHARED_AVAILABLE ->
                    numbers.put(identifier, in.get() & 0xFF);
                case SERVER_KEEP_ALIVE, RECEIVE_MAXIMUM, 0x22, 0x23 -> numbers.put(identifier, in.getShort() & 0xFFFF);
                case 0x02, 0x11, 0x18, 0x27 -> numbers.put(identifier, in.getInt());
                case 0x0B -> numbers.put(identifier, variable(in));
                case 0x26 -> {
                    text(in);
                    text(in);
                }
                default -> text(in);
            }
        }
        return numbers;
    }

    private static int variable(ByteBuffer in) {
        int number = 0;
        for (int shift = 0; ; shift += 7) {
            int digit = in.get() & 0xFF;
            number |= (digit & 0x7F) << shift;
            if (digit < 0x80) {
                return number;
            }
        }
    }
}
