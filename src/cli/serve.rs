//! `serve`: runs the shop until it is asked to stop. `migrate`: brings the database up to date.

use std::sync::Arc;

use clap::Args;

use super::config::refuse;
use super::{Context, Exit, complain, say};
use crate::app::parts::{self, Parts};
use crate::app::serve::{self, Extras, Role};
use crate::config::Config;
use crate::kernel::clock::SystemClock;
use crate::platform::lifecycle::Lifecycle;
use crate::platform::telemetry;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Start only one of the processes, on a database that all of them share.
    #[arg(long, value_enum, default_value = "all")]
    role: Role,
}

impl Default for Options {
    fn default() -> Self {
        Self { role: Role::All }
    }
}

pub(super) fn run(context: &Context, options: &Options) -> anyhow::Result<Exit> {
    let config = match Config::load(&context.sources) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    telemetry::start_logging(config.log.format, &config.log.level)?;
    let metrics = telemetry::start_metrics()?;
    super::runtime()?.block_on(async {
        let parts = Parts::assemble(config, Arc::new(SystemClock), false).await?;
        let lifecycle = Lifecycle::new(serve::shutdown_limit(&parts));
        let extras = Extras { metrics: Some(metrics), ..Extras::default() };
        if let Err(fault) = serve::start(&parts, options.role, extras, &lifecycle).await {
            lifecycle.call_off().await;
            return Err(fault);
        }
        tracing::info!(version = env!("CARGO_PKG_VERSION"), "mingshu is open");
        lifecycle.run().await?;
        parts.base.db.close().await?;
        Ok(Exit::Done)
    })
}

pub(super) fn migrate(context: &Context) -> anyhow::Result<Exit> {
    let config = match Config::load_sections(&context.sources, &["database"]) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    super::runtime()?.block_on(async {
        let db = parts::database(&config).await?;
        let migrated = parts::migrate(&config, &db).await?;
        db.close().await?;
        if context.json {
            let answer = serde_json::json!({
                "applied": migrated.applied,
                "backup": migrated.backup,
            });
            say(&answer.to_string());
        } else if migrated.applied.is_empty() {
            say("the database is up to date");
        } else {
            say(&format!("applied {}", migrated.applied.join(", ")));
        }
        if let Some(backup) = &migrated.backup {
            complain(&format!("the database as it was before: {}", backup.display()));
        }
        Ok(Exit::Done)
    })
}
