package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConfigTest {
    private static Config parse(Map<String, String> variables) throws ConfigException {
        return Config.parse(variables::get, new AnyLibrary(), "1");
    }

    @Test
    @DisplayName("one endpoint is enough")
    void defaults() throws ConfigException {
        Config config = parse(Map.of("CLUSTER_ENDPOINT", "localhost:1883"));

        assertEquals(List.of(new Endpoint("localhost", 1883)), config.endpoints());
        assertEquals(1_000, config.messageCount());
        assertEquals("java-1-pub", config.clientId(Role.PUBLISHER));
    }

    @Test
    @DisplayName("the list of endpoints wins")
    void endpoints() throws ConfigException {
        Config config = parse(Map.of("CLUSTER_ENDPOINT", "a:1", "CLUSTER_ENDPOINTS", "b:2, [::1]:3"));

        assertEquals("[b:2, [::1]:3]", config.endpoints().toString());
    }

    @Test
    @DisplayName("everything wrong is reported at once")
    void problems() {
        ConfigException thrown = assertThrows(
                ConfigException.class,
                () -> parse(Map.of(
                        "CLUSTER_ENDPOINT", "nowhere",
                        "MESSAGE_COUNT", "0",
                        "MESSAGE_RATE", "NaN",
                        "TOPIC", "a/#",
                        "MQTT_PASSWORD", "secret")));

        assertEquals(
                List.of(
                        "CLUSTER_ENDPOINT: expected host:port, got \"nowhere\"",
                        "MESSAGE_COUNT: expected a whole number from 1 to 1000000, got \"0\"",
                        "MESSAGE_RATE: expected a number from 0.001 to 100000, got \"NaN\"",
                        "TOPIC: expected a topic name without wildcards, at most 65535 bytes, got \"a/#\"",
                        "MQTT_PASSWORD: expected MQTT_USERNAME beside it, as MQTT 3.1.1 demands, got a password alone"),
                thrown.problems());
    }

    @Test
    @DisplayName("what only Java takes for a number is refused")
    void numbers() {
        for (String rate : List.of("NaN", "1e3", "+7", " 7", "7d", ".5", "0", "100001")) {
            assertThrows(
                    ConfigException.class,
                    () -> parse(Map.of("CLUSTER_ENDPOINT", "a:1", "MESSAGE_RATE", rate)),
                    rate);
        }
        for (String count : List.of("+7", "7.0", " 7", "99999999999", "1000001")) {
            assertThrows(
                    ConfigException.class,
                    () -> parse(Map.of("CLUSTER_ENDPOINT", "a:1", "MESSAGE_COUNT", count)),
                    count);
        }
    }

    @Test
    @DisplayName("an endpoint without a usable host or port is refused")
    void unusableEndpoints() {
        for (String endpoint : List.of("host", "host:0", "host:65536", ":1883", "::1:1883", "a b:1")) {
            assertThrows(ConfigException.class, () -> parse(Map.of("CLUSTER_ENDPOINT", endpoint)), endpoint);
        }
    }

    @Test
    @DisplayName("a session is persistent or clean")
    void session() {
        assertThrows(
                ConfigException.class, () -> parse(Map.of("CLUSTER_ENDPOINT", "a:1", "SUBSCRIBER_SESSION", "new")));
    }

    @Test
    @DisplayName("only MQTT 3.1.1 and 5 are spoken")
    void version() {
        for (String version : List.of("3", "4")) {
            assertThrows(
                    ConfigException.class,
                    () -> parse(Map.of("CLUSTER_ENDPOINT", "a:1", "MQTT_VERSION", version)),
                    version);
        }
    }
}
