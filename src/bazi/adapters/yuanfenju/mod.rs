//! The chart service of Yuanfenju 缘份居 (reference/yuanfenju.md): `POST /v1/Bazi/paipan`.
//!
//! The birth is normalised before it goes out: always Gregorian, summer time and true solar time
//! already reckoned, so that the service and our engine chart the same moment. Of the answer we
//! take what it alone decides: sex, pillars, 大运, 格局 and 神煞. When 大运 begins stays ours,
//! because the service itself gives two dates that differ by weeks (§6.1).

mod answer;
#[cfg(test)]
mod tests;

use std::io::Read;

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use chrono::{Datelike, NaiveDateTime, Timelike};
use flate2::read::GzDecoder;
use reqwest::StatusCode;
use reqwest::header::ACCEPT;
use secrecy::{ExposeSecret, SecretString};

use crate::bazi::chart::chart;
use crate::bazi::ports::{ChartError, ChartService, Refusal};
use crate::bazi::{BirthMoment, Chart, Sex};
use crate::platform::http::{self, Limits};

/// A full chart has 7 kB; an answer beyond this is not read.
const MAX_BYTES: usize = 1024 * 1024;
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Sent instead of a name: the service only repeats it.
const NAME: &str = "mingshu";

#[derive(Debug, Clone)]
pub struct YuanfenjuConfig {
    /// Without `/v1`, such as `https://api.yuanfenju.com/index.php`.
    pub base_url: String,
    pub api_key: SecretString,
    pub limits: Limits,
}

impl YuanfenjuConfig {
    /// With the time limits that reference/yuanfenju.md §1 advises.
    pub fn new(base_url: impl Into<String>, api_key: SecretString) -> Self {
        Self { base_url: base_url.into(), api_key, limits: Limits::seconds(5, 20) }
    }
}

/// The client.
pub struct Yuanfenju {
    http: reqwest::Client,
    paipan: String,
    api_key: SecretString,
}

impl Yuanfenju {
    /// # Errors
    /// Only when TLS cannot be set up.
    pub fn try_new(config: YuanfenjuConfig) -> Result<Self, reqwest::Error> {
        Ok(Self {
            http: http::client(config.limits)?,
            paipan: format!("{}/v1/Bazi/paipan", config.base_url.trim_end_matches('/')),
            api_key: config.api_key,
        })
    }

    async fn ask(&self, birth: &BirthMoment) -> Result<Vec<u8>, ChartError> {
        let form = form(birth);
        let fields: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain([("api_key", self.api_key.expose_secret())])
            .collect();
        let request = self.http.post(&self.paipan).header(ACCEPT, "application/json");
        let response =
            request.form(&fields).send().await.map_err(|error| may_pass(error.into()))?;
        let status = response.status();
        let body = read(response).await.map_err(may_pass)?;
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            return Err(may_pass(anyhow!("status {status}")));
        }
        if !status.is_success() {
            return Err(ChartError::Refused(Refusal::Request(format!("status {status}"))));
        }
        Ok(body)
    }

    /// Takes our key out of what the service says about it.
    fn redacted(&self, text: &str) -> String {
        let text = match self.api_key.expose_secret() {
            "" => text.to_owned(),
            key => text.replace(key, "***"),
        };
        text.chars().take(200).collect()
    }
}

#[async_trait]
impl ChartService for Yuanfenju {
    fn name(&self) -> &'static str {
        "yuanfenju"
    }

    async fn chart(&self, birth: &BirthMoment, now_year: i32) -> Result<Chart, ChartError> {
        let ours = chart(birth, now_year)
            .map_err(|error| ChartError::Refused(Refusal::Request(error.to_string())))?;
        let body = self.ask(birth).await?;
        let envelope = answer::open(&body).map_err(may_pass)?;
        let data = envelope.map_err(|failure| failure.classified(|text| self.redacted(text)))?;
        let told = answer::read(&data, birth.time.is_known()).map_err(may_pass)?;
        Ok(ours.corrected_by(told))
    }
}

fn may_pass(cause: anyhow::Error) -> ChartError {
    ChartError::Unreachable(cause)
}

/// The fields of §3.1 without the key. Other people's clients swap the numbers of `sex` and
/// `type`: here 0 is male and 1 is Gregorian.
fn form(birth: &BirthMoment) -> Vec<(&'static str, String)> {
    let moment: NaiveDateTime = birth.reckoned;
    vec![
        ("name", NAME.to_owned()),
        ("sex", sex_number(birth.sex).to_owned()),
        ("type", "1".to_owned()),
        ("year", moment.year().to_string()),
        ("month", moment.month().to_string()),
        ("day", moment.day().to_string()),
        ("hours", moment.hour().to_string()),
        ("minute", moment.minute().to_string()),
        ("sect", birth.sect.number().to_string()),
        // True solar time is ours already.
        ("zhen", "2".to_owned()),
        ("lang", "zh-cn".to_owned()),
    ]
}

fn sex_number(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "0",
        Sex::Female => "1",
    }
}

/// The body up to its limit, unpacked when it is gzip by its first bytes: the service sends such
/// bodies without saying so in a header.
async fn read(mut response: reqwest::Response) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.context("the answer broke off")? {
        body.extend_from_slice(&piece);
        if body.len() > MAX_BYTES {
            return Err(anyhow!("the answer is longer than {MAX_BYTES} bytes"));
        }
    }
    if !body.starts_with(&GZIP) {
        return Ok(body);
    }
    let mut unpacked = Vec::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    GzDecoder::new(body.as_slice())
        .take(limit)
        .read_to_end(&mut unpacked)
        .context("the answer is not the gzip that it begins as")?;
    Ok(unpacked)
}
