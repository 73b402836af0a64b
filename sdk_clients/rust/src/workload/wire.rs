//! The socket between the library and a broker. The library connects to nothing but a host or a Unix socket, and does not show what a
//! ledger of version 2 needs; so it gets a Unix socket of this process, and every packet is read here, on its way.

use super::packet::{first_packet, Frame, DISCONNECT, DISCONNECT_WITH_WILL, PUBACK, PUBCOMP};
use super::watcher::Watcher;
use crate::clock::now_us;
use std::io::{Error, ErrorKind, Result};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;

const CHUNK_BYTES: usize = 32 * 1024;
const WRITE_LIMIT: Duration = Duration::from_secs(3);
/// How long a broker gets to close a connection after a DISCONNECT. Closing it here at once could reset it, and the broker would
/// never read the DISCONNECT.
const CLOSING_LIMIT: Duration = Duration::from_secs(1);

const DISCONNECT_WITH_WILL_PACKET: [u8; 3] = [DISCONNECT << 4, 1, DISCONNECT_WITH_WILL];

pub enum Command {
    /// Close the socket without a DISCONNECT.
    Cut,
    /// Say nothing more and read nothing more, with the socket open until the end of the process.
    Mute,
}

/// Of one connection.
pub struct Wire {
    broker: TcpStream,
    watcher: Arc<Mutex<Watcher>>,
    commands: UnboundedReceiver<Command>,
    /// Not a whole packet yet.
    unread: Vec<u8>,
    /// How much of that the library has already.
    passed_on: usize,
    unsent: Vec<u8>,
    last_packet_us: u64,
}

/// What a step of the connection leaves of it.
#[derive(PartialEq, Eq)]
enum Left {
    Both,
    /// The broker's end is gone.
    Library,
    /// Nothing is said or read any more.
    Mute,
    Nothing,
}

impl Wire {
    pub fn new(broker: TcpStream, watcher: Arc<Mutex<Watcher>>, commands: UnboundedReceiver<Command>) -> Self {
        Self {
            broker,
            watcher,
            commands,
            unread: Vec::new(),
            passed_on: 0,
            unsent: Vec::new(),
            last_packet_us: 0,
        }
    }

    /// Returns when both ends are closed.
    pub async fn run(mut self, listener: UnixListener) {
        let Ok((mut library, _)) = listener.accept().await else {
            return;
        };
        drop(listener);
        let left = self.serve(&mut library).await;
        match left {
            // What came before the end is read by the library to the end: what it writes meanwhile goes nowhere.
            Left::Library => {
                drop(self.broker);
                let _ = library.shutdown().await;
                drain(&mut library).await;
            }
            Left::Mute => {
                while let Some(command) = self.commands.recv().await {
                    if matches!(command, Command::Cut) {
                        break;
                    }
                }
            }
            Left::Both | Left::Nothing => {}
        }
    }

    async fn serve(&mut self, library: &mut UnixStream) -> Left {
        let (mut from_broker, mut from_library) = (vec![0; CHUNK_BYTES], vec![0; CHUNK_BYTES]);
        loop {
            let left = tokio::select! {
                read = self.broker.read(&mut from_broker) => match read {
                    Ok(count) if count > 0 => {
                        let packets = self.came_in(&from_broker[..count]);
                        // A library that no longer listens is seen where it is read.
                        let _ = library.write_all(&packets).await;
                        Left::Both
                    }
                    end => self.failed(&end.err().unwrap_or_else(|| ErrorKind::UnexpectedEof.into())),
                },
                read = library.read(&mut from_library) => match read {
                    Ok(count) if count > 0 => self.go_out(&from_library[..count]).await,
                    _ => {
                        self.closed("timeout", None, now_us());
                        Left::Nothing
                    }
                },
                Some(command) = self.commands.recv() => self.obey(command),
            };
            if left != Left::Both {
                return left;
            }
        }
    }

    fn obey(&mut self, command: Command) -> Left {
        match command {
            Command::Cut => {
                self.closed("own-cut", None, now_us());
                Left::Library
            }
            Command::Mute => {
                self.closed("own-mute", None, self.last_packet_us);
                Left::Mute
            }
        }
    }

    /// What the library is to have of it. Each packet gets a later time than the one before: the order of what came together is known by
    /// nothing else.
    fn came_in(&mut self, chunk: &[u8]) -> Vec<u8> {
        self.unread.extend_from_slice(chunk);
        let mut onward = Vec::new();
        while let Ok(Some(length)) = first_packet(&self.unread) {
            let packet: Vec<u8> = self.unread.drain(..length).collect();
            let at_us = now_us().max(self.last_packet_us + 1);
            if lock(&self.watcher).incoming(Frame::new(&packet), at_us) {
                onward.extend_from_slice(&packet[self.passed_on..]);
            }
            self.passed_on = 0;
            self.last_packet_us = at_us;
        }
        // A large packet goes on as it comes, and what is none, too: the library is to refuse them. Only an answer must be whole.
        let is_answer = |first: &u8| matches!(first >> 4, PUBACK | PUBCOMP);
        if !self.unread.first().is_some_and(is_answer) {
            onward.extend_from_slice(&self.unread[self.passed_on..]);
            self.passed_on = self.unread.len();
        }
        onward
    }

    /// Sends whole packets only, each as it is written down.
    async fn go_out(&mut self, chunk: &[u8]) -> Left {
        self.unsent.extend_from_slice(chunk);
        while let Ok(Some(length)) = first_packet(&self.unsent) {
            let mut packet: Vec<u8> = self.unsent.drain(..length).collect();
            let is_last = Frame::new(&packet).kind() == DISCONNECT;
            if is_last && lock(&self.watcher).leaves_with_will {
                packet = DISCONNECT_WITH_WILL_PACKET.to_vec();
            }
            let at_us = now_us();
            lock(&self.watcher).outgoing(Frame::new(&packet), at_us);
            let written = timeout(WRITE_LIMIT, self.broker.write_all(&packet)).await;
            match written.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into())) {
                Ok(()) if is_last => return self.left(at_us).await,
                Ok(()) => self.last_packet_us = at_us,
                Err(error) => return self.cannot_write(&error),
            }
        }
        Left::Both
    }

    async fn left(&mut self, at_us: u64) -> Left {
        let by = if lock(&self.watcher).leaves_with_will {
            "own-disconnect-with-will"
        } else {
            "own-disconnect"
        };
        self.closed(by, None, at_us);
        let _ = self.broker.shutdown().await;
        let _ = timeout(CLOSING_LIMIT, drain(&mut self.broker)).await;
        Left::Library
    }

    /// Where the other side has closed, what it said before may be unread: the end is seen where it is read.
    fn cannot_write(&mut self, error: &Error) -> Left {
        match error.kind() {
            ErrorKind::TimedOut => self.failed(error),
            _ => Left::Both,
        }
    }

    fn failed(&mut self, error: &Error) -> Left {
        let by = match error.kind() {
            ErrorKind::TimedOut => "timeout",
            _ => "peer",
        };
        self.closed(by, None, now_us());
        Left::Library
    }

    fn closed(&self, by: &'static str, code: Option<u8>, at_us: u64) {
        lock(&self.watcher).closed(by, code, at_us);
    }
}

pub fn lock(watcher: &Mutex<Watcher>) -> std::sync::MutexGuard<'_, Watcher> {
    watcher.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads and drops until the other side closes.
async fn drain(from: &mut (impl AsyncRead + Unpin)) {
    let mut dropped = [0; 4096];
    while matches!(from.read(&mut dropped).await, Ok(count) if count > 0) {}
}

/// A name in the abstract namespace of Linux: no file, and nobody else's.
pub fn socket_name(number: u64) -> String {
    format!("\0rumqttc-{}-{number}", std::process::id())
}

pub fn listen(name: &str) -> Result<UnixListener> {
    UnixListener::bind(name)
}
