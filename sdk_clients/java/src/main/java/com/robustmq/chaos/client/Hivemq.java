package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import io.reactivex.schedulers.Schedulers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** HiveMQ's library, which speaks both versions. */
final class Hivemq implements WireLibrary {
    private static final int NETTY_THREADS = 2;

    Hivemq() {
        ChannelTaps.install();
    }

    @Override
    public String sdk() {
        return "java";
    }

    @Override
    public String nameAndVersion() {
        return "hivemq-mqtt-client 1.4.0";
    }

    @Override
    public List<String> mqttVersions() {
        return List.of(Config.MQTT_311, Config.MQTT_5);
    }

    @Override
    public Link link(ConnectSettings settings, Consumer<End> ended) {
        MqttClientBuilder builder = MqttClient.builder()
                .identifier(settings.clientId())
                .transportConfig()
                .serverHost(settings.endpoint().host())
                .serverPort(settings.endpoint().port())
                .socketConnectTimeout(ConnectSettings.ATTEMPT_SECONDS, TimeUnit.SECONDS)
                .mqttConnectTimeout(ConnectSettings.ATTEMPT_SECONDS, TimeUnit.SECONDS)
                .applyTransportConfig()
                // Acknowledgements and receipts are entered on the thread that read them: a queue between the two would be
                // part of every latency.
                .executorConfig()
                .nettyThreads(NETTY_THREADS)
                .applicationScheduler(Schedulers.from(Runnable::run))
                .applyExecutorConfig()
                .addDisconnectedListener(
                        context -> ended.accept(new End(context.getCause(), codeOf(context), Clock.nowUs())));
        return settings.mqttVersion().equals(Config.MQTT_5)
                ? Link5.of(builder.useMqttVersion5(), settings)
                : Link3.of(builder.useMqttVersion3(), settings);
    }

    @Override
    public WireClient wireClient(SessionSettings settings) {
        return new HivemqWire(settings);
    }

    /** The code of the broker's DISCONNECT (MQTT 5); null if it sent none. */
    private static Integer codeOf(MqttClientDisconnectedContext context) {
        return context.getSource() == MqttDisconnectSource.SERVER
                        && Errors.root(context.getCause()) instanceof Mqtt5DisconnectException end
                ? end.getMqttMessage().getReasonCode().getCode()
                : null;
    }
}
