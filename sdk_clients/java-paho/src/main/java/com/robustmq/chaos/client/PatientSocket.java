package com.robustmq.chaos.client;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * A socket that shows the library its end only when every message that came before it has been handed over. The library reads on one
 * thread, hands over on another, and throws away what is between the two as soon as it sees the end.
 */
final class PatientSocket extends Socket {
    private static final long LIMIT_US = 1_000_000;

    /** Used by the thread that reads, alone. */
    private final Packets packets = new Packets();

    private int handedOver;
    private boolean ended;

    /** The library has handed a message over. */
    synchronized void handedOver() {
        handedOver++;
        notifyAll();
    }

    private synchronized void end() {
        long limitUs = Clock.nowUs() + LIMIT_US;
        while (handedOver < packets.publishes() && waitUntil(limitUs)) {}
        ended = true;
        notifyAll();
    }

    /** What came before a write failed is still to be read, and maybe the reason: the thread that reads sees the end, too. */
    private synchronized void awaitEnd() {
        long limitUs = Clock.nowUs() + LIMIT_US;
        while (!ended && waitUntil(limitUs)) {}
    }

    /** False when it is that late. */
    private synchronized boolean waitUntil(long limitUs) {
        long leftMs = (limitUs - Clock.nowUs()) / 1_000;
        if (leftMs <= 0) {
            return false;
        }
        try {
            wait(leftMs);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int count;
                try {
                    count = in.read(bytes, offset, length);
                } catch (SocketTimeoutException e) {
                    throw e;
                } catch (IOException e) {
                    end();
                    throw e;
                }
                packets.passed(bytes, offset, Math.max(0, count));
                if (count < 0 || packets.isDisconnected()) {
                    end();
                }
                return count;
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    out.write(bytes, offset, length);
                } catch (IOException e) {
                    awaitEnd();
                    throw e;
                }
            }
        };
    }
}
