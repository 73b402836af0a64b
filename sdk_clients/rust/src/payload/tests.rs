use super::PayloadFormat;

fn format_of(bytes: usize) -> PayloadFormat {
    PayloadFormat::new("run \"1\"", "baseline", "c-pub", bytes)
}

#[test]
fn a_payload_has_the_asked_size_and_is_recognised() {
    let format = format_of(256);
    let payload = format.build(7, 1_234_567);

    assert_eq!(payload.len(), 256);
    assert_eq!(format.named_by(payload.as_bytes()), Some((7, 1_234_567)));
    let value: serde_json::Value = serde_json::from_str(&payload).expect("a payload is JSON");
    assert_eq!(value["intended_us"], 1_234_567);
    assert_eq!(value["run"], "run \"1\"");
}

#[test]
fn a_payload_that_needs_more_than_the_asked_size_gets_it() {
    let format = format_of(1);
    let payload = format.build(7, 1_234_567);

    assert!(payload.ends_with(r#""pad":""}"#));
    assert_eq!(format.named_by(payload.as_bytes()), Some((7, 1_234_567)));
}

#[test]
fn a_payload_of_another_publisher_run_or_phase_is_not_recognised() {
    let format = format_of(1);
    for other in [
        PayloadFormat::new("other", "baseline", "c-pub", 1),
        PayloadFormat::new("run \"1\"", "other", "c-pub", 1),
        PayloadFormat::new("run \"1\"", "baseline", "other", 1),
    ] {
        assert_eq!(format.named_by(other.build(7, 1).as_bytes()), None);
    }
}

#[test]
fn what_cannot_be_read_is_not_recognised() {
    let format = format_of(256);
    let cut = &format.build(7, 1)[..200];
    for payload in ["", "hello", "[]", r#"{"seq":-1}"#, cut] {
        assert_eq!(format.named_by(payload.as_bytes()), None, "{payload}");
    }
}
