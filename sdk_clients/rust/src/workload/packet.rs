//! MQTT control packets as they go over the wire. What is read here is only what a ledger needs, of packets that the library reads,
//! too: a packet that is broken is for the library to refuse. Pure.

#[cfg(test)]
mod tests;

pub const CONNACK: u8 = 2;
pub const PUBLISH: u8 = 3;
pub const PUBACK: u8 = 4;
pub const PUBREC: u8 = 5;
pub const PUBREL: u8 = 6;
pub const PUBCOMP: u8 = 7;
pub const SUBSCRIBE: u8 = 8;
pub const SUBACK: u8 = 9;
pub const UNSUBACK: u8 = 11;
pub const DISCONNECT: u8 = 14;

const FIXED_HEADER_MAX: usize = 5;
const MAXIMUM_QOS: u8 = 2;
pub const REFUSED_FROM: u8 = 0x80;
pub const DISCONNECT_WITH_WILL: u8 = 0x04;

#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

/// One whole packet.
#[derive(Clone, Copy)]
pub struct Frame<'a>(&'a [u8]);

/// The length of the first whole packet, `None` where there is none yet.
pub fn first_packet(bytes: &[u8]) -> Result<Option<usize>, Malformed> {
    let header = &bytes[..bytes.len().min(FIXED_HEADER_MAX)];
    match length_after(header, 1) {
        Some((length, end)) if bytes.len() >= end + length => Ok(Some(end + length)),
        Some(_) => Ok(None),
        None if header.len() == FIXED_HEADER_MAX => Err(Malformed),
        None => Ok(None),
    }
}

/// A variable byte integer that begins at `at`, and where it ends.
fn length_after(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let mut length = 0;
    for (i, byte) in bytes.iter().enumerate().skip(at).take(4) {
        length |= usize::from(byte & 0x7f) << (7 * (i - at));
        if byte & 0x80 == 0 {
            return Some((length, i + 1));
        }
    }
    None
}

#[derive(Debug, PartialEq, Eq)]
pub struct PublishFrame {
    pub topic: String,
    /// 0 at QoS 0.
    pub id: u16,
    pub qos: u8,
    pub dup: bool,
    pub retain: bool,
    pub payload: Vec<u8>,
}

/// `None` is for what this version of MQTT, or a refusal, does not say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ConnackFrame {
    pub code: u8,
    pub session_present: bool,
    pub maximum_qos: Option<u8>,
    pub retain: Option<bool>,
    pub shared: Option<bool>,
    pub receive_maximum: Option<u16>,
    pub keep_alive: Option<u16>,
}

impl<'a> Frame<'a> {
    /// The bytes of one whole packet.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn kind(&self) -> u8 {
        self.0[0] >> 4
    }

    fn body(&self) -> Cursor<'a> {
        let (_, end) = length_after(self.0, 1).unwrap_or((0, self.0.len()));
        Cursor(&self.0[end..])
    }

    pub fn publish(&self, v5: bool) -> PublishFrame {
        let (flags, mut body) = (self.0[0], self.body());
        let (topic, qos) = (body.text(), flags >> 1 & 3);
        let id = if qos > 0 { body.word() } else { 0 };
        body.skip_properties(v5);
        PublishFrame {
            topic,
            id,
            qos,
            dup: flags & 8 != 0,
            retain: flags & 1 != 0,
            payload: body.0.to_vec(),
        }
    }

    /// PUBACK, PUBREC, PUBREL and PUBCOMP: packet id and code, 0 where there is none.
    pub fn ack(&self) -> (u16, u8) {
        let mut body = self.body();
        (body.word(), body.byte())
    }

    /// Packet id, and each filter with its QoS.
    pub fn subscribe(&self, v5: bool) -> (u16, Vec<(String, u8)>) {
        let mut body = self.body();
        let id = body.word();
        body.skip_properties(v5);
        let mut filters = Vec::new();
        while !body.0.is_empty() {
            filters.push((body.text(), body.byte() & 3));
        }
        (id, filters)
    }

    pub fn suback(&self, v5: bool) -> (u16, Vec<u8>) {
        let mut body = self.body();
        let id = body.word();
        body.skip_properties(v5);
        (id, body.0.to_vec())
    }

    /// Its reason code, 0 where there is none.
    pub fn disconnect(&self) -> u8 {
        self.body().byte()
    }

    pub fn connack(&self, v5: bool) -> ConnackFrame {
        let mut body = self.body();
        let mut connack = ConnackFrame {
            session_present: body.byte() & 1 != 0,
            code: body.byte(),
            ..ConnackFrame::default()
        };
        if v5 && connack.code == 0 {
            // What is left out is there.
            connack.maximum_qos = Some(MAXIMUM_QOS);
            (connack.retain, connack.shared) = (Some(true), Some(true));
            let (length, end) = length_after(body.0, 0).unwrap_or((0, body.0.len()));
            let properties = &body.0[end..];
            connack.read_properties(Cursor(&properties[..length.min(properties.len())]));
        }
        connack
    }
}

impl ConnackFrame {
    fn read_properties(&mut self, mut of: Cursor) {
        while !of.0.is_empty() {
            match of.byte() {
                0x13 => self.keep_alive = Some(of.word()),
                0x21 => self.receive_maximum = Some(of.word()),
                0x24 => self.maximum_qos = Some(of.byte()),
                0x25 => self.retain = Some(of.byte() != 0),
                0x2a => self.shared = Some(of.byte() != 0),
                // Wildcards, subscription identifiers.
                0x28 | 0x29 => drop(of.byte()),
                // Topic Alias Maximum.
                0x22 => drop(of.word()),
                // Session Expiry, Maximum Packet Size.
                0x11 | 0x27 => drop(of.take(4)),
                // A user property is two texts.
                0x26 => drop((of.text(), of.text())),
                // All others are one text, or one of bytes, which has the same form.
                _ => drop(of.text()),
            }
        }
    }
}

/// Reads a body; after its end it gives zeros.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, left) = self.0.split_at(count.min(self.0.len()));
        self.0 = left;
        taken
    }

    fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    fn word(&mut self) -> u16 {
        self.take(2).try_into().map(u16::from_be_bytes).unwrap_or(0)
    }

    fn text(&mut self) -> String {
        let length = usize::from(self.word());
        String::from_utf8_lossy(self.take(length)).into_owned()
    }

    fn skip_properties(&mut self, v5: bool) {
        if v5 {
            let (length, end) = length_after(self.0, 0).unwrap_or((0, 0));
            self.take(end + length);
        }
    }
}
