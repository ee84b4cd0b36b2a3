//! Takes bots' tokens out of log lines.

use std::borrow::Cow;
use std::io::{self, Write};

use tracing_subscriber::fmt::MakeWriter;

/// A writer of log lines that takes bots' tokens out.
pub(super) struct Redacted<M>(pub(super) M);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Redacted<M> {
    type Writer = RedactedLine<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        RedactedLine(self.0.make_writer())
    }
}

pub(super) struct RedactedLine<W>(W);

impl<W: Write> Write for RedactedLine<W> {
    /// Called with whole lines: the subscriber writes each event at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(redact(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// `text` with `bot<digits>:<token>` cut to `bot<digits>:***`; the number alone is public.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut clean = String::new();
    let mut rest = text;
    while let Some((before, token)) = next_token(rest) {
        clean.push_str(before);
        clean.push_str("***");
        rest = token;
    }
    if clean.is_empty() {
        return Cow::Borrowed(text);
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

/// What stands up to and including the colon of the first token, and what stands behind the token.
fn next_token(text: &str) -> Option<(&str, &str)> {
    text.match_indices("bot").find_map(|(start, word)| {
        let number = start.saturating_add(word.len());
        let behind_number = text.get(number..)?.trim_start_matches(|c: char| c.is_ascii_digit());
        let has_number = behind_number.len() < text.len().saturating_sub(number);
        let token =
            behind_number.strip_prefix(':').or_else(|| behind_number.strip_prefix("%3A"))?;
        let of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let behind = token.trim_start_matches(of_token);
        let before = text.get(..text.len().saturating_sub(token.len()))?;
        (has_number && behind.len() < token.len()).then_some((before, behind))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn a_bots_token_is_cut_out_wherever_it_stands() {
        for (text, clean) in [
            (
                "https://t.example/bot123:AA_b-9/getMe failed",
                "https://t.example/bot123:***/getMe failed",
            ),
            (
                r#"{"url":"bot1:x","again":"bot2%3Ay"}"#,
                r#"{"url":"bot1:***","again":"bot2%3A***"}"#,
            ),
            ("robot: 3, bot:abc, bot12 :x, bot12:", "robot: 3, bot:abc, bot12 :x, bot12:"),
            ("付款 bot7:秘密 bot7:abc", "付款 bot7:秘密 bot7:***"),
            ("", ""),
        ] {
            assert_eq!(redact(text), clean);
        }
    }

    #[test]
    fn a_log_line_is_redacted_before_it_is_written() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(Redacted(move || Kept(kept.clone())))
            .json()
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(error = "http://127.0.0.1/bot42:SECRET/getMe", "call failed");
        });
        let written = String::from_utf8(lines.lock().unwrap().clone()).unwrap();
        assert!(written.contains("bot42:***/getMe"), "{written}");
        assert!(!written.contains("SECRET"), "{written}");
    }

    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
