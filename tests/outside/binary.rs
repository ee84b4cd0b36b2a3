//! The program as an operator has it: one binary, an empty folder, environment variables.

use std::collections::BTreeMap;
use std::fs::{File, read_to_string};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use super::patience::{browser, eventually};

pub(crate) type Environment = BTreeMap<String, String>;

/// A running `mingshu serve`. Killed when dropped.
pub(crate) struct Program {
    child: Child,
    url: String,
    log: PathBuf,
}

impl Program {
    /// Starts the program in `folder` and waits until it says that it is ready.
    pub(crate) async fn serve(environment: &Environment, folder: &Path) -> Self {
        let log = folder.join("log");
        let lines = File::options().create(true).append(true).open(&log).unwrap();
        let child = command(environment, folder)
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(lines.try_clone().unwrap())
            .stderr(lines)
            .spawn()
            .unwrap();
        let url = format!("http://{}", environment["MINGSHU_SERVER__BIND"]);
        let mut program = Self { child, url, log };
        program.wait_until_ready().await;
        program
    }

    /// SIGTERM, and the exit that follows.
    pub(crate) async fn stop(mut self) -> ExitStatus {
        let told = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        assert!(told.unwrap().success(), "the program can be told to stop");
        let child = tokio::sync::Mutex::new(&mut self.child);
        eventually("the program stops", Duration::from_secs(40), || async {
            child.lock().await.try_wait().unwrap()
        })
        .await
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    async fn wait_until_ready(&mut self) {
        let (client, ready) = (browser(), format!("{}/health/ready", self.url));
        let log = self.log.clone();
        let child = tokio::sync::Mutex::new(&mut self.child);
        eventually("the program is ready", Duration::from_secs(60), || async {
            if let Some(status) = child.lock().await.try_wait().unwrap() {
                panic!("the program ended with {status}:\n{}", tail(&log));
            }
            let answer = client.get(&ready).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        if std::thread::panicking() {
            println!("the program's log ends:\n{}", tail(&self.log));
        }
    }
}

fn tail(log: &Path) -> String {
    let text = read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}

/// Runs a command to its end.
pub(crate) fn run(environment: &Environment, folder: &Path, arguments: &[&str]) -> Output {
    command(environment, folder).args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// What a finished command wrote, on both channels.
pub(crate) fn written(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

pub(crate) fn command(environment: &Environment, folder: &Path) -> Command {
    let mut command = Command::new(program());
    command.env_clear().envs(environment).current_dir(folder);
    command
}

/// Cargo tells the tests of this package where the program is; whoever includes this file elsewhere
/// is told by `MINGSHU_BIN`, or takes what `cargo build` left in the checkout.
fn program() -> PathBuf {
    let built = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/debug/mingshu");
    let told = || std::env::var_os("MINGSHU_BIN").map_or_else(built, PathBuf::from);
    option_env!("CARGO_BIN_EXE_mingshu").map_or_else(told, PathBuf::from)
}

/// An address of loopback that was free a moment ago.
pub(crate) fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}
