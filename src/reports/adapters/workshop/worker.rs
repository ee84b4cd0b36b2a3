//! The other end of the pipes: a process that draws what it is told, within limits.

use std::io::{Read, Write};

use super::frame::{self, Answer, Order};
use crate::reports::adapters::typesetter::Typesetter;

/// Processor time of a process, in seconds: far more than all its drawings take. One whose shop was
/// killed while it drew without end is ended by this.
#[cfg(unix)]
const SECONDS: u64 = 900;

/// Draws orders until there are no more, with at most `memory_mib` MiB of memory.
///
/// # Errors
/// When the limit cannot be set, or the pipes break.
pub fn serve(
    typesetter: &Typesetter,
    memory_mib: u32,
    (mut orders, mut work): (impl Read, impl Write),
) -> std::io::Result<()> {
    limit(memory_mib)?;
    while let Some(order) = frame::read_order(&mut orders)? {
        frame::write_answer(&mut work, &draw(typesetter, order))?;
    }
    Ok(())
}

fn draw(typesetter: &Typesetter, Order { piece, data }: Order) -> Answer {
    match typesetter.set(piece, data) {
        Ok(rendered) => Answer::Drawn {
            dropped: u32::try_from(rendered.dropped).unwrap_or(u32::MAX),
            bytes: rendered.bytes,
        },
        Err(error) => Answer::Failed(format!("{error:#}")),
    }
}

/// What is asked for beyond ends the process. What it was told is personal: it leaves no image.
#[cfg(unix)]
fn limit(memory_mib: u32) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let memory = u64::from(memory_mib).saturating_mul(1024 * 1024);
    for (resource, most) in
        [(Resource::Data, memory), (Resource::Cpu, SECONDS), (Resource::Core, 0)]
    {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn limit(_memory_mib: u32) -> std::io::Result<()> {
    Ok(())
}
