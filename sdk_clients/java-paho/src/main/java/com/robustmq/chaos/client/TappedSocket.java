package com.robustmq.chaos.client;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** A socket of which everything is shown: what came before the library has it, what goes before it is out. */
final class TappedSocket extends Socket implements WireSocket {
    private static final long MUTE_TICK_MS = 1_000;
    static final int PEER_LIMIT_MS = 2_000;

    private final Watcher watcher;
    private final Object lock = new Object();
    /** Cut: nothing that happens from now on is of this connection. */
    private boolean isOver;

    private volatile boolean isMute;
    private boolean isReleased;
    /** A DISCONNECT is out or on its way. Whatever still comes in is read by nobody. */
    private volatile boolean hasLeft;

    TappedSocket(Watcher watcher) {
        this.watcher = watcher;
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
                while (true) {
                    int count = readOrEnd(in, bytes, offset, length);
                    if (count < 0 || came(bytes, offset, count)) {
                        return count;
                    }
                }
            }
        };
    }

    private int readOrEnd(InputStream in, byte[] bytes, int offset, int length) throws IOException {
        awaitVoice();
        try {
            int count = in.read(bytes, offset, length);
            if (count < 0) {
                end();
            }
            return count;
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            watcher.lostReason = Errors.text(e);
            end();
            throw e;
        }
    }

    /** On a mute connection nothing ever comes, as on one where nothing is sent. */
    private void awaitVoice() throws SocketTimeoutException {
        synchronized (lock) {
            if (isMute && !isReleased) {
                try {
                    lock.wait(MUTE_TICK_MS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new SocketTimeoutException("mute");
            }
        }
    }

    /** False where nobody is to have it. */
    private boolean came(byte[] bytes, int offset, int count) throws SocketException {
        synchronized (lock) {
            if (isOver) {
                throw new SocketException("cut");
            }
            if (isMute || hasLeft) {
                return false;
            }
            watcher.receives(bytes, offset, count);
            return true;
        }
    }

    private void end() {
        synchronized (lock) {
            if (!isMute || isReleased) {
                watcher.ended("peer");
            }
        }
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                boolean isLast;
                synchronized (lock) {
                    if (isOver) {
                        throw new SocketException("cut");
                    }
                    if (isMute) {
                        return;
                    }
                    isLast = watcher.sends(bytes, offset, length);
                    hasLeft = isLast;
                }
                out.write(bytes, offset, length);
                if (isLast) {
                    watcher.tookLeave();
                }
            }
        };
    }

    /** By the library. */
    @Override
    public void close() throws IOException {
        synchronized (lock) {
            if (isMute && !isReleased) {
                return;
            }
            if (!isOver && isConnected()) {
                watcher.libraryCloses();
            }
            isOver = true;
        }
        if (hasLeft) {
            awaitPeer();
        }
        super.close();
        watcher.ended("peer");
    }

    /** A socket that is closed with something unread is reset: the other side may then never read the DISCONNECT. */
    private void awaitPeer() {
        try {
            super.shutdownOutput();
            setSoTimeout(PEER_LIMIT_MS);
            byte[] unread = new byte[4_096];
            long limitUs = Clock.nowUs() + PEER_LIMIT_MS * 1_000L;
            while (super.getInputStream().read(unread) >= 0 && Clock.nowUs() < limitUs) {}
        } catch (IOException e) {
            // It has ended, or takes its time.
        }
    }

    @Override
    public void shutdownInput() throws IOException {
        if (!isMute && !hasLeft) {
            super.shutdownInput();
        }
    }

    @Override
    public void shutdownOutput() throws IOException {
        if (!isMute) {
            super.shutdownOutput();
        }
    }

    @Override
    public void cut(Runnable moment) {
        synchronized (lock) {
            if (!isOver) {
                isOver = true;
                moment.run();
            }
        }
        closeNow();
    }

    @Override
    public void mute(Runnable moment) {
        synchronized (lock) {
            isMute = true;
            moment.run();
        }
    }

    @Override
    public void release() {
        synchronized (lock) {
            isReleased = true;
            isOver = true;
            lock.notifyAll();
        }
        closeNow();
    }

    private void closeNow() {
        try {
            super.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }
}
