//! A mail server on this machine that speaks real SMTP (RFC 5321, STARTTLS by RFC 3207, AUTH by
//! RFC 4954) and refuses what it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mingshu::alerts::adapters::smtp::{Security, Smtp, SmtpConfig};
use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub(crate) const CERTIFICATE: &[u8] = include_bytes!("../../fixtures/smtp/cert.pem");
const KEY: &[u8] = include_bytes!("../../fixtures/smtp/key.pem");

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// A mail as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) to: Vec<String>,
    /// As it was sent, the dots of the protocol taken off.
    pub(crate) text: String,
    pub(crate) encrypted: bool,
    /// Name and password.
    pub(crate) login: Option<(String, String)>,
}

impl Letter {
    pub(crate) fn header(&self, name: &str) -> String {
        let unfolded = self.text.replace("\r\n ", " ");
        let start = format!("{name}: ");
        let line = unfolded.lines().find_map(|line| line.strip_prefix(&start));
        words(line.unwrap_or_default())
    }

    /// The words below the headers.
    pub(crate) fn body(&self) -> String {
        let body = self.text.split_once("\r\n\r\n").unwrap().1;
        match self.header("Content-Transfer-Encoding").as_str() {
            "base64" => {
                let code: String = body.split_whitespace().collect();
                String::from_utf8(STANDARD.decode(code).unwrap()).unwrap()
            }
            _ => body.to_owned(),
        }
    }
}

/// A header with its encoded words (RFC 2047) read.
fn words(line: &str) -> String {
    let mut read = String::new();
    for part in line.split(' ').filter(|part| !part.is_empty()) {
        let code = part.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
        if let Some(code) = code {
            read.push_str(&String::from_utf8(STANDARD.decode(code).unwrap()).unwrap());
            continue;
        }
        if !read.is_empty() {
            read.push(' ');
        }
        read.push_str(part);
    }
    read
}

#[derive(Default)]
struct Desk {
    letters: Mutex<Vec<Letter>>,
    /// What commands begin with, and the answer to the next such command; empty: hang up.
    refusals: Mutex<Vec<(String, String)>>,
    calls: Mutex<usize>,
}

impl Desk {
    fn refusal(&self, line: &str) -> Option<String> {
        let mut refusals = self.refusals.lock().unwrap();
        let place = refusals.iter().position(|(start, _)| line.starts_with(start.as_str()))?;
        Some(refusals.remove(place).1)
    }
}

pub(crate) struct PostOffice {
    address: SocketAddr,
    security: Security,
    desk: Arc<Desk>,
}

impl PostOffice {
    /// Opens; `offers_tls` is whether `STARTTLS` is among its words.
    pub(crate) async fn open(security: Security, offers_tls: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let desk = Arc::new(Desk::default());
        let clerk = Arc::clone(&desk);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *clerk.calls.lock().unwrap() += 1;
                tokio::spawn(welcome(stream, (security, offers_tls), Arc::clone(&clerk)));
            }
        });
        Self { address, security, desk }
    }

    pub(crate) async fn plain() -> Self {
        Self::open(Security::Plain, false).await
    }

    /// The next command that begins with `start` is answered so; empty: the line goes dead.
    pub(crate) fn refuse(&self, start: &str, answer: &str) {
        self.desk.refusals.lock().unwrap().push((start.to_owned(), answer.to_owned()));
    }

    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.desk.letters.lock().unwrap().clone()
    }

    /// How often somebody connected.
    pub(crate) fn calls(&self) -> usize {
        *self.desk.calls.lock().unwrap()
    }

    pub(crate) fn config(&self) -> SmtpConfig {
        SmtpConfig {
            host: "localhost".to_owned(),
            port: self.address.port(),
            security: self.security,
            login: None,
            from: "命书 <alerts@shop.example>".to_owned(),
            to: vec!["first@shop.example".to_owned(), "second@shop.example".to_owned()],
            authority: (self.security != Security::Plain).then(|| CERTIFICATE.to_vec()),
        }
    }

    pub(crate) fn mailer(&self) -> Smtp {
        Smtp::try_new(self.config()).unwrap()
    }

    pub(crate) fn mailer_of(&self, user: &str, password: &str) -> Smtp {
        let login = Some((user.to_owned(), SecretString::from(password.to_owned())));
        Smtp::try_new(SmtpConfig { login, ..self.config() }).unwrap()
    }
}

async fn welcome(stream: TcpStream, (security, offers_tls): (Security, bool), desk: Arc<Desk>) {
    let acceptor = TlsAcceptor::from(Arc::new(tls()));
    if security == Security::Tls {
        let Ok(stream) = acceptor.accept(stream).await else { return };
        Talk::new(Box::new(stream), true, desk).greet(false).await;
        return;
    }
    let talk = Talk::new(Box::new(stream), false, Arc::clone(&desk));
    let Some(stream) = talk.greet(offers_tls).await else { return };
    if let Ok(stream) = acceptor.accept(stream).await {
        Talk::new(Box::new(stream), true, desk).serve(false).await;
    }
}

fn tls() -> ServerConfig {
    let certificates = CertificateDer::pem_slice_iter(CERTIFICATE).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap()
}

struct Talk {
    wire: BufReader<Box<dyn Wire>>,
    desk: Arc<Desk>,
    letter: Letter,
}

impl Talk {
    fn new(wire: Box<dyn Wire>, encrypted: bool, desk: Arc<Desk>) -> Self {
        let letter = Letter { to: Vec::new(), text: String::new(), encrypted, login: None };
        Self { wire: BufReader::new(wire), desk, letter }
    }

    async fn greet(mut self, offers_tls: bool) -> Option<Box<dyn Wire>> {
        self.answer("220 post.example ready").await?;
        self.serve(offers_tls).await
    }

    /// Until the end; returns the line when TLS is to begin on it.
    async fn serve(mut self, offers_tls: bool) -> Option<Box<dyn Wire>> {
        loop {
            let line = self.line().await?;
            let line = line.trim_end();
            if let Some(refusal) = self.desk.refusal(line) {
                self.answer(Some(refusal.as_str()).filter(|it| !it.is_empty())?).await?;
                continue;
            }
            match line.split([' ', ':']).next()? {
                "EHLO" if offers_tls => self.answer("250-post.example\r\n250 STARTTLS").await?,
                "EHLO" => self.answer("250-post.example\r\n250 AUTH PLAIN LOGIN").await?,
                "STARTTLS" if offers_tls => {
                    self.answer("220 go on").await?;
                    return Some(self.wire.into_inner());
                }
                "AUTH" => {
                    let code = STANDARD.decode(line.rsplit(' ').next()?).unwrap();
                    let code = String::from_utf8(code).unwrap();
                    let mut parts = code.split('\0').skip(1).map(str::to_owned);
                    self.letter.login = Some((parts.next()?, parts.next()?));
                    self.answer("235 welcome").await?;
                }
                "RCPT" => {
                    let address = line.split(['<', '>']).nth(1)?;
                    self.letter.to.push(address.to_owned());
                    self.answer("250 ok").await?;
                }
                "DATA" => self.take_letter().await?,
                "QUIT" => {
                    self.answer("221 bye").await?;
                    return None;
                }
                "MAIL" => self.answer("250 ok").await?,
                _ => self.answer("502 unknown").await?,
            }
        }
    }

    async fn take_letter(&mut self) -> Option<()> {
        self.answer("354 go on").await?;
        let mut text = String::new();
        loop {
            let line = self.line().await?;
            if line == ".\r\n" {
                break;
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        if let Some(refusal) = self.desk.refusal("\r\n.\r\n") {
            return self.answer(&refusal).await;
        }
        let letter = Letter { text, ..self.letter.clone() };
        self.desk.letters.lock().unwrap().push(letter);
        self.letter.to.clear();
        self.answer("250 taken").await
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.wire.read_line(&mut line).await.ok()?;
        (read > 0).then_some(line)
    }

    async fn answer(&mut self, line: &str) -> Option<()> {
        self.wire.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
        self.wire.get_mut().flush().await.ok()
    }
}
