//! Copies what stands in SQLite's log into its file while callbacks are settled, on a thread and a
//! connection of its own. Otherwise whoever commits does that, every thousand pages, and all callbacks
//! wait for it: a fifth of their time was measured (docs/performance.md).

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use super::each;

/// Between two looks at the log: a checkpoint waits for the disk more than once, however short it is.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) struct Checkpointer {
    bell: SyncSender<()>,
}

impl Checkpointer {
    /// Its thread ends when it is dropped.
    pub(super) fn start(path: &Path) -> rusqlite::Result<Self> {
        let (bell, rung) = sync_channel(1);
        let connection = each::open(path)?;
        let name = thread::Builder::new().name("checkpoint".to_owned());
        if let Err(error) = name.spawn(move || look_after(&connection, &rung)) {
            // Whoever commits does it, then.
            tracing::warn!(error = &error as &dyn std::error::Error, "no thread for checkpoints");
        }
        Ok(Self { bell })
    }

    /// There is more in the log. Waits for nobody: one that was rung already looks anyway, and one that
    /// is gone is not needed for what it does.
    pub(super) fn ring(&self) {
        self.bell.try_send(()).ok();
    }
}

/// Passively: nobody waits, and what a reader still needs stays for the next time.
fn look_after(connection: &Connection, rung: &Receiver<()>) {
    while rung.recv().is_ok() {
        let copied = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_row| Ok(()));
        if let Err(error) = copied {
            tracing::warn!(error = &error as &dyn std::error::Error, "a checkpoint failed");
        }
        thread::sleep(PAUSE);
    }
}
