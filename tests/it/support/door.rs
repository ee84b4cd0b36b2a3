//! The callback route over HTTP, and a provider that keeps its connections.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::Router;
use mingshu::callback::{self, CallbackState};
use mingshu::platform::pages::Pages;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::bank::{BANK, SEAL};
use super::builders::assets;
use super::street::Street;

impl Street {
    /// The routes that the bank calls.
    pub(crate) fn door(&self) -> Router {
        let gateways = BTreeMap::from([(BANK.to_owned(), Arc::clone(&self.bank) as _)]);
        let pages = Arc::new(Pages::load(&assets()).unwrap());
        let tools = &self.tools;
        callback::router(CallbackState::new(
            self.base.clone(),
            tools.till.money.clone(),
            gateways,
            (Arc::clone(&tools.texts), pages),
            Arc::new(OnceLock::new()),
        ))
    }

    /// The same on a port of this machine, until the task is dropped with the test.
    pub(crate) async fn open_door(&self) -> (SocketAddr, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, door) = (listener.local_addr().unwrap(), self.door());
        (address, tokio::spawn(async move { axum::serve(listener, door).await.unwrap() }))
    }
}

/// One connection of the bank, used for one notification after the other.
pub(crate) struct Caller {
    line: TcpStream,
    heard: Vec<u8>,
}

impl Caller {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let line = TcpStream::connect(address).await.unwrap();
        line.set_nodelay(true).unwrap();
        Self { line, heard: Vec::with_capacity(1024) }
    }

    /// A sealed notification with this body, as the bytes of a request.
    pub(crate) fn request(body: &str) -> Vec<u8> {
        let (name, seal) = SEAL;
        format!(
            "POST /webhook/{BANK} HTTP/1.1\r\nhost: shop.example\r\n{name}: {seal}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    /// Sends the request and reads its answer: status and body.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> (u16, String) {
        self.line.write_all(request).await.unwrap();
        self.heard.clear();
        loop {
            if let Some(answer) = whole(&self.heard) {
                return answer;
            }
            let read = self.line.read_buf(&mut self.heard).await.unwrap();
            assert!(read > 0, "hung up after {:?}", String::from_utf8_lossy(&self.heard));
        }
    }
}

/// Status and body, once all of it has come.
fn whole(heard: &[u8]) -> Option<(u16, String)> {
    let text = std::str::from_utf8(heard).unwrap();
    let (top, body) = text.split_once("\r\n\r\n")?;
    let status = top.split(' ').nth(1).unwrap().parse().unwrap();
    let length = top.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.unwrap().parse().unwrap();
    (body.len() == length).then(|| (status, body.to_owned()))
}
