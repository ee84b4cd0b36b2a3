//! `[alerts]`: where operators hear what needs them.

use std::net::IpAddr;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use super::values;

/// `[alerts]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alerts {
    /// Whether alerts go to `telegram.alert_chat_id`.
    pub telegram: bool,
    /// Empty: no mail.
    pub smtp_host: String,
    /// By `smtp_security` when it is not set.
    pub smtp_port: Option<u16>,
    pub smtp_security: SmtpSecurity,
    /// Empty: the server wants no name.
    pub smtp_user: String,
    #[serde(skip_serializing)]
    pub smtp_password: SecretString,
    /// Such as `mingshu <alerts@shop.example>`.
    pub smtp_from: String,
    #[serde(deserialize_with = "values::list")]
    pub smtp_to: Vec<String>,
    /// Certificates that are believed besides the public ones.
    pub smtp_ca_file: Option<PathBuf>,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            telegram: true,
            smtp_host: String::new(),
            smtp_port: None,
            smtp_security: SmtpSecurity::Starttls,
            smtp_user: String::new(),
            smtp_password: SecretString::default(),
            smtp_from: String::new(),
            smtp_to: Vec::new(),
            smtp_ca_file: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpSecurity {
    Tls,
    Starttls,
    /// For a server on this machine only.
    None,
}

/// Key, what was found, what was expected.
pub(super) type Mistake = (&'static str, String, &'static str);

impl Alerts {
    pub fn has_mail(&self) -> bool {
        !self.smtp_host.is_empty()
    }

    /// The port that is used: RFC 8314 §3.3, RFC 6409 §3.1; 25 on this machine.
    pub fn port(&self) -> u16 {
        self.smtp_port.unwrap_or(match self.smtp_security {
            SmtpSecurity::Tls => 465,
            SmtpSecurity::Starttls => 587,
            SmtpSecurity::None => 25,
        })
    }

    /// What does not fit together. Of the password only whether there is one.
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        if self.has_mail() { self.wrong_mail() } else { self.stray() }
    }

    /// Settings of a mail that nobody sends.
    fn stray(&self) -> Vec<Mistake> {
        let set = [
            !self.smtp_user.is_empty(),
            !self.password().is_empty(),
            !self.smtp_from.is_empty(),
            !self.smtp_to.is_empty(),
            self.smtp_port.is_some(),
            self.smtp_ca_file.is_some(),
        ];
        if !set.contains(&true) {
            return Vec::new();
        }
        let found = "nothing, while other alerts.smtp_… are set".to_owned();
        vec![("alerts.smtp_host", found, "the name of a mail server")]
    }

    fn wrong_mail(&self) -> Vec<Mistake> {
        const ADDRESS: &str = "an address such as mingshu <alerts@shop.example>";
        let mut wrong = self.wrong_server();
        if !is_mailbox(&self.smtp_from) {
            wrong.push(("alerts.smtp_from", quoted(&self.smtp_from), ADDRESS));
        }
        if self.smtp_to.is_empty() {
            wrong.push(("alerts.smtp_to", "nobody".to_owned(), "who is to get the mail"));
        }
        for to in self.smtp_to.iter().filter(|to| !is_mailbox(to)) {
            wrong.push(("alerts.smtp_to", quoted(to), "addresses such as me@shop.example"));
        }
        match (self.smtp_user.is_empty(), self.password().is_empty()) {
            (false, true) => wrong.push((
                "alerts.smtp_password",
                "nothing, while alerts.smtp_user is set".to_owned(),
                "the password of that user, or neither",
            )),
            (true, false) => wrong.push((
                "alerts.smtp_user",
                "nothing, while alerts.smtp_password is set".to_owned(),
                "the user of that password, or neither",
            )),
            (true, true) | (false, false) => {}
        }
        wrong
    }

    fn wrong_server(&self) -> Vec<Mistake> {
        const HOST: &str = "a name alone, such as smtp.shop.example; the port is alerts.smtp_port";
        let mut wrong = Vec::new();
        let host = self.smtp_host.as_str();
        let is_name = host.bytes().all(|it| it.is_ascii_alphanumeric() || b".-".contains(&it));
        if !is_name && host.parse::<IpAddr>().is_err() {
            wrong.push(("alerts.smtp_host", quoted(host), HOST));
        }
        if self.smtp_port == Some(0) {
            wrong.push(("alerts.smtp_port", "`0`".to_owned(), "1 to 65535"));
        }
        if self.smtp_security == SmtpSecurity::None && !self.is_loopback() {
            let expected = "tls or starttls: only a server on this machine may do without";
            wrong.push(("alerts.smtp_security", "`none`".to_owned(), expected));
        }
        if let Some(file) = &self.smtp_ca_file {
            let found = quoted(&file.display().to_string());
            if self.smtp_security == SmtpSecurity::None {
                wrong.push(("alerts.smtp_ca_file", found, "nothing, without TLS"));
            } else if !file.is_file() {
                wrong.push(("alerts.smtp_ca_file", found, "a file that is there"));
            }
        }
        wrong
    }

    fn is_loopback(&self) -> bool {
        let address = self.smtp_host.parse::<IpAddr>();
        self.smtp_host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    fn password(&self) -> &str {
        self.smtp_password.expose_secret()
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") }
}

/// `a@b` or `name <a@b>`. What else an address may look like is the mail library's business.
fn is_mailbox(text: &str) -> bool {
    let address = match text.split_once('<') {
        Some((_name, rest)) => rest.strip_suffix('>').unwrap_or_default(),
        None => text,
    };
    let plain = |part: &str| {
        let fits = |it: char| !it.is_whitespace() && !it.is_control() && !"<>@,;".contains(it);
        !part.is_empty() && part.chars().all(fits)
    };
    address.split_once('@').is_some_and(|(who, place)| plain(who) && plain(place))
        && !text.contains(char::is_control)
}
