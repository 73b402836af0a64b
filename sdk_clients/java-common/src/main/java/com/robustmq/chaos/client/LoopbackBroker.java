package com.robustmq.chaos.client;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Just enough of an MQTT broker for {@link ClassDataExercise}: everyone who subscribes gets every publish, once. It speaks what the
 * first client speaks, and so do all.
 */
final class LoopbackBroker implements AutoCloseable {
    private static final int CONNECT = 1;
    private static final int PUBLISH = 3;
    private static final int SUBSCRIBE = 8;
    private static final int UNSUBSCRIBE = 10;
    private static final int PINGREQ = 12;

    /** Where a CONNECT has its version, behind the name "MQTT", and which of them has properties in its packets. */
    private static final int VERSION_AT = 6;

    private static final int VERSION_5 = 5;

    private final ServerSocket listener;
    private final List<DataOutputStream> subscribers = new CopyOnWriteArrayList<>();

    private volatile byte[] noProperties = {};

    private LoopbackBroker(ServerSocket listener) {
        this.listener = listener;
    }

    static LoopbackBroker start() throws IOException {
        LoopbackBroker broker = new LoopbackBroker(new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
        startThread(broker::accept);
        return broker;
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private interface Loop {
        void run() throws IOException;
    }

    private static void startThread(Loop loop) {
        Thread thread = new Thread(() -> {
            try {
                loop.run();
            } catch (IOException e) {
                // A closed socket is how each of these loops ends.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket socket = listener.accept();
            startThread(() -> serve(socket));
        }
    }

    private void serve(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        try (socket) {
            while (true) {
                int header = in.readUnsignedByte();
                byte[] body = new byte[remainingLength(in)];
                in.readFully(body);
                answer(header, body, out);
            }
        } finally {
            subscribers.remove(out);
        }
    }

    private void answer(int header, byte[] body, DataOutputStream out) throws IOException {
        switch (header >> 4) {
            case CONNECT -> {
                noProperties = new byte[body[VERSION_AT] == VERSION_5 ? 1 : 0];
                send(out, 0x20, joined(new byte[] {0, 0}, noProperties));
            }
            case SUBSCRIBE -> {
                subscribers.add(out);
                send(out, 0x90, joined(new byte[] {body[0], body[1]}, noProperties, new byte[] {1}));
            }
            case UNSUBSCRIBE -> send(out, 0xB0, joined(new byte[] {body[0], body[1]}, noProperties, noProperties));
            case PINGREQ -> send(out, 0xD0, new byte[0]);
            case PUBLISH -> {
                int packetId = 2 + ((body[0] & 0xFF) << 8 | body[1] & 0xFF);
                send(out, 0x40, new byte[] {body[packetId], body[packetId + 1]});
                subscribers.forEach(subscriber -> sendUnchecked(subscriber, header, body));
            }
            default -> { }
        }
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    private static int remainingLength(DataInputStream in) throws IOException {
        int length = 0;
        for (int shift = 0; ; shift += 7) {
            int digit = in.readUnsignedByte();
            length |= (digit & 0x7F) << shift;
            if (digit < 0x80) {
                return length;
            }
        }
    }

    private static void sendUnchecked(DataOutputStream out, int header, byte[] body) {
        try {
            send(out, header, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void send(DataOutputStream out, int header, byte[] body) throws IOException {
        synchronized (out) {
            out.writeByte(header);
            int length = body.length;
            for (; length > 0x7F; length >>= 7) {
                out.writeByte(length & 0x7F | 0x80);
            }
            out.writeByte(length);
            out.write(body);
            out.flush();
        }
    }
}
