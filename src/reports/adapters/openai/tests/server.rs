//! A server that follows a script, to the byte.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone)]
pub(super) enum Step {
    /// Bytes on the wire, head included.
    Raw(String),
    /// Bytes of the body of a stream.
    Say(Vec<u8>),
    Wait(Duration),
    Hang,
}

impl Step {
    pub(super) fn say(text: &str) -> Self {
        Self::Say(text.as_bytes().to_vec())
    }
}

pub(super) fn event(value: &Value) -> String {
    format!("data: {value}\n\n")
}

pub(super) fn chunk(text: &str) -> String {
    event(&json!({"choices": [{"delta": {"content": text}, "finish_reason": null}]}))
}

pub(super) fn finish(reason: &str) -> String {
    event(&json!({"choices": [{"delta": {"content": ""}, "finish_reason": reason}]}))
}

pub(super) fn stream(events: &[String]) -> Vec<Step> {
    std::iter::once(Step::say("")).chain(events.iter().map(|event| Step::say(event))).collect()
}

pub(super) fn refusal(status: u16, headers: &str, body: &str) -> Vec<Step> {
    let head = format!("HTTP/1.1 {status} X\r\n{headers}connection: close\r\n\r\n");
    vec![Step::Raw(format!("{head}{body}"))]
}

#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) authorization: String,
    pub(super) body: Value,
}

pub(super) struct Server {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Plays one script for each request; the last one again when they run out.
    pub(super) async fn start(scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let request = read_request(&mut socket).await;
                let number = log.lock().unwrap().len();
                log.lock().unwrap().push(request);
                let script = scripts.get(number).or(scripts.last()).cloned().unwrap_or_default();
                tokio::spawn(play(socket, script));
            }
        });
        Self { url, asked }
    }

    pub(super) fn requests(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn play(mut socket: TcpStream, script: Vec<Step>) {
    let mut head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    for step in script {
        let bytes = match step {
            Step::Raw(text) => text.into_bytes(),
            Step::Say(bytes) => [std::mem::take(&mut head).as_bytes(), &bytes].concat(),
            Step::Wait(duration) => {
                tokio::time::sleep(duration).await;
                continue;
            }
            Step::Hang => std::future::pending().await,
        };
        if socket.write_all(&bytes).await.is_err() || socket.flush().await.is_err() {
            return;
        }
    }
}

async fn read_request(socket: &mut TcpStream) -> Asked {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let read = socket.read(&mut buffer).await.unwrap();
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let header = |name: &str| {
            let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(name));
            line.and_then(|line| line.split_once(": ")).map_or("", |(_, value)| value).to_owned()
        };
        if body.len() >= header("content-length").parse().unwrap_or(0) {
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let body = serde_json::from_str(body).unwrap_or_default();
            return Asked { path, authorization: header("authorization"), body };
        }
    }
}
