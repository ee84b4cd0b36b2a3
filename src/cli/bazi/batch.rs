//! Many births, one JSON line each.

use std::io::{self, BufRead, Write};

use chrono::{Datelike, NaiveDateTime, Timelike};
use serde::{Deserialize, Serialize};

use crate::bazi::{
    self, BirthInput, BirthTime, CalendarDate, FourPillars, Luck, Sect, Sex, SummerTime,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Birth {
    /// Clock time of UTC+8, such as `1990-05-20 07:15`.
    datetime: String,
    /// 0 male, 1 female.
    sex: u8,
    #[serde(default = "first_sect")]
    sect: u8,
}

fn first_sect() -> u8 {
    Sect::default().number()
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Chart { pillars: Vec<String>, dayun_start_age: i32, dayun: Vec<String> },
    Refused { error: String, line: u64 },
}

/// Answers every line that is not blank, in order, and goes on after a bad one. Tells how many
/// were bad.
pub(super) fn answer_all(mut births: impl BufRead, answers: &mut impl Write) -> io::Result<u64> {
    let mut line = Vec::new();
    let mut failed = 0;
    for number in 1_u64.. {
        line.clear();
        if births.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = answer(&line).unwrap_or_else(|error| {
            failed += 1;
            Answer::Refused { error, line: number }
        });
        serde_json::to_writer(&mut *answers, &answer)?;
        answers.write_all(b"\n")?;
    }
    answers.flush()?;
    Ok(failed)
}

fn answer(line: &[u8]) -> Result<Answer, String> {
    let birth: Birth = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let (pillars, luck) = reckon(&birth)?;
    Ok(Answer::Chart {
        pillars: pillars.known().map(|pillar| pillar.to_string()).collect(),
        dayun_start_age: luck.start_age(),
        dayun: luck.decades.iter().map(|decade| decade.pillar.to_string()).collect(),
    })
}

fn reckon(birth: &Birth) -> Result<(FourPillars, Luck), String> {
    let moment = NaiveDateTime::parse_from_str(&birth.datetime, "%Y-%m-%d %H:%M")
        .map_err(|_unreadable| what_is_wrong(&birth.datetime))?;
    let input = BirthInput {
        sex: match birth.sex {
            0 => Sex::Male,
            1 => Sex::Female,
            other => return Err(format!("sex is 0 or 1, not {other}")),
        },
        sect: Sect::from_number(birth.sect)
            .ok_or_else(|| format!("sect is 1 or 2, not {}", birth.sect))?,
        date: CalendarDate::Solar { year: moment.year(), month: moment.month(), day: moment.day() },
        time: BirthTime::Exact { hour: moment.hour(), minute: moment.minute() },
        place: None,
        summer_time: SummerTime::NotIncluded,
    };
    let moment = input.normalise().map_err(|error| error.zh())?;
    bazi::pillars_and_luck(&moment).map_err(|error| error.zh())
}

/// The sentence that a single birth would be answered with.
fn what_is_wrong(datetime: &str) -> String {
    let (date, time) = datetime.split_once(' ').unwrap_or((datetime, ""));
    let wrong = bazi::parse_date(date).err().or_else(|| bazi::parse_time(time).err());
    wrong.map_or_else(|| format!("看不懂“{datetime}”，请写成 1990-05-20 07:15"), |error| error.zh())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(births: &str) -> (Vec<serde_json::Value>, u64) {
        let mut written = Vec::new();
        let failed = answer_all(births.as_bytes(), &mut written).unwrap();
        let lines = String::from_utf8(written).unwrap();
        (lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), failed)
    }

    #[test]
    fn each_birth_is_answered_with_a_line() {
        let (answers, failed) = answers(
            "{\"datetime\":\"1990-05-20 07:15\",\"sex\":0,\"sect\":1}\n\
             {\"datetime\":\"1992-10-21 09:40\",\"sex\":1,\"sect\":2}",
        );
        assert_eq!(failed, 0);
        assert_eq!(
            answers[0],
            serde_json::json!({
                "pillars": ["庚午", "辛巳", "乙酉", "庚辰"],
                "dayun_start_age": 7,
                "dayun": ["壬午", "癸未", "甲申", "乙酉", "丙戌", "丁亥", "戊子", "己丑", "庚寅", "辛卯"],
            })
        );
        assert_eq!(answers[1]["dayun"][0], "己酉");
    }

    #[test]
    fn a_bad_line_is_named_and_the_others_are_answered() {
        let (answers, failed) = answers(
            "{\"datetime\":\"1990-02-30 07:15\",\"sex\":0,\"sect\":1}\n\nnot json\n\
             {\"datetime\":\"1990-05-20 07:15\",\"sex\":2,\"sect\":1}\n\
             {\"datetime\":\"1890-05-20 07:15\",\"sex\":0,\"sect\":1}\n\
             {\"datetime\":\"1990-05-20 07:15\",\"sex\":0,\"sect\":3}\n\
             {\"datetime\":\"1990-05-20 07:15\",\"sex\":0,\"sect\":2}\n",
        );
        assert_eq!(failed, 5);
        let lines: Vec<_> = answers.iter().map(|answer| answer["line"].as_u64()).collect();
        assert_eq!(lines, [Some(1), Some(3), Some(4), Some(5), Some(6), None]);
        assert_eq!(answers[0]["error"], "2 月没有 30 日，最后一天是 28 日");
        assert_eq!(answers[3]["error"], "1890 年超出范围，可用 1900 至 2100 年");
        assert_eq!(answers[5]["pillars"][0], "庚午");
    }

    #[test]
    fn bytes_that_are_no_text_are_one_bad_line() {
        let mut written = Vec::new();
        assert_eq!(answer_all(&b"\xff\xfe\n"[..], &mut written).unwrap(), 1);
    }
}
