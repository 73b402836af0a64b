package com.robustmq.chaos.client;

/** Follows a stream of MQTT packets by their fixed headers: how many PUBLISH have begun, and whether a DISCONNECT has. Pure. */
final class Packets {
    private static final int PUBLISH = 3;
    private static final int DISCONNECT = 14;

    private enum Part {
        TYPE,
        LENGTH,
        BODY
    }

    private Part part = Part.TYPE;
    private int left;
    private int shift;
    private int publishes;
    private boolean disconnected;

    int publishes() {
        return publishes;
    }

    boolean isDisconnected() {
        return disconnected;
    }

    void passed(byte[] bytes, int offset, int count) {
        for (int at = offset; at < offset + count; ) {
            switch (part) {
                case TYPE -> begin((bytes[at++] & 0xFF) >> 4);
                case LENGTH -> lengthDigit(bytes[at++] & 0xFF);
                case BODY -> {
                    int skipped = Math.min(left, offset + count - at);
                    at += skipped;
                    left -= skipped;
                    part = left == 0 ? Part.TYPE : Part.BODY;
                }
            }
        }
    }

    private void begin(int type) {
        publishes += type == PUBLISH ? 1 : 0;
        disconnected = disconnected || type == DISCONNECT;
        left = 0;
        shift = 0;
        part = Part.LENGTH;
    }

    private void lengthDigit(int digit) {
        left |= (digit & 0x7F) << shift;
        shift += 7;
        if (digit < 0x80) {
            part = left == 0 ? Part.TYPE : Part.BODY;
        }
    }
}
