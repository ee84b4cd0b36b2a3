//! NATS JetStream: an event is published to `prefix.type` with its id as `Nats-Msg-Id`, and only
//! the stream's acknowledgement counts. The stream leaves out a repeat within its duplicate window;
//! later ones carry the same id.
//!
//! Nothing is created but a missing stream, and that only when the settings say so.

use std::fmt;
use std::time::Duration;

use anyhow::Context as _;
use async_nats::connection::State;
use async_nats::jetstream::context::{GetStreamErrorKind, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{self, ErrorCode};
use async_nats::{ConnectOptions, ServerAddr};
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use crate::events::ports::{Carrier, NotTaken, Parcel};
use crate::events::rules::CALL_LIMIT;
use crate::kernel::clock::Timestamp;

const CONNECT: Duration = Duration::from_secs(5);
/// How long a stream of our making remembers ids: longer than the first four attempts take.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(3600);

/// How to reach a server, and where to put events.
#[derive(Clone)]
pub struct NatsConfig {
    /// One address or several with commas: `nats://host:4222`, `tls://…`.
    pub url: String,
    pub user: Option<String>,
    /// The user's password, or a token when there is no user.
    pub secret: Option<SecretString>,
    pub subject_prefix: String,
    pub stream: String,
    /// Whether a missing stream is created, for all subjects below the prefix.
    pub create_stream: bool,
}

pub struct Nats {
    config: NatsConfig,
    servers: Vec<ServerAddr>,
    /// Connected at the first event. The client itself reconnects.
    client: Mutex<Option<async_nats::Client>>,
}

impl fmt::Debug for Nats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nats").field("stream", &self.config.stream).finish_non_exhaustive()
    }
}

impl Nats {
    pub fn try_new(config: NatsConfig) -> anyhow::Result<Self> {
        let servers = config.url.split(',').map(|address| address.trim().parse::<ServerAddr>());
        let servers = servers.collect::<Result<_, _>>().context("the address of NATS")?;
        Ok(Self { config, servers, client: Mutex::new(None) })
    }

    async fn client(&self) -> Result<async_nats::Client, NotTaken> {
        let mut kept = self.client.lock().await;
        if let Some(client) = kept.as_ref() {
            // Else the event would wait inside the client and go out after we gave it up.
            return match client.connection_state() {
                State::Connected => Ok(client.clone()),
                State::Pending | State::Disconnected => Err(NotTaken::failed("not connected")),
            };
        }
        let connected = self.options().connect(self.servers.clone()).await;
        let client = connected.map_err(|error| NotTaken::failed(in_words("connecting", &error)))?;
        self.ensure_stream(&context(&client)).await?;
        *kept = Some(client.clone());
        Ok(client)
    }

    fn options(&self) -> ConnectOptions {
        let options = ConnectOptions::new()
            .name("mingshu")
            .connection_timeout(CONNECT)
            .request_timeout(Some(CALL_LIMIT));
        let secret = self.config.secret.as_ref().map(|secret| secret.expose_secret().to_owned());
        match (self.config.user.clone(), secret) {
            (Some(user), secret) => options.user_and_password(user, secret.unwrap_or_default()),
            (None, Some(token)) => options.token(token),
            (None, None) => options,
        }
    }

    async fn ensure_stream(&self, context: &jetstream::Context) -> Result<(), NotTaken> {
        if !self.config.create_stream {
            return Ok(());
        }
        let name = self.config.stream.as_str();
        match context.get_stream(name).await {
            Ok(_there) => return Ok(()),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(cause)
                    if cause.error_code() == ErrorCode::STREAM_NOT_FOUND => {}
                GetStreamErrorKind::JetStream(_)
                | GetStreamErrorKind::EmptyName
                | GetStreamErrorKind::Request
                | GetStreamErrorKind::InvalidStreamName => {
                    return Err(NotTaken::failed(in_words("looking for the stream", &error)));
                }
            },
        }
        let stream = jetstream::stream::Config {
            name: name.to_owned(),
            subjects: vec![format!("{}.>", self.config.subject_prefix)],
            duplicate_window: DUPLICATE_WINDOW,
            ..jetstream::stream::Config::default()
        };
        let created = context.create_stream(stream).await;
        created.map_err(|error| NotTaken::failed(in_words("creating the stream", &error)))?;
        tracing::info!(stream = name, "a NATS stream was created");
        Ok(())
    }

    async fn publish(&self, parcel: &Parcel) -> Result<String, NotTaken> {
        let context = context(&self.client().await?);
        let subject = format!("{}.{}", self.config.subject_prefix, parcel.kind);
        let message = PublishMessage::build()
            .payload(parcel.body.clone().into())
            .message_id(&parcel.id)
            .expected_stream(&self.config.stream);
        let failed = |error| NotTaken::failed(in_words("publishing", &error));
        let waiting = context.send_publish(subject, message).await.map_err(failed)?;
        match waiting.await {
            Ok(ack) if ack.duplicate => {
                Ok(format!("stream {}, {} was there already", ack.stream, ack.sequence))
            }
            Ok(ack) => Ok(format!("stream {}, {}", ack.stream, ack.sequence)),
            Err(error) => {
                if error.kind() == PublishErrorKind::StreamNotFound {
                    // The next attempt looks for the stream again.
                    *self.client.lock().await = None;
                }
                Err(failed(error))
            }
        }
    }
}

fn context(client: &async_nats::Client) -> jetstream::Context {
    let mut context = jetstream::new(client.clone());
    context.set_timeout(CALL_LIMIT);
    context
}

fn in_words(doing: &str, error: &dyn std::error::Error) -> String {
    format!("{doing}: {}", crate::platform::chain(error))
}

#[async_trait]
impl Carrier for Nats {
    fn kind(&self) -> &'static str {
        "nats"
    }

    async fn deliver(&self, parcel: &Parcel, _now: Timestamp) -> Result<String, NotTaken> {
        match tokio::time::timeout(CALL_LIMIT, self.publish(parcel)).await {
            Ok(outcome) => outcome,
            Err(_late) => Err(NotTaken::failed("no acknowledgement in time")),
        }
    }
}
