//! The whole played world behind one router: Telegram, PingPong, the chart service and the model,
//! with one switchboard of faults. The demo and the tests start it on loopback.

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use tokio::net::TcpListener;

use super::faults::Faults;
use super::model::{self, ModelLog, Pace};
use super::pingpong::{self, PingPongSettings, SandboxPingPong};
use super::telegram::{self, SandboxTelegram};
use super::yuanfenju;
use crate::kernel::clock::Clock;

/// Below which path of the base address the played services live.
const OUTSIDE: &str = "/sandbox/outside";

/// The played world. Copies share one truth.
#[derive(Clone)]
pub struct World {
    pub faults: Arc<Faults>,
    pub telegram: SandboxTelegram,
    pub pingpong: SandboxPingPong,
    pub model_log: Arc<ModelLog>,
    model_pace: Pace,
    base_url: String,
}

impl World {
    /// A world that is reached at `base_url`, such as `http://127.0.0.1:8080`, by a bot with
    /// `token`.
    ///
    /// # Errors
    /// When TLS cannot be set up for the played provider's notices.
    pub fn try_new(
        base_url: &str,
        token: &str,
        model_pace: Pace,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let faults = Arc::new(Faults::default());
        let settings = PingPongSettings::fresh(&format!("{base_url}{OUTSIDE}/pingpong"));
        let pingpong = SandboxPingPong::try_new(settings, Arc::clone(&faults), clock)?;
        Ok(Self {
            telegram: SandboxTelegram::new(Arc::clone(&faults), token),
            faults,
            pingpong,
            model_log: Arc::default(),
            model_pace,
            base_url: base_url.to_owned(),
        })
    }

    pub fn address(&self, service: &str) -> String {
        format!("{}{OUTSIDE}/{service}", self.base_url)
    }

    /// All played services, and the page at `/sandbox`.
    pub fn router(&self) -> Router {
        let faults = || Arc::clone(&self.faults);
        let model = model::router(faults(), Arc::clone(&self.model_log), self.model_pace);
        let outside = Router::new()
            .nest("/telegram", telegram::router(self.telegram.clone()))
            .nest("/pingpong", pingpong::router(self.pingpong.clone()))
            .nest("/model", model)
            .nest("/yuanfenju", yuanfenju::router(faults()));
        Router::new()
            .nest(OUTSIDE, outside)
            .route("/", get(async || Redirect::temporary("/sandbox")))
            .merge(telegram::chat_api(self.telegram.clone(), faults()))
    }

    /// Plays on `listener` until the caller lets go.
    ///
    /// # Errors
    /// Those of the listener.
    pub async fn serve(&self, listener: TcpListener) -> std::io::Result<()> {
        axum::serve(listener, self.router()).await
    }
}
