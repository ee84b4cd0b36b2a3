//! The service's answers: envelope, classes of failure (§2.1) and the chart (§4.1).
//!
//! Read by path and not into structures, because the back end turns empty objects into `[]`,
//! numbers into text and the other way round (§5).

use anyhow::{Context, anyhow, ensure};
use serde_json::Value;

use crate::bazi::chart::Told;
use crate::bazi::cross_check::TheirReadings;
use crate::bazi::luck::DECADES;
use crate::bazi::ports::{ChartError, Refusal};
use crate::bazi::{ChartSource, Extras, FourPillars, Pillar, Sex};

/// A failure of the business, which comes with HTTP 200.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: String,
    pub(super) message: String,
}

/// Signs of a class of failure in its message, in the order in which they count.
const KEY: [&str; 1] = ["密钥"];
const PLAN: [&str; 3] = ["试用", "仅支持基础接口", "会员"];
const QUOTA: [&str; 5] = ["次数", "余额", "过期", "到期", "额度"];
const RATE: [&str; 3] = ["频繁", "频率", "限制"];
const REQUEST: [&str; 4] = ["参数", "不能为空", "格式", "错误"];

impl Failure {
    /// Codes are not published; the text decides. What is in no class may pass.
    pub(super) fn classified(&self, redacted: impl Fn(&str) -> String) -> ChartError {
        let says = |signs: &[&str]| signs.iter().any(|sign| self.message.contains(sign));
        let text = format!("{}: {}", redacted(&self.code), redacted(&self.message));
        if says(&KEY) {
            ChartError::Refused(Refusal::Key(text))
        } else if says(&PLAN) {
            ChartError::Refused(Refusal::Plan(text))
        } else if says(&QUOTA) {
            ChartError::Refused(Refusal::Quota(text))
        } else if !says(&RATE) && says(&REQUEST) {
            ChartError::Refused(Refusal::Request(text))
        } else {
            ChartError::Unreachable(anyhow!("it failed ({text})"))
        }
    }
}

/// Takes `data` out of the envelope. The outer error: it is no envelope at all.
pub(super) fn open(body: &[u8]) -> anyhow::Result<Result<Value, Failure>> {
    let mut envelope: Value = serde_json::from_slice(body).context("the answer is not JSON")?;
    let code = text(&envelope, "/errcode").context("the answer has no errcode")?;
    if code == "0" {
        return Ok(Ok(envelope.get_mut("data").map(Value::take).unwrap_or_default()));
    }
    let message = text(&envelope, "/errmsg").unwrap_or_default();
    Ok(Err(Failure { code, message }))
}

/// The chart of `paipan`.
pub(super) fn read(data: &Value, hour_known: bool) -> anyhow::Result<Told> {
    let sex = match text(data, "/base_info/sex").as_deref() {
        Some("乾造") => Sex::Male,
        Some("坤造") => Sex::Female,
        other => return Err(anyhow!("the sex is {other:?}")),
    };
    let pillars = pillars(data, "/bazi_info/bazi")?;
    let [year, month, day, hour] = pillars.as_slice() else {
        return Err(anyhow!("there are {} pillars", pillars.len()));
    };
    let mut decades = self::pillars(data, "/dayun_info/big")?;
    ensure!(decades.len() >= usize::from(DECADES), "there are {} 大运", decades.len());
    decades.truncate(usize::from(DECADES));
    Ok(Told {
        source: ChartSource::Yuanfenju,
        sex,
        pillars: FourPillars {
            year: *year,
            month: *month,
            day: *day,
            hour: hour_known.then_some(*hour),
        },
        decades,
        extras: extras(data, hour_known),
        readings: readings(data),
    })
}

fn readings(data: &Value) -> TheirReadings {
    let of = |path| list(data, path).unwrap_or_default();
    TheirReadings {
        ten_gods: of("/bazi_info/tg_cg_god"),
        hidden: of("/bazi_info/dz_cg"),
        hidden_gods: of("/bazi_info/dz_cg_god"),
        life_stages: of("/bazi_info/day_cs"),
        nayin: of("/bazi_info/na_yin"),
        day_void: text(data, "/bazi_info/kw"),
    }
}

/// 格局 and 神煞. Without an hour 格局 and the hour's 神煞 would be those of noon.
fn extras(data: &Value, hour_known: bool) -> Extras {
    let pattern = text(data, "/base_info/zhengge").filter(|pattern| !pattern.is_empty());
    let stars = list(data, "/start_info/jishen").unwrap_or_default();
    let known = if hour_known { 4 } else { 3 };
    Extras {
        pattern: pattern.filter(|_| hour_known),
        stars: stars
            .iter()
            .take(known)
            .map(|names| names.split_whitespace().map(str::to_owned).collect())
            .collect(),
    }
}

fn pillars(data: &Value, path: &str) -> anyhow::Result<Vec<Pillar>> {
    let texts = list(data, path).with_context(|| format!("there is no {path}"))?;
    let read = |text: &String| {
        Pillar::from_zh(text.trim()).with_context(|| format!("{path} has {text:?}"))
    };
    texts.iter().map(read).collect()
}

fn list(data: &Value, path: &str) -> Option<Vec<String>> {
    Some(data.pointer(path)?.as_array()?.iter().filter_map(scalar).collect())
}

fn text(data: &Value, path: &str) -> Option<String> {
    scalar(data.pointer(path)?)
}

/// A text that may have arrived as a number.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn class(message: &str) -> ChartError {
        let failure = Failure { code: "-1".to_owned(), message: message.to_owned() };
        failure.classified(str::to_owned)
    }

    #[test]
    fn failures_are_classified_by_their_text_in_order() {
        let refused = |message| match class(message) {
            ChartError::Refused(refusal) => Some(refusal),
            ChartError::Unreachable(_) => None,
        };
        assert!(matches!(refused("密钥错误"), Some(Refusal::Key(_))));
        assert!(matches!(refused("试用账号仅支持基础接口"), Some(Refusal::Plan(_))));
        assert!(matches!(refused("剩余次数不足"), Some(Refusal::Quota(_))));
        assert!(matches!(refused("参数 sex 不能为空"), Some(Refusal::Request(_))));
        assert_eq!(refused("请求过于频繁，参数已忽略"), None);
        assert_eq!(refused("系统维护"), None);
    }

    #[test]
    fn an_envelope_is_opened_whatever_type_its_code_has() {
        let good =
            |code: Value| open(json!({"errcode": code, "data": {"a": 1}}).to_string().as_bytes());
        assert_eq!(good(json!(0)).unwrap(), Ok(json!({"a": 1})));
        assert_eq!(good(json!("0")).unwrap(), Ok(json!({"a": 1})));
        assert!(good(json!(-1)).unwrap().is_err());
        assert!(open(b"<html>").is_err());
        assert!(open(b"{}").is_err());
        assert!(open(b"[]").is_err());
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_panic(body in any::<Vec<u8>>(), text in "\\PC{0,4}") {
            prop_assert!(open(&body).is_err() || !body.is_empty());
            let data = json!({"base_info": {"sex": "乾造"}, "bazi_info": {"bazi": [text]},
                "dayun_info": []});
            prop_assert!(read(&data, true).is_err());
        }
    }
}
