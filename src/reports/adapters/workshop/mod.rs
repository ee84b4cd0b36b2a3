//! Drawing in processes of their own: Typst can neither be stopped nor be given a limit
//! (reference/typst.md §6), a process can. One that draws too long or wants too much memory ends
//! alone, its picture is missing, and the shop goes on.

mod frame;
mod worker;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub use self::worker::serve;
use crate::reports::drawing::Drawing;
use crate::reports::ports::{DrawError, Renderer};

/// More at once are not faster, but need more memory (reference/typst.md §6).
const MOST_AT_ONCE: usize = 2;
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// A hundred times what the longest report takes.
const LONGEST_WORK: Duration = Duration::from_secs(60);
/// Then a worker is replaced: what it may have kept goes with it.
const DRAWINGS_OF_A_WORKER: u32 = 200;

/// What a worker is started with.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The program that has the hidden command `draw`.
    pub program: PathBuf,
    /// The operator's templates; without them, ours.
    pub templates: Option<PathBuf>,
    /// The operator's fonts.
    pub fonts: Option<PathBuf>,
    /// Memory of one worker, in MiB.
    pub memory_mib: u32,
}

impl Tools {
    /// Of the running program. On Linux also when its file was replaced meanwhile.
    ///
    /// # Errors
    /// When the system does not tell where the program lies.
    pub fn of_this_program(
        (templates, fonts): (Option<PathBuf>, Option<PathBuf>),
        memory_mib: u32,
    ) -> std::io::Result<Self> {
        let itself = Path::new("/proc/self/exe");
        let program = if itself.exists() { itself.to_owned() } else { std::env::current_exe()? };
        Ok(Self { program, templates, fonts, memory_mib })
    }

    fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> =
            vec!["draw".into(), "--memory-mib".into(), self.memory_mib.to_string().into()];
        let folders = [("--templates", &self.templates), ("--fonts", &self.fonts)];
        for (name, folder) in folders {
            if let Some(folder) = folder {
                arguments.extend([name.into(), folder.into()]);
            }
        }
        arguments
    }
}

/// Workers that draw, few at once.
pub struct Workshop {
    tools: Tools,
    places: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

impl Workshop {
    pub fn new(tools: Tools) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let places = Semaphore::new(cores.min(MOST_AT_ONCE));
        Self { tools, places, idle: Mutex::default() }
    }

    fn take(&self) -> anyhow::Result<Worker> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| Worker::start(&self.tools), Ok)
    }

    fn put_back(&self, worker: Worker) {
        if worker.drawn < DRAWINGS_OF_A_WORKER {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
    }
}

#[async_trait]
impl Renderer for Workshop {
    async fn draw(&self, drawing: &Drawing) -> Result<Bytes, DrawError> {
        let place = timeout(LONGEST_WAIT, self.places.acquire()).await;
        let place = place.map_err(|_elapsed| DrawError::Late)?;
        let _place = place.map_err(|closed| DrawError::Failed(closed.into()))?;
        let began = Instant::now();
        let mut worker = self.take().map_err(DrawError::Failed)?;
        // Whoever leaves, also by a time limit, drops the worker, and it ends.
        let drawn = timeout(LONGEST_WORK, worker.draw(drawing)).await;
        let drawn = drawn.map_err(|_elapsed| DrawError::Late)?.map_err(DrawError::Failed)?;
        self.put_back(worker);
        let piece = drawing.piece().word();
        metrics::histogram!("mingshu_render_seconds", "piece" => piece)
            .record(began.elapsed().as_secs_f64());
        let frame::Answer::Drawn { dropped, bytes } = drawn else {
            return Err(DrawError::Failed(drawn.into_error()));
        };
        if dropped > 0 {
            tracing::warn!(
                render.piece = piece,
                render.dropped = dropped,
                "characters that no font has were left out of a picture"
            );
        }
        Ok(bytes.into())
    }
}

/// One process. Dropped, it is ended.
struct Worker {
    _process: Child,
    orders: ChildStdin,
    work: ChildStdout,
    drawn: u32,
}

impl Worker {
    fn start(tools: &Tools) -> anyhow::Result<Self> {
        let mut process = Command::new(&tools.program)
            .args(tools.arguments())
            // It reads what buyers were told and needs no secret of ours.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("no process to draw in")?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let (orders, work) = pipes.context("a process without pipes")?;
        Ok(Self { _process: process, orders, work, drawn: 0 })
    }

    async fn draw(&mut self, drawing: &Drawing) -> anyhow::Result<frame::Answer> {
        let order = frame::order(drawing)?;
        self.drawn = self.drawn.saturating_add(1);
        let gone = "the process that draws has ended: too much memory, or a fault of its own";
        self.orders.write_all(&order).await.context(gone)?;
        self.orders.flush().await.context(gone)?;
        frame::read_answer(&mut self.work).await.context(gone)
    }
}
