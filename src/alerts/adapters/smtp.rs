//! Mail by SMTP: one connection for each mail, encrypted unless the server is on this machine.
//!
//! The conversation is led here and not by lettre's transport, which gives a mail up for everybody
//! when the server refuses one of its addresses.

use std::fmt::Display;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context as _;
use async_trait::async_trait;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Data, Mail as From, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use secrecy::{ExposeSecret, SecretString};

use crate::alerts::ports::{LeftOut, Mail, MailError, Mailer};

/// Until the server is reached.
const CONNECT: Duration = Duration::from_secs(10);
/// For the whole conversation; below the lease of a job.
const CONVERSATION: Duration = Duration::from_secs(30);
const FAREWELL: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte, usually on port 465.
    Tls,
    /// A plain greeting, then TLS or nothing, usually on port 587.
    StartTls,
    /// No TLS: for a server on this machine.
    Plain,
}

#[derive(Debug, Clone)]
pub struct SmtpConfig {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<(String, SecretString)>,
    /// Such as `mingshu <alerts@shop.example>`.
    pub from: String,
    pub to: Vec<String>,
    /// Certificates that are believed besides the public ones, as PEM.
    pub authority: Option<Vec<u8>>,
}

pub struct Smtp {
    config: SmtpConfig,
    from: Mailbox,
    to: Vec<Mailbox>,
    tls: Option<TlsParameters>,
    hello: ClientId,
}

impl Smtp {
    pub fn try_new(config: SmtpConfig) -> anyhow::Result<Self> {
        let mailbox = |text: &String| text.parse().with_context(|| format!("no address: {text}"));
        let from: Mailbox = mailbox(&config.from)?;
        let tls = match config.security {
            Security::Tls | Security::StartTls => Some(tls(&config)?),
            Security::Plain => None,
        };
        let to = config.to.iter().map(mailbox).collect::<Result<_, _>>()?;
        // A greeting by the name of the sender's domain: containers have no name that means anything.
        let hello = ClientId::Domain(from.email.domain().to_owned());
        Ok(Self { config, from, to, tls, hello })
    }

    fn message(&self, mail: &Mail) -> anyhow::Result<Vec<u8>> {
        let at = u64::try_from(mail.at.millis()).unwrap_or_default();
        let id = format!("<{}@{}>", mail.id, self.from.email.domain());
        let mut message = Message::builder()
            .from(self.from.clone())
            .subject(mail.subject.as_str())
            .date(UNIX_EPOCH + Duration::from_millis(at))
            .message_id(Some(id))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN);
        for to in &self.to {
            message = message.to(to.clone());
        }
        Ok(message.body(mail.body.clone()).context("the mail cannot be written")?.formatted())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let config = &self.config;
        let at_once = self.tls.clone().filter(|_tls| config.security == Security::Tls);
        let server = (config.host.as_str(), config.port);
        let mut line =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &self.hello, at_once, None)
                .await?;
        if let (Security::StartTls, Some(tls)) = (config.security, &self.tls) {
            line.starttls(tls.clone(), &self.hello).await?;
        }
        if let Some((user, password)) = &config.login {
            let secret = password.expose_secret().to_owned();
            let credentials = Credentials::new(user.clone(), secret);
            line.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
        }
        Ok(line)
    }

    async fn converse(&self, message: &[u8]) -> Result<Vec<LeftOut>, Error> {
        let mut line = self.connect().await?;
        say(&mut line, From::new(Some(self.from.email.clone()), vec![])).await?;
        let mut left_out = Vec::new();
        let mut worth_waiting = None;
        for to in &self.to {
            let Err(error) = line.command(Rcpt::new(to.email.clone(), vec![])).await else {
                continue;
            };
            if !error.is_transient() && !error.is_permanent() {
                return Err(error);
            }
            left_out.push(LeftOut { address: to.email.to_string(), why: error.to_string() });
            if worth_waiting.as_ref().is_none_or(Error::is_permanent) {
                worth_waiting = Some(error);
            }
        }
        if let Some(error) = worth_waiting.filter(|_error| left_out.len() == self.to.len()) {
            line.abort().await;
            return Err(error);
        }
        say(&mut line, Data).await?;
        line.message(message).await?;
        // Taken: how the farewell goes changes nothing.
        tokio::time::timeout(FAREWELL, line.abort()).await.ok();
        Ok(left_out)
    }
}

async fn say<C: Display>(line: &mut AsyncSmtpConnection, command: C) -> Result<Response, Error> {
    let answer = line.command(command).await;
    if answer.is_err() {
        line.abort().await;
    }
    answer
}

#[async_trait]
impl Mailer for Smtp {
    fn way(&self) -> String {
        let to: Vec<_> = self.to.iter().map(|to| to.email.to_string()).collect();
        format!("{} by {}:{}", to.join(", "), self.config.host, self.config.port)
    }

    async fn send(&self, mail: &Mail) -> Result<Vec<LeftOut>, MailError> {
        let message = self.message(mail).map_err(MailError::Refused)?;
        let conversation = tokio::time::timeout(CONVERSATION, self.converse(&message));
        conversation.await.map_err(|_late| MailError::Unknown)?.map_err(failure)
    }
}

/// Answers of 5xx and things that the server cannot do are final; everything else may pass.
fn failure(error: Error) -> MailError {
    if error.is_permanent() || error.is_client() {
        MailError::Refused(error.into())
    } else {
        MailError::NotSent(error.into())
    }
}

fn tls(config: &SmtpConfig) -> anyhow::Result<TlsParameters> {
    let mut tls = TlsParametersBuilder::new(config.host.clone());
    if let Some(pem) = &config.authority {
        tls = tls.add_root_certificate(Certificate::from_pem(pem).context("no certificate")?);
    }
    tls.build_rustls().context("TLS cannot be set up")
}

/// Asks answering machines to keep quiet (RFC 3834 §5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
