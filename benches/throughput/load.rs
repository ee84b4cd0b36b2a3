//! Callers on keep-alive connections, all in one thread, as cheap as can be: the machine belongs to
//! the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What one point of measurement says.
pub(crate) struct Point {
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// All that were answered, those before the measurement too.
    pub(crate) calls: usize,
}

impl Point {
    pub(crate) fn from(mut took: Vec<Duration>, time: Duration, calls: usize) -> Self {
        took.sort_unstable();
        let at = |share: usize| {
            took.get(took.len() * share / 100).map_or(f64::NAN, |took| took.as_secs_f64() * 1e3)
        };
        let per_second = took.len() as f64 / time.as_secs_f64();
        Self { per_second, p50_ms: at(50), p99_ms: at(99), calls }
    }
}

/// Complete requests, each to be sent once.
pub(crate) type Calls = Arc<Vec<Vec<u8>>>;

#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) time: Duration,
}

/// Before it is measured.
const WARM_UP: Duration = Duration::from_millis(300);

impl Load {
    /// Sends `calls` over so many connections, each of which waits for its answer: 200, or the
    /// benchmark stops.
    pub(crate) fn run(self, connections: usize, calls: &Calls) -> Point {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let next = Arc::new(AtomicUsize::new(0));
        let from = Instant::now() + WARM_UP;
        let took = runtime.block_on(async {
            let callers: Vec<_> = (0..connections)
                .map(|_| {
                    tokio::spawn(call(
                        self,
                        (from, from + self.time),
                        Arc::clone(calls),
                        Arc::clone(&next),
                    ))
                })
                .collect();
            let mut took = Vec::new();
            for caller in callers {
                took.extend(caller.await.unwrap());
            }
            took
        });
        Point::from(took, self.time, next.load(Ordering::Relaxed))
    }
}

async fn call(
    load: Load,
    (from, until): (Instant, Instant),
    calls: Calls,
    next: Arc<AtomicUsize>,
) -> Vec<Duration> {
    let mut stream = TcpStream::connect(load.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut took, mut answer) = (Vec::with_capacity(65_536), Vec::with_capacity(4_096));
    while Instant::now() < until {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let call = calls.get(number).expect("there are more calls than can be taken");
        let sent = Instant::now();
        stream.write_all(call).await.unwrap();
        read_answer(&mut stream, &mut answer).await;
        if sent >= from {
            took.push(sent.elapsed());
        }
    }
    took
}

async fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) {
    answer.clear();
    loop {
        assert!(stream.read_buf(answer).await.unwrap() > 0, "the server hung up");
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(answer.get(..end).unwrap()).to_lowercase();
        assert!(head.starts_with("http/1.1 200"), "{}", String::from_utf8_lossy(answer));
        let length = head.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
        let length: usize = length.and_then(|word| word.trim().parse().ok()).unwrap_or(0);
        if answer.len() >= end + 4 + length {
            return;
        }
    }
}
