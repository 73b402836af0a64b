use super::Config;
use std::collections::HashMap;
use std::time::Duration;

fn parse(variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    Config::parse(|name| variables.get(name).map(ToString::to_string), "1")
}

#[test]
fn one_endpoint_is_enough() {
    let config = parse(&[("CLUSTER_ENDPOINT", "localhost:1883")]).expect("it is valid");

    assert_eq!(config.endpoints.len(), 1);
    assert_eq!(config.endpoints[0].to_string(), "localhost:1883");
    assert_eq!((config.message_count, config.message_rate), (1_000, 50.0));
    assert_eq!(config.drain_max, Duration::from_secs(30));
    assert_eq!(config.publisher_id(), "rust-1-pub");
}

#[test]
fn the_list_of_endpoints_wins() {
    let config = parse(&[("CLUSTER_ENDPOINT", "a:1"), ("CLUSTER_ENDPOINTS", "b:2, [::1]:3")]).expect("it is valid");

    let endpoints: Vec<String> = config.endpoints.iter().map(ToString::to_string).collect();
    assert_eq!(endpoints, ["b:2", "[::1]:3"]);
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let errors = parse(&[
        ("CLUSTER_ENDPOINT", "nowhere"),
        ("MESSAGE_COUNT", "0"),
        ("MESSAGE_RATE", "fast"),
        ("TOPIC", "a/#"),
        ("MQTT_PASSWORD", "secret"),
    ])
    .expect_err("it is not valid");

    assert_eq!(
        errors,
        [
            r#"CLUSTER_ENDPOINT: expected host:port, got "nowhere""#,
            r#"MESSAGE_COUNT: expected a number from 1 to 1000000, got "0""#,
            r#"MESSAGE_RATE: expected a number from 0.001 to 100000, got "fast""#,
            r#"TOPIC: expected a topic without wildcards, got "a/#""#,
            "MQTT_USERNAME: expected a name, because MQTT_PASSWORD is set, got none",
        ]
    );
}

#[test]
fn a_value_that_is_not_a_finite_number_is_refused() {
    for rate in ["NaN", "inf", "-1", "0"] {
        let errors = parse(&[("CLUSTER_ENDPOINT", "a:1"), ("MESSAGE_RATE", rate)]);
        assert!(errors.is_err(), "{rate}");
    }
}

#[test]
fn only_mqtt_3_1_1_is_spoken() {
    for (version, accepted) in [("3.1.1", true), ("5", false), ("4", false)] {
        let parsed = parse(&[("CLUSTER_ENDPOINT", "a:1"), ("MQTT_VERSION", version)]);
        assert_eq!(parsed.is_ok(), accepted, "{version}");
    }
}
