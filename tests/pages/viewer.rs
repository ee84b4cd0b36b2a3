//! The reader of PDF that comes with Chromium. A picture taken from the command line comes too early
//! for it, so the browser is talked to: its `DevTools` protocol, over the two pipes that
//! `--remote-debugging-pipe` asks for.

use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout_at};

use crate::browser::{self, Browser, View};

const PATIENCE: Duration = Duration::from_secs(60);
/// A page of a book fills more of the window than the viewer's own buttons and margins can.
const PAPER_PERCENT: usize = 25;

/// A browser with one page, and the pipes to it.
struct Talk {
    browser: Child,
    commands: File,
    answers: BufReader<File>,
    asked: u64,
    deadline: Instant,
    /// Its profile.
    _folder: tempfile::TempDir,
}

/// Waits until the viewer shows the paper of the document at `url`.
///
/// # Panics
/// When it does not.
pub(crate) async fn shows_paper(browser: &Browser, url: &str) {
    let mut talk = Talk::begin(browser).await;
    let page = talk.ask(None, "Target.createTarget", json!({ "url": url })).await;
    let attach = json!({ "targetId": page["targetId"], "flatten": true });
    let session = talk.ask(None, "Target.attachToTarget", attach).await;
    let session = session["sessionId"].as_str().unwrap().to_owned();
    loop {
        let shot = talk.ask(Some(&session), "Page.captureScreenshot", json!({})).await;
        let png = STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        if paper_percent(&png) >= PAPER_PERCENT {
            browser::keep_picture("book-in-chromium", &png);
            break;
        }
    }
    talk.browser.kill().await.unwrap();
}

/// How much of the picture has the colour of paper: bright, and warmer than white.
fn paper_percent(png: &[u8]) -> usize {
    let picture = browser::Pixels::of(png);
    let is_paper = |pixel: &&[u8]| pixel[0] > 230 && pixel[2] > 200 && pixel[0] > pixel[2];
    let paper = picture.each().filter(is_paper).count();
    paper * 100 / picture.each().count()
}

impl Talk {
    async fn begin(browser: &Browser) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (to, from) = (folder.path().join("to"), folder.path().join("from"));
        let made = Command::new("mkfifo").args([&to, &from]).status().await.unwrap();
        assert!(made.success(), "pipes can be made");
        // The browser reads commands from its third file and writes answers to its fourth.
        let mut shell = Command::new("sh");
        shell.args(["-c", "exec \"$@\" 3<\"$0/to\" 4>\"$0/from\""]).arg(folder.path());
        shell.arg(browser.program()).arg("--remote-debugging-pipe");
        shell.args(browser::switches(View::Wide, folder.path()));
        shell.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let browser = shell.spawn().unwrap();
        let deadline = Instant::now() + PATIENCE;
        let mut writing = File::options();
        let commands = writing.write(true).open(to);
        let commands = timeout_at(deadline, commands).await.unwrap().unwrap();
        let answers = timeout_at(deadline, File::open(from)).await.unwrap().unwrap();
        Self {
            browser,
            commands,
            answers: BufReader::new(answers),
            asked: 0,
            deadline,
            _folder: folder,
        }
    }

    /// What the browser answers; events in between are not listened to.
    async fn ask(&mut self, session: Option<&str>, method: &str, params: Value) -> Value {
        self.asked += 1;
        let mut command = json!({ "id": self.asked, "method": method, "params": params });
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        self.commands.write_all(format!("{command}\0").as_bytes()).await.unwrap();
        self.commands.flush().await.unwrap();
        loop {
            let mut word = Vec::new();
            let read = timeout_at(self.deadline, self.answers.read_until(0, &mut word)).await;
            assert!(read.expect("the viewer shows no paper in time").unwrap() > 0, "it hung up");
            word.pop();
            let word: Value = serde_json::from_slice(&word).unwrap();
            if word["id"] == self.asked {
                assert!(word["error"].is_null(), "{method}: {word}");
                return word["result"].clone();
            }
        }
    }
}
