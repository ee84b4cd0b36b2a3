//! `sandbox`: the played world of the demo alone, for a shop that runs beside it with settings of its
//! own, so that the shop can be stopped, killed and started again while the world goes on.

use std::sync::Arc;

use clap::Args;

use super::{Context, Exit, demo, say};
use crate::kernel::clock::SystemClock;
use crate::sandbox::model::Pace;
use crate::sandbox::world::World;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The port to listen on; another free one is taken when it is in use.
    #[arg(long, default_value_t = 8090)]
    port: u16,
    /// Let the model write so that a person can watch.
    #[arg(long)]
    slow: bool,
}

/// Prints the settings that lead a shop here, then plays until somebody stops it.
pub(super) fn run(context: &Context, options: &Options) -> anyhow::Result<Exit> {
    super::runtime()?.block_on(async {
        let listener = demo::listen(options.port).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let token = demo::token();
        let pace = if options.slow { Pace::watchable() } else { Pace::instant() };
        let world = World::try_new(&base_url, &token, pace, Arc::new(SystemClock))?;
        let settings = demo::outside(&world, &token);
        let settings = settings.into_iter().map(|(name, value)| (format!("MINGSHU_{name}"), value));
        if context.json {
            let settings: serde_json::Map<_, _> =
                settings.map(|(name, value)| (name, value.into())).collect();
            say(&serde_json::Value::Object(settings).to_string());
        } else {
            say(&format!("# {base_url}/sandbox; Ctrl-C ends it, nothing is kept"));
            settings.for_each(|(name, value)| say(&format!("{name}={value}")));
        }
        tokio::select! {
            served = world.serve(listener) => served?,
            stopped = tokio::signal::ctrl_c() => stopped?,
        }
        Ok(Exit::Done)
    })
}
