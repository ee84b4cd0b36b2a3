//! `demo`: the whole shop on this computer with a played world around it. A newcomer buys a report
//! in a browser page, or `--auto` does it in the terminal. The shop runs its production code; only
//! the addresses in its configuration are different (spec.md §11).

mod buyer;
mod story;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;

use super::{Context, Exit, complain, say};
use crate::app::parts::Parts;
use crate::app::serve::{self, Extras, Role};
use crate::config::{Config, SettingsFile, Sources};
use crate::kernel::clock::ShiftedClock;
use crate::kernel::ids;
use crate::notifications::sender::Pace;
use crate::platform::crypto::Keyring;
use crate::platform::lifecycle::Lifecycle;
use crate::platform::telemetry;
use crate::sandbox::model;
use crate::sandbox::world::World;
use buyer::Voice;
use story::Story;

/// Telegram's number of the played operator.
const OPERATOR: i64 = 9001;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Buy a report without a browser, print the conversation, and end.
    #[arg(long)]
    auto: bool,
    /// With --auto: misfortunes to live through, such as `late-callback,ai-timeout`; `all` for
    /// every story.
    #[arg(long, value_delimiter = ',', requires = "auto")]
    scenario: Vec<String>,
    /// The port of the page; another free one is taken when it is in use.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Show what the program logs.
    #[arg(long)]
    log: bool,
}

/// The running demo.
struct Demo {
    world: World,
    clock: Arc<ShiftedClock>,
    page: String,
}

pub(super) fn run(context: &Context, options: &Options) -> anyhow::Result<Exit> {
    let stories = match Story::choose(&options.scenario) {
        Ok(stories) => stories,
        Err(unknown) => {
            complain(&unknown);
            return Ok(Exit::Usage);
        }
    };
    super::runtime()?.block_on(async {
        if options.auto { play(context, options, stories).await } else { open(options).await }
    })
}

/// The page, until somebody stops it.
async fn open(options: &Options) -> anyhow::Result<Exit> {
    let folder = Folder::new()?;
    let lifecycle = Lifecycle::new(Duration::from_secs(3));
    let pace = model::Pace::watchable();
    let demo = start(options, &folder, &lifecycle, pace).await?;
    say(&format!(
        "\n  命书 mingshu · demo\n\n  {}\n\n  Ctrl-C ends it; nothing is kept.\n",
        demo.page
    ));
    lifecycle.run().await?;
    Ok(Exit::Done)
}

/// Every chosen story in a shop of its own.
async fn play(context: &Context, options: &Options, stories: Vec<Story>) -> anyhow::Result<Exit> {
    let voice = if context.json { Voice::Json } else { Voice::Text };
    for story in stories {
        let folder = Folder::new()?;
        let lifecycle = Lifecycle::new(Duration::from_secs(3));
        let phases = lifecycle.phases();
        let demo = start(options, &folder, &lifecycle, model::Pace::instant()).await?;
        let playing = story.play(&demo, voice);
        let outcome = playing.await;
        phases.draining.cancel();
        lifecycle.run().await.ok();
        outcome.with_context(|| format!("the story `{}`", story.name()))?;
    }
    Ok(Exit::Done)
}

async fn start(
    options: &Options,
    folder: &Folder,
    lifecycle: &Lifecycle,
    pace: model::Pace,
) -> anyhow::Result<Demo> {
    let port = if options.auto { 0 } else { options.port };
    let listener = listen(port).await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    let token = token();
    let clock = Arc::new(ShiftedClock::default());
    let world = World::try_new(&base_url, &token, pace, clock.clone())?;
    let config = settings(&world, (&base_url, &token), folder, listener.local_addr()?.port())?;
    let level = if options.log { "info" } else { "off" };
    telemetry::start_logging(config.log.format, level).ok();
    let parts = Parts::assemble(config, clock.clone(), true).await?;
    let extras = Extras {
        routes: world.router(),
        listener: Some(listener),
        pace: Some(Pace {
            per_chat_every: Duration::from_millis(if options.auto { 1 } else { 400 }),
            ..Pace::default()
        }),
        metrics: telemetry::start_metrics().ok(),
    };
    serve::start(&parts, Role::All, extras, lifecycle).await?;
    Ok(Demo { world, clock, page: format!("{base_url}/sandbox") })
}

pub(super) async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(("127.0.0.1", port)).await {
        Ok(listener) => Ok(listener),
        Err(_taken) => TcpListener::bind(("127.0.0.1", 0)).await.context("no port is free"),
    }
}

/// A bot's token as Telegram's look.
pub(super) fn token() -> String {
    format!("1000001:{}", ids::crockford(35))
}

/// The configuration of a shop in this world, checked like any other.
fn settings(
    world: &World,
    (base_url, token): (&str, &str),
    folder: &Folder,
    port: u16,
) -> anyhow::Result<Config> {
    let database = format!("sqlite://{}", folder.path().join("mingshu.db").display());
    let own = [
        ("SERVER__BIND", format!("127.0.0.1:{port}")),
        ("SERVER__PUBLIC_URL", base_url.to_owned()),
        ("DATABASE__URL", database),
        ("TELEGRAM__ADMIN_IDS", OPERATOR.to_string()),
        ("TELEGRAM__LIVE_DRAFTS", "true".to_owned()),
        ("TELEGRAM__ALERT_CHAT_ID", OPERATOR.to_string()),
        ("STARS__ENABLED", "true".to_owned()),
        ("AI__IDLE_TIMEOUT_SECONDS", "2".to_owned()),
        ("WORKER__SWEEP_SECONDS", "1".to_owned()),
        ("SECURITY__ENCRYPTION_KEYS", Keyring::generate("demo").expose_secret().to_owned()),
    ];
    let values = own.into_iter().chain(outside(world, token));
    let environment: BTreeMap<String, String> =
        values.map(|(name, value)| (format!("MINGSHU_{name}"), value)).collect();
    match Config::load(&Sources { file: SettingsFile::None, environment }) {
        Ok(config) => Ok(config),
        Err(problems) => bail!("the demo's own settings are wrong: {problems}"),
    }
}

/// The settings that lead a shop to this world, without `MINGSHU_`.
pub(super) fn outside(world: &World, token: &str) -> Vec<(&'static str, String)> {
    let pingpong = world.pingpong.settings();
    vec![
        ("TELEGRAM__TOKEN", token.to_owned()),
        ("TELEGRAM__API_URL", world.address("telegram")),
        ("PINGPONG__BASE_URL", world.address("pingpong")),
        ("PINGPONG__STATEMENT_URL", world.address("pingpong")),
        ("PINGPONG__ACC_ID", pingpong.acc_id.clone()),
        ("PINGPONG__CLIENT_ID", pingpong.client_id.clone()),
        ("PINGPONG__SALT", pingpong.salt.expose_secret().to_owned()),
        ("AI__BASE_URL", world.address("model")),
        ("AI__API_KEY", "sandbox".to_owned()),
    ]
}

/// A folder of its own that goes when the demo ends.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("mingshu-demo-{}", ids::crockford(10)));
        std::fs::create_dir_all(&path).context("the demo's folder cannot be made")?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind is in the system's folder for temporary files.
        std::fs::remove_dir_all(&self.0).ok();
    }
}
