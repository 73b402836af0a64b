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
            r#"MESSAGE_COUNT: expected a whole number from 1 to 1000000, got "0""#,
            r#"MESSAGE_RATE: expected a number from 0.001 to 100000, got "fast""#,
            r#"TOPIC: expected a topic name without wildcards, at most 65535 bytes, got "a/#""#,
            "MQTT_PASSWORD: expected MQTT_USERNAME beside it, as MQTT 3.1.1 demands, got a password alone",
        ]
    );
}

#[test]
fn what_only_rust_takes_for_a_number_is_refused() {
    let rates = ["NaN", "inf", "-1", "0", "1e3", "+7", " 7", ".5", "5.", "1.2.3"].map(|rate| ("MESSAGE_RATE", rate));
    let counts = ["+7", "7.0", " 7", "1_000", "1000001"].map(|count| ("MESSAGE_COUNT", count));
    for variable in rates.into_iter().chain(counts) {
        let errors = parse(&[("CLUSTER_ENDPOINT", "a:1"), variable]);
        assert_eq!(errors.expect_err(variable.1).len(), 1, "{variable:?}");
    }
}

#[test]
fn an_endpoint_without_a_usable_host_or_port_is_refused() {
    for endpoint in ["host", "host:0", "host:65536", ":1883", "::1:1883", "a b:1"] {
        let errors = parse(&[("CLUSTER_ENDPOINT", endpoint)]);
        assert_eq!(errors.expect_err(endpoint).len(), 1, "{endpoint}");
    }
}

#[test]
fn a_session_is_persistent_or_clean() {
    for (session, clean) in [
        ("", Some(false)),
        ("persistent", Some(false)),
        ("clean", Some(true)),
        ("new", None),
    ] {
        let parsed = parse(&[("CLUSTER_ENDPOINT", "a:1"), ("SUBSCRIBER_SESSION", session)]);
        assert_eq!(parsed.ok().map(|config| config.clean_subscriber), clean, "{session}");
    }
}

#[test]
fn only_mqtt_3_1_1_and_5_are_spoken() {
    for (version, accepted) in [("3.1.1", true), ("5", true), ("4", false)] {
        let parsed = parse(&[("CLUSTER_ENDPOINT", "a:1"), ("MQTT_VERSION", version)]);
        assert_eq!(parsed.is_ok(), accepted, "{version}");
    }
}
