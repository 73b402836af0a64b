use super::deaths::{MAX_DEATHS, USUAL_DEATHS};
use super::{Death, Kind, WorkloadConfig};
use crate::workload::{Leaving, Spec, WORKLOADS};
use std::collections::{HashMap, HashSet};

const OPEN_FILES: u64 = 20_000;

fn spec(name: &str) -> &'static Spec {
    WORKLOADS.iter().find(|spec| spec.name == name).expect("a workload")
}

fn parse(workload: &str, changes: &[(&str, &str)]) -> Result<WorkloadConfig, Vec<String>> {
    let mut all = HashMap::from([("CLUSTER_ENDPOINT", "a:1"), ("CLUSTER_ENDPOINTS", "a:1,b:2,c:3")]);
    all.extend(changes.iter().copied());
    WorkloadConfig::parse(
        |name| all.get(name).map(ToString::to_string),
        "1",
        spec(workload),
        OPEN_FILES,
    )
}

#[test]
fn each_workload_has_its_own_defaults() {
    for (workload, qos, in_flight) in [
        ("qos-mix", vec![0, 1, 2], 20),
        ("sessions", vec![1], 20),
        ("retained", vec![1], 1),
        ("failover", vec![1, 2], 20),
        ("shared", vec![1], 20),
    ] {
        let config = parse(workload, &[]).expect("it is valid");
        assert_eq!((config.qos, config.in_flight), (qos, in_flight), "{workload}");
        assert_eq!((config.reader_endpoints, config.deaths), (vec![0, 1, 2], vec![]));
    }
}

#[test]
fn moves_are_read_in_their_order() {
    use Leaving::{Cut, Disconnect};
    for (workload, moves, every_ms) in [("failover", vec![Disconnect, Cut], 2_000), ("shared", vec![Cut], 5_000)] {
        let config = parse(workload, &[]).expect("it is valid");
        assert_eq!(
            (config.moves, config.move_every_ms, config.members),
            (moves, every_ms, 3),
            "{workload}"
        );
    }
    let config = parse("failover", &[("MOVES", "cut, leave")]).expect("it is valid");
    assert_eq!(config.moves, [Cut, Disconnect]);
}

#[test]
fn a_crowd_is_no_larger_than_the_files_that_may_be_open() {
    let most = (OPEN_FILES - 100).to_string();
    assert!(parse("crowd", &[("CONNECTIONS", &most)]).is_ok());
    let errors = parse("crowd", &[("CONNECTIONS", "20000")]).expect_err("too many");
    assert!(
        errors.len() == 1
            && errors[0].starts_with("CONNECTIONS: expected at most 19900, ")
            && errors[0].contains("20000 files"),
        "{errors:?}"
    );
    // Nobody else opens them.
    assert!(parse("qos-mix", &[("CONNECTIONS", "20000")]).is_ok());
}

#[test]
fn sessions_are_spread_evenly_over_a_crowd() {
    for (share, persistent) in [
        ("0", vec![]),
        ("0.5", vec![1, 3, 5]),
        ("0.3", vec![3]),
        ("1", vec![0, 1, 2, 3, 4, 5]),
    ] {
        let config = parse("crowd", &[("PERSISTENT_SHARE", share)])
            .expect("it is valid")
            .crowd;
        let found: Vec<usize> = (0..6).filter(|n| config.is_persistent(*n)).collect();
        assert_eq!(found, persistent, "{share}");
    }
}

#[test]
fn every_workload_reads_the_environment_of_all_clients_too() {
    for spec in WORKLOADS {
        let errors = parse(spec.name, &[("MESSAGE_COUNT", "no"), ("TOPIC", "a/+")]).expect_err("it is not valid");
        let names: Vec<_> = errors.iter().filter_map(|error| error.split(':').next()).collect();
        assert_eq!(names, ["MESSAGE_COUNT", "TOPIC"], "{}", spec.name);
    }
}

#[test]
fn the_plan_of_deaths_is_read() {
    let plan = "10:2:cut:0:3, 20:0:disconnect04:2:0";
    let config = parse("wills", &[("MQTT_VERSION", "5"), ("DEATHS", plan)]).expect("it is valid");
    let death = |at_ms, endpoint, kind, qos, delay_s| Death {
        at_ms,
        endpoint,
        kind,
        qos,
        delay_s,
    };
    let expected = [death(10, 2, Kind::Cut, 0, 3), death(20, 0, Kind::Disconnect04, 2, 0)];
    assert_eq!(config.deaths, expected);
}

#[test]
fn one_client_dies_each_second_where_no_deaths_are_given() {
    for (count, deaths) in [("1", USUAL_DEATHS.len()), ("1000", 20), ("1000000", MAX_DEATHS)] {
        let config = parse("wills", &[("MESSAGE_COUNT", count), ("MESSAGE_RATE", "50")]).expect("it is valid");
        let ways: HashSet<_> = config
            .deaths
            .iter()
            .map(|death| (death.kind.name(), death.qos))
            .collect();
        assert_eq!((config.deaths.len(), ways.len()), (deaths, USUAL_DEATHS.len()));
        for (i, death) in (1..).zip(&config.deaths) {
            assert_eq!((death.at_ms, death.endpoint), (1_000 * i as u64, i % 3));
        }
    }
}

#[test]
fn what_a_workload_cannot_use_is_refused() {
    let many = "1:0:cut:1:0,".repeat(201);
    for (workload, name, value, version, expected) in [
        ("wills", "DEATHS", ",", "5", "1 to 200 of at_ms:"),
        ("wills", "DEATHS", many.as_str(), "5", "got 201 of them"),
        ("wills", "DEATHS", "1:3:cut:1:0", "5", "from 0 to 2"),
        ("wills", "DEATHS", "1:0:kill:1:0", "5", "at_ms:"),
        ("wills", "DEATHS", "1:0:cut:3:0", "5", "at_ms:"),
        ("wills", "DEATHS", "-1:0:cut:1:0", "5", "at_ms:"),
        ("wills", "DEATHS", "1:0:cut:1", "5", "at_ms:"),
        (
            "wills",
            "DEATHS",
            "1:0:disconnect04:1:0",
            "3.1.1",
            "MQTT 3.1.1 does not have",
        ),
        ("wills", "DEATHS", "1:0:cut:1:5", "3.1.1", "MQTT 3.1.1 does not have"),
        ("qos-mix", "QOS", "3", "", "0, 1 or 2"),
        ("qos-mix", "QOS", "1,1", "", "0, 1 or 2"),
        ("qos-mix", "QOS", "0,,1", "", "0, 1 or 2"),
        ("qos-mix", "QOS", "01", "", "0, 1 or 2"),
        ("qos-mix", "IN_FLIGHT", "0", "", "from 1 to 10000"),
        ("retained", "READER_ENDPOINTS", "3", "", "places"),
        ("retained", "READER_ENDPOINTS", "0,0", "", "places"),
        ("retained", "READER_ENDPOINTS", "a", "", "places"),
        ("failover", "MOVES", "cut,cut", "", "leave or cut, each once"),
        ("failover", "MOVES", "leave,", "", "leave or cut, each once"),
        ("failover", "MOVE_EVERY_MS", "99", "", "from 100 to 3600000"),
        ("shared", "MEMBERS", "101", "", "from 1 to 100"),
        ("crowd", "CONNECTIONS", "20001", "", "from 1 to 20000"),
        ("crowd", "CONNECT_RATE", "10001", "", "from 1 to 10000"),
        ("crowd", "PERSISTENT_SHARE", "1.1", "", "from 0 to 1"),
        ("crowd", "SUBSCRIBE_QOS", "2", "", "from 0 to 1"),
        ("crowd", "BACKOFF_MS", "0", "", "from 1 to 60000"),
        ("crowd", "CONNACK_LIMIT_MS", "60001", "", "from 1 to 60000"),
        ("sessions", "RESUME_ENDPOINT", "3", "", "a whole number from 0 to 2"),
    ] {
        let errors = parse(workload, &[(name, value), ("MQTT_VERSION", version)]).expect_err(value);
        let is_right = errors[0].starts_with(&format!("{name}: expected ")) && errors[0].contains(expected);
        assert!(errors.len() == 1 && is_right, "{name}={value:.40}: {errors:?}");
    }
}

#[test]
fn nobody_comes_back_before_leaving() {
    let times = [("OFFLINE_AT_MS", "3000"), ("RESUME_AT_MS", "2000")];
    let errors = parse("sessions", &times).expect_err("it is not valid");
    assert_eq!(errors, ["RESUME_AT_MS: expected at least OFFLINE_AT_MS=3000, got 2000"]);
    let [offline, resume] = times;
    assert!(parse("sessions", &[offline, resume, ("RESUME_FILE", "/x")]).is_ok());
}
