package com.robustmq.chaos.client;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One MQTT connection of which everything is recorded. Its calls wait, and are made by one thread at a time. */
final class RecordedConnection {
    /** A NATS node answers a CONNECT that waits for a leader after 5 s. */
    static final long CONNECT_LIMIT_MS = 6_000;

    private static final int REFUSED_FROM = 0x80;
    private static final int UNLIMITED = 65_535;
    private static final Set<Integer> LOGIN_REFUSED = Set.of(4, 5, 0x86, 0x87);

    private final ClientSession session;
    private final Recorder recorder;
    private final Will will;
    private final Watcher watcher;
    private final WireClient client;
    private volatile int receiveMaximum = UNLIMITED;

    RecordedConnection(ClientSession session, Recorder recorder, Will will, Watcher.Listener listener) {
        this.session = session;
        this.recorder = recorder;
        this.will = will;
        this.client = session.client();
        this.watcher = new Watcher(session.state, recorder, will, listener);
    }

    /** Returns once the library has taken CONNACK 0. */
    void open(Endpoint endpoint) throws ConnectionFailed {
        SessionSettings settings = session.settings;
        recorder.event("connect", watcher.who, Clock.nowUs(), endpoint.toString(), settings.clean(), settings.keepAliveS(),
                settings.recordedExpiryS(), EventFile.ofWill(will));
        Throwable failure;
        try {
            client.connect(endpoint, will, watcher).get(CONNECT_LIMIT_MS, TimeUnit.MILLISECONDS);
            receiveMaximum = watcher.connack.properties().getOrDefault(WirePackets.RECEIVE_MAXIMUM, UNLIMITED);
            return;
        } catch (ExecutionException e) {
            failure = e.getCause();
        } catch (TimeoutException e) {
            failure = new TimeoutException("no CONNACK within " + CONNECT_LIMIT_MS / 1_000 + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = e;
        }
        abort(Errors.text(failure));
        WirePackets.Connack answer = watcher.connack;
        if (answer != null && answer.code() != 0) {
            boolean isLogin = LOGIN_REFUSED.contains(answer.code());
            throw new ConnectionFailed("CONNACK refused: 0x%02x".formatted(answer.code()), isLogin);
        }
        throw new ConnectionFailed("expected CONNACK 0, got " + Errors.text(failure), false);
    }

    /** The SUBACK's code; null where none came in time. */
    Integer subscribe(String filter, int qos, long limitMs) {
        CompletableFuture<Integer> suback = watcher.answers.awaitSuback(filter);
        if (isLost()) {
            return null;
        }
        client.subscribe(filter, qos);
        return waitFor(suback, limitMs);
    }

    void unsubscribe(String filter, long limitMs) {
        CompletableFuture<Void> unsuback = watcher.answers.awaitUnsuback();
        if (!isLost()) {
            client.unsubscribe(filter);
            waitFor(unsuback, limitMs);
        }
    }

    /** See {@link WireClient#publish}. */
    CompletableFuture<Void> publish(Publication message) {
        session.state.handOver(message);
        return client.publish(message);
    }

    void disconnect(long limitMs) {
        leave(false, limitMs);
    }

    void disconnectWithWill(long limitMs) {
        leave(true, limitMs);
    }

    private void leave(boolean withWill, long limitMs) {
        if (!isLost()) {
            client.disconnect(withWill);
            if (!waitUntilLost(limitMs)) {
                cut("DISCONNECT not sent in time");
            }
        }
    }

    /** Ends the connection without a DISCONNECT. */
    void cut(String reason) {
        close("own-cut", reason);
    }

    /** What was waited for did not come in time, or came with a refusal. */
    void abort(String reason) {
        WirePackets.Connack answer = watcher.connack;
        close(answer != null && answer.code() != 0 ? "peer" : "timeout", reason);
    }

    private void close(String by, String reason) {
        watcher.lostReason = reason;
        watcher.takeSocket().ifPresent(socket -> socket.cut(() -> watcher.closed(by, Clock.nowUs(), null)));
        watcher.ended(by);
    }

    /** Says nothing more, and keeps the socket open until it is released. */
    void mute() {
        watcher.takeSocket()
                .ifPresent(socket -> socket.mute(() -> watcher.closed("own-mute", watcher.lastSentUs, null)));
    }

    /** The end of a mute connection: after the run, or the end of the process would do it anyway. */
    void release() {
        watcher.takeSocket().ifPresent(WireSocket::release);
    }

    boolean isLost() {
        return watcher.lost.isDone();
    }

    boolean waitUntilLost(long limitMs) {
        waitFor(watcher.lost, limitMs);
        return isLost();
    }

    void waitUntilLost() {
        watcher.lost.join();
    }

    String lostReason() {
        return watcher.lostReason;
    }

    boolean isSessionPresent() {
        return watcher.connack.sessionPresent();
    }

    int maximumQos() {
        return watcher.connack.properties().getOrDefault(WirePackets.MAXIMUM_QOS, 2);
    }

    int receiveMaximum() {
        return receiveMaximum;
    }

    static boolean isRefused(int code) {
        return code >= REFUSED_FROM;
    }

    private static <T> T waitFor(CompletableFuture<T> answer, long limitMs) {
        try {
            return answer.get(limitMs, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
