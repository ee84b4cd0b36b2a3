//! `init`: a settings file with comments and with secrets that nobody else has.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};

use anyhow::Context as _;
use secrecy::ExposeSecret as _;

use super::{Context, Exit, complain, say};
use crate::config::EXAMPLE;
use crate::kernel::clock::{Clock as _, SystemClock, Timestamp};
use crate::kernel::ids::crockford;
use crate::platform::crypto::Keyring;

/// Characters of a webhook secret: 5 random bits each.
const WEBHOOK_SECRET_LENGTH: usize = 48;

pub(super) fn run(context: &Context) -> anyhow::Result<Exit> {
    let path = context.sources.path();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = match options.open(path) {
        Ok(file) => file,
        Err(fault) if fault.kind() == ErrorKind::AlreadyExists => {
            complain(&format!(
                "{} exists already and is left as it is; name another: mingshu init --config FILE",
                path.display()
            ));
            return Ok(Exit::Failed);
        }
        Err(fault) => return Err(fault).context(format!("cannot write {}", path.display())),
    };
    file.write_all(with_secrets(EXAMPLE, SystemClock.now()).as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))?;
    if context.json {
        say(&serde_json::json!({ "file": path }).to_string());
    } else {
        say(&format!(
            "{} is written. Set server.public_url, telegram.token, [pingpong] and ai.api_key in \
             it, then run: mingshu config check",
            path.display()
        ));
    }
    Ok(Exit::Done)
}

/// The example with its secrets of our own making filled in.
fn with_secrets(example: &str, now: Timestamp) -> String {
    let key = Keyring::generate(&now.to_utc().format("%Y-%m-%d").to_string());
    let keys = format!("encryption_keys = [\"{}\"]", key.expose_secret());
    let secret = format!("webhook_secret = \"{}\"", crockford(WEBHOOK_SECRET_LENGTH));
    example
        .replacen("# encryption_keys = []", &keys, 1)
        // The first is Telegram's; PingPong's is agreed with the provider.
        .replacen("# webhook_secret = \"\"", &secret, 1)
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    #[test]
    fn fresh_secrets_stand_in_their_sections_and_differ_each_time() {
        let now = Timestamp::from_millis(1_795_219_200_000);
        let made = || with_secrets(EXAMPLE, now).parse::<toml::Table>().unwrap();
        let (one, other) = (made(), made());
        let keys: Vec<SecretString> = one["security"]["encryption_keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key.as_str().unwrap().into())
            .collect();
        let sealed = Keyring::parse(&keys).unwrap().seal("x", b"x");
        assert!(sealed.starts_with("v1.2026-11-21."), "{sealed}");
        assert_ne!(one["security"], other["security"]);
        let secret = one["telegram"]["webhook_secret"].as_str().unwrap();
        assert_eq!(secret.len(), WEBHOOK_SECRET_LENGTH);
        assert_ne!(one["telegram"], other["telegram"]);
        assert!(one["pingpong"].get("webhook_secret").is_none());
    }
}
