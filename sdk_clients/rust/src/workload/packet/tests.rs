use super::{first_packet, ConnackFrame, Frame, Malformed, PublishFrame};

#[test]
fn packets_are_cut_out_of_whatever_the_socket_gives() {
    let pubrel = vec![0x62, 2, 0, 7];
    let mut long = vec![0x30, 0x80 | 72, 1];
    long.extend([0; 200]);
    let ping = vec![0xd0, 0];
    let stream = [pubrel, long, ping].concat();
    for size in 1..=stream.len() {
        let (mut left, mut kinds, mut bytes) = (Vec::new(), Vec::new(), 0);
        for part in stream.chunks(size) {
            left.extend_from_slice(part);
            while let Some(length) = first_packet(&left).expect("no malformed packet") {
                kinds.push(Frame::new(&left[..length]).kind());
                bytes += left.drain(..length).count();
            }
        }
        assert_eq!((kinds, bytes), (vec![6, 3, 13], stream.len()), "in parts of {size}");
    }
}

#[test]
fn a_length_that_no_packet_has_is_refused() {
    assert_eq!(first_packet(&[0x30, 0xff, 0xff, 0xff, 0xff, 1]), Err(Malformed));
}

#[test]
fn a_publish_of_either_version_is_read() {
    let hello = PublishFrame {
        topic: "t".to_owned(),
        id: 9,
        qos: 2,
        dup: true,
        retain: true,
        payload: b"hello".to_vec(),
    };
    let v3 = [0x3d, 10, 0, 1, b't', 0, 9, b'h', b'e', b'l', b'l', b'o'];
    let v5 = [0x3d, 13, 0, 1, b't', 0, 9, 2, 1, 0, b'h', b'e', b'l', b'l', b'o'];
    assert_eq!(Frame::new(&v3).publish(false), hello);
    assert_eq!(Frame::new(&v5).publish(true), hello);
    let plain = Frame::new(&[0x30, 4, 0, 1, b't', b'x']).publish(false);
    assert_eq!((plain.id, plain.qos, plain.dup, plain.retain), (0, 0, false, false));
    assert_eq!(plain.payload, b"x");
}

#[test]
fn an_acknowledgement_without_a_code_has_0() {
    assert_eq!(Frame::new(&[0x40, 2, 1, 2]).ack(), (258, 0));
    assert_eq!(Frame::new(&[0x50, 4, 0, 3, 0x97, 0]).ack(), (3, 0x97));
    assert_eq!(Frame::new(&[0xe0, 0]).disconnect(), 0);
}

#[test]
fn subscribe_and_suback_are_read() {
    let subscribe = [0x82, 13, 0, 5, 0, 0, 1, b'a', 2, 0, 3, b'b', b'/', b'+', 1];
    let filters = vec![("a".to_owned(), 2), ("b/+".to_owned(), 1)];
    assert_eq!(Frame::new(&subscribe).subscribe(true), (5, filters));
    assert_eq!(
        Frame::new(&[0x90, 5, 0, 5, 0, 2, 0x80]).suback(true),
        (5, vec![2, 0x80])
    );
}

#[test]
fn a_connack_says_what_the_broker_offers() {
    let said = [
        0x20, 23, 1, 0, 20, 0x11, 0, 0, 0, 9, 0x24, 1, 0x2a, 0, 0x1f, 0, 2, b'o', b'k', 0x21, 0, 7, 0x13, 0, 30,
    ];
    let expected = ConnackFrame {
        code: 0,
        session_present: true,
        maximum_qos: Some(1),
        retain: Some(true),
        shared: Some(false),
        receive_maximum: Some(7),
        keep_alive: Some(30),
    };
    assert_eq!(Frame::new(&said).connack(true), expected);
    let silent = Frame::new(&[0x20, 3, 0, 0, 0]).connack(true);
    assert_eq!(
        (silent.maximum_qos, silent.retain, silent.receive_maximum),
        (Some(2), Some(true), None)
    );
    for (bytes, v5) in [(vec![0x20, 2, 0, 0], false), (vec![0x20, 3, 0, 0x88, 0], true)] {
        let connack = Frame::new(&bytes).connack(v5);
        assert_eq!(
            (connack.maximum_qos, connack.retain, connack.shared),
            (None, None, None)
        );
    }
}

#[test]
fn a_packet_that_ends_too_early_is_no_crash() {
    for kind in 1..15 {
        let bytes = [kind << 4 | 2, 1, 0xff];
        let frame = Frame::new(&bytes);
        frame.publish(true);
        frame.ack();
        frame.subscribe(true);
        frame.suback(true);
        frame.disconnect();
        frame.connack(true);
    }
}
