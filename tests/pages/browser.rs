//! Headless Chromium: what a page says, and how it looks.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

const NAMES: [&str; 3] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/// The page polls for ever; this is when it is looked at.
const LOOK_AFTER_MS: u32 = 3_000;
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy)]
pub(crate) enum View {
    Wide,
    Phone,
}

pub(crate) struct Browser {
    program: &'static str,
}

impl Browser {
    /// The browser of this machine. `None`: there is none, and nobody insists on one.
    pub(crate) fn find() -> Option<Self> {
        let found = NAMES.into_iter().find(|name| Path::new(name).exists());
        let required = std::env::var("MINGSHU_TEST_REQUIRE").unwrap_or_default();
        if found.is_none() {
            assert!(!required.contains("chromium"), "Chromium is required and not here");
            eprintln!("skipped: there is no Chromium here");
        }
        found.map(|program| Self { program })
    }

    /// What a reader sees of the page, as text.
    pub(crate) async fn text(&self, url: &str) -> String {
        let budget = format!("--virtual-time-budget={LOOK_AFTER_MS}");
        let html = self.run(View::Wide, &["--dump-dom".to_owned(), budget, url.to_owned()]).await;
        strip(&String::from_utf8_lossy(&html))
    }

    /// Takes a picture of the page and looks whether there is something on it.
    pub(crate) async fn picture(&self, url: &str, view: View, name: &str) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("picture.png");
        let shot = format!("--screenshot={}", file.display());
        let after = format!("--timeout={LOOK_AFTER_MS}");
        self.run(view, &["--hide-scrollbars".to_owned(), after, shot, url.to_owned()]).await;
        let png = std::fs::read(file).unwrap();
        keep_picture(name, &png);
        let picture = Pixels::of(&png);
        assert_eq!(picture.size, size(view), "{name}");
        let mut colours: Vec<&[u8]> = picture.each().collect();
        colours.sort_unstable();
        colours.dedup();
        assert!(colours.len() > 50, "{name} shows almost nothing: {} colours", colours.len());
    }

    pub(crate) fn program(&self) -> &'static str {
        self.program
    }

    async fn run(&self, view: View, arguments: &[String]) -> Vec<u8> {
        let profile = tempfile::tempdir().unwrap();
        let output = Command::new(self.program)
            .args(switches(view, profile.path()))
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(PATIENCE, output).await.unwrap().unwrap();
        assert!(output.status.success(), "the browser failed");
        output.stdout
    }
}

/// How the browser is started: without a window, without a word to anybody, with nothing from before.
pub(crate) fn switches(view: View, profile: &Path) -> Vec<String> {
    let (width, height) = size(view);
    let silent = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
    ];
    let own = [
        format!("--user-data-dir={}", profile.display()),
        format!("--window-size={width},{height}"),
    ];
    silent.into_iter().map(str::to_owned).chain(own).collect()
}

/// Keeps a picture where somebody asked for it.
pub(crate) fn keep_picture(name: &str, png: &[u8]) {
    if let Some(folder) = std::env::var_os("MINGSHU_SCREENSHOTS").map(PathBuf::from) {
        std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
    }
}

/// A picture that was read.
pub(crate) struct Pixels {
    pub(crate) size: (u32, u32),
    bytes: Vec<u8>,
    /// Bytes of a pixel.
    samples: usize,
}

impl Pixels {
    pub(crate) fn of(png: &[u8]) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        let (size, samples) = ((info.width, info.height), info.color_type.samples());
        Self { size, bytes, samples }
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.samples)
    }
}

fn size(view: View) -> (u32, u32) {
    match view {
        View::Wide => (1280, 920),
        View::Phone => (500, 900),
    }
}

/// The document without scripts, styles and tags.
fn strip(html: &str) -> String {
    let visible = without(&without(html, "script"), "style");
    let mut inside = false;
    visible
        .chars()
        .filter(|letter| {
            let shown = !inside && *letter != '<';
            inside = (inside && *letter != '>') || *letter == '<';
            shown
        })
        .collect()
}

fn without(html: &str, element: &str) -> String {
    let mut kept = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(&format!("<{element}")) {
        kept.push_str(before);
        rest = after.split_once(&format!("</{element}>")).map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}
