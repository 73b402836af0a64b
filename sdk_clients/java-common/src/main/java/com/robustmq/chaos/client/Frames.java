package com.robustmq.chaos.client;

import java.io.ByteArrayOutputStream;

/** Cuts what goes over a connection in one direction into packets. For one thread at a time. */
final class Frames {
    /** {@code header} is the first byte of a packet, {@code body} all behind its length. */
    interface Taker {
        void packet(int header, byte[] body);
    }

    private enum Part {
        TYPE,
        LENGTH,
        BODY
    }

    private final Taker taker;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private Part part = Part.TYPE;
    private int header;
    private int left;
    private int shift;

    Frames(Taker taker) {
        this.taker = taker;
    }

    void pass(byte[] bytes, int offset, int length) {
        int end = offset + length;
        for (int at = offset; at < end; ) {
            switch (part) {
                case TYPE -> {
                    header = bytes[at++] & 0xFF;
                    left = 0;
                    shift = 0;
                    part = Part.LENGTH;
                }
                case LENGTH -> {
                    int digit = bytes[at++] & 0xFF;
                    left |= (digit & 0x7F) << shift;
                    shift += 7;
                    if (digit < 0x80) {
                        part = Part.BODY;
                        finishIfWhole();
                    }
                }
                case BODY -> {
                    int taken = Math.min(left, end - at);
                    body.write(bytes, at, taken);
                    at += taken;
                    left -= taken;
                    finishIfWhole();
                }
            }
        }
    }

    private void finishIfWhole() {
        if (left > 0) {
            return;
        }
        part = Part.TYPE;
        byte[] whole = body.toByteArray();
        body.reset();
        taker.packet(header, whole);
    }
}
