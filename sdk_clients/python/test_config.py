import unittest

from config import ConfigError, read_config

MINIMUM = {"CLUSTER_ENDPOINT": "127.0.0.1:1883"}


def problems_of(**env: str) -> list[str]:
    try:
        read_config({**MINIMUM, **env})
    except ConfigError as error:
        return error.problems
    return []


class Config(unittest.TestCase):
    def test_an_endpoint_is_all_that_must_be_given(self) -> None:
        config = read_config(MINIMUM)
        self.assertEqual([str(e) for e in config.endpoints], ["127.0.0.1:1883"])
        self.assertEqual((config.message_count, config.message_rate, config.payload_bytes), (1000, 50, 256))
        self.assertIn(config.client_id, config.topic)

    def test_two_clients_without_an_id_do_not_share_one(self) -> None:
        self.assertNotEqual(read_config(MINIMUM).client_id, read_config(MINIMUM).client_id)

    def test_several_endpoints_take_the_place_of_the_single_one(self) -> None:
        config = read_config({**MINIMUM, "CLUSTER_ENDPOINTS": "a:1, [::1]:2"})
        self.assertEqual([(e.host, e.port) for e in config.endpoints], [("a", 1), ("::1", 2)])

    def test_an_empty_value_counts_as_unset(self) -> None:
        self.assertEqual(read_config({**MINIMUM, "MESSAGE_COUNT": ""}).message_count, 1000)

    def test_names_the_variable_what_was_expected_and_what_came(self) -> None:
        self.assertEqual(
            problems_of(MESSAGE_COUNT="many"), ['MESSAGE_COUNT: expected a whole number from 1 to 1000000, got "many"']
        )

    def test_reports_all_problems_at_once(self) -> None:
        self.assertEqual(len(problems_of(CLUSTER_ENDPOINT="", MESSAGE_RATE="0", TIME_LIMIT_MS="-1")), 3)

    def test_refuses_what_only_python_takes_for_a_number(self) -> None:
        for value in ("1_000", " 7", "7.0", "+7", "٣", "1e3", "nan", "0", "1000001"):
            self.assertEqual(len(problems_of(MESSAGE_COUNT=value)), 1, value)

    def test_refuses_endpoints_without_a_usable_port(self) -> None:
        for value in ("host", "host:0", "host:65536", ":1883", "a:1,,b:2", "::1:1883"):
            self.assertGreaterEqual(len(problems_of(CLUSTER_ENDPOINTS=value)), 1, value)

    def test_speaks_only_3_1_1_and_5(self) -> None:
        self.assertIn("MQTT_VERSION", problems_of(MQTT_VERSION="4")[0])
        self.assertIn("SUBSCRIBER_SESSION", problems_of(SUBSCRIBER_SESSION="new")[0])

    def test_never_repeats_a_password(self) -> None:
        self.assertNotIn("secret", problems_of(MQTT_PASSWORD="secret")[0])

    def test_refuses_a_topic_with_wildcards(self) -> None:
        self.assertEqual(len(problems_of(TOPIC="a/#")), 1)


if __name__ == "__main__":
    unittest.main()
