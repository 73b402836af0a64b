package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PacketsTest {
    private static final int LONG_BODY = 300;

    /** A CONNACK, a PINGRESP without a body, and two PUBLISH full of bytes that look like headers, one of them long. */
    private static byte[] stream() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {0x20, 3, 0, 0, 0, (byte) 0xD0, 0, 0x32, 4, 0x30, 0x30, 0x30, (byte) 0xE0});
        bytes.writeBytes(new byte[] {0x30, (byte) (LONG_BODY & 0x7F | 0x80), (byte) (LONG_BODY >> 7)});
        for (int at = 0; at < LONG_BODY; at++) {
            bytes.write(0xE0);
        }
        return bytes.toByteArray();
    }

    @Test
    @DisplayName("a PUBLISH is counted once, however the stream is cut")
    void publishes() {
        byte[] stream = stream();
        for (int size = 1; size <= stream.length; size++) {
            Packets packets = new Packets();
            for (int at = 0; at < stream.length; at += size) {
                packets.passed(stream, at, Math.min(size, stream.length - at));
            }
            assertEquals(2, packets.publishes(), "in pieces of " + size);
            assertFalse(packets.isDisconnected());
        }
    }

    @Test
    @DisplayName("a DISCONNECT is seen by its first byte")
    void disconnect() {
        Packets packets = new Packets();
        byte[] stream = stream();
        packets.passed(stream, 0, stream.length);
        packets.passed(new byte[] {(byte) 0xE0}, 0, 1);
        assertTrue(packets.isDisconnected());
    }
}
