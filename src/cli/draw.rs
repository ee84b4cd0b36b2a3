//! `mingshu draw`: the other end of a workshop's pipes. Started by the server, never by a person; it
//! reads no settings and knows no secret.

use std::io::{stdin, stdout};
use std::path::PathBuf;

use clap::Args;

use super::Exit;
use crate::platform::assets::Assets;
use crate::reports::adapters::typesetter::Typesetter;
use crate::reports::adapters::workshop;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Templates in place of ours
    #[arg(long, value_name = "FOLDER")]
    templates: Option<PathBuf>,
    /// Fonts besides ours
    #[arg(long, value_name = "FOLDER")]
    fonts: Option<PathBuf>,
    /// The most memory that it may take, in MiB
    #[arg(long)]
    memory_mib: u32,
}

pub(super) fn run(options: &Options) -> anyhow::Result<Exit> {
    let assets = options.templates.as_ref().map_or_else(Assets::embedded, Assets::with_dir);
    let typesetter = Typesetter::load(&assets, options.fonts.as_deref())?;
    workshop::serve(&typesetter, options.memory_mib, (stdin().lock(), stdout().lock()))?;
    Ok(Exit::Done)
}
