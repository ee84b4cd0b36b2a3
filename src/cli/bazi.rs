//! `mingshu bazi`: the chart of one birth as text or JSON, or with `--batch` the pillars and 大运 of
//! many (spec.md §8). Needs no settings, no database and no network.

mod batch;
mod text;

use std::io;

use chrono::Datelike;
use clap::{Args, ValueEnum};

use super::{Context, Exit};
use crate::bazi::{self, BirthInput, BirthTime, Chart, Place, Sect, Sex, SummerTime, Zone, places};
use crate::kernel::clock::{Clock, SystemClock};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mingshu bazi 1990-05-20 07:15 --sex male
  mingshu bazi 农历1990年四月廿六 辰时 --sex female --sect 2
  mingshu bazi 1990-05-20 07:15 --sex male --place 成都 --summer-time included
  mingshu bazi --batch < births.jsonl")]
pub(super) struct BaziArgs {
    /// Date of birth, such as 1990-05-20 or 农历1990年四月廿六
    #[arg(required_unless_present = "batch")]
    date: Option<String>,
    /// Time of birth, such as 07:15 or 辰时; left out when it is not known
    time: Option<String>,
    #[arg(long, value_enum, required_unless_present = "batch")]
    sex: Option<SexWord>,
    /// 1: the day changes at 23:00; 2: at midnight
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    sect: u8,
    /// Place of birth, for true solar time; the first place that is found
    #[arg(long)]
    place: Option<String>,
    /// Longitude in degrees, east positive, instead of a place
    #[arg(long, conflicts_with = "place", allow_negative_numbers = true)]
    longitude: Option<f64>,
    /// IANA time zone of the longitude
    #[arg(long, requires = "longitude", default_value = "Asia/Shanghai")]
    zone: String,
    /// Whether the stated time includes summer time
    #[arg(long, value_enum)]
    summer_time: Option<SummerTimeWord>,
    /// Read births as JSON lines {"datetime":"1990-05-20 07:15","sex":0,"sect":1} (sex 0 is male,
    /// clock time of UTC+8) from standard input and answer each with a line
    #[arg(long, conflicts_with_all = ["date", "place", "longitude", "sex", "summer_time"])]
    batch: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SexWord {
    Male,
    Female,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SummerTimeWord {
    Included,
    NotIncluded,
}

pub(super) fn run(context: &Context, args: &BaziArgs) -> anyhow::Result<Exit> {
    if args.batch {
        let mut answers = io::BufWriter::new(io::stdout().lock());
        let failed = match batch::answer_all(io::stdin().lock(), &mut answers) {
            Ok(failed) => failed,
            // The reader has enough.
            Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => return Ok(Exit::Done),
            Err(fault) => return Err(fault.into()),
        };
        if failed == 0 {
            return Ok(Exit::Done);
        }
        super::complain(&format!("{failed} lines could not be answered"));
        return Ok(Exit::Failed);
    }
    match chart_of(args, SystemClock.now().to_utc().year()) {
        Ok(chart) if context.json => super::say(&serde_json::to_string_pretty(&chart)?),
        Ok(chart) => super::say(&text::page(&chart)),
        Err(refused) => {
            super::complain(&refused);
            return Ok(Exit::Usage);
        }
    }
    Ok(Exit::Done)
}

/// The chart, or the sentence that says what is wrong with the stated birth.
fn chart_of(args: &BaziArgs, now_year: i32) -> Result<Chart, String> {
    let said = |error: bazi::BirthError| error.zh();
    let input = BirthInput {
        sex: match args.sex {
            Some(SexWord::Male) | None => Sex::Male,
            Some(SexWord::Female) => Sex::Female,
        },
        sect: Sect::from_number(args.sect).unwrap_or_default(),
        date: bazi::parse_date(args.date.as_deref().unwrap_or_default()).map_err(said)?,
        time: match &args.time {
            Some(time) => bazi::parse_time(time).map_err(said)?,
            None => BirthTime::Unknown,
        },
        place: place(args)?,
        summer_time: match args.summer_time {
            Some(SummerTimeWord::Included) => SummerTime::Included,
            Some(SummerTimeWord::NotIncluded) => SummerTime::NotIncluded,
            None => SummerTime::NotAsked,
        },
    };
    bazi::chart(&input.normalise().map_err(said)?, now_year).map_err(said)
}

fn place(args: &BaziArgs) -> Result<Option<Place>, String> {
    if let Some(longitude) = args.longitude {
        let zone = Zone::parse(&args.zone).map_err(|error| error.zh())?;
        return Ok(Some(Place { name: format!("{longitude}°"), longitude, zone }));
    }
    let Some(name) = &args.place else { return Ok(None) };
    let found = places::search(name, 1).into_iter().next();
    found.map(|found| Some(found.place())).ok_or_else(|| format!("找不到地点“{name}”"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        bazi: BaziArgs,
    }

    fn chart(line: &str) -> Result<Chart, String> {
        let line = Line::try_parse_from(line.split(' ')).map_err(|error| error.to_string())?;
        chart_of(&line.bazi, 2026)
    }

    #[test]
    fn a_birth_is_read_from_the_command_line() {
        let solar = chart("bazi 1990-05-20 07:15 --sex male").unwrap();
        assert_eq!(solar.pillars_zh(), "庚午 辛巳 乙酉 庚辰");
        let lunar = chart("bazi 农历1990年四月廿六 辰时 --sex male").unwrap();
        assert_eq!(lunar.pillars_zh(), solar.pillars_zh());
        let unknown = chart("bazi 1990-05-20 --sex female --sect 2").unwrap();
        assert_eq!(unknown.pillars_zh(), "庚午 辛巳 乙酉 ----");
        assert_eq!(unknown.birth.sect, Sect::LateZiSameDay);
    }

    #[test]
    fn a_place_brings_true_solar_time() {
        let named = chart("bazi 2000-05-20 07:15 --sex male --place 成都").unwrap();
        assert!(named.birth.uses_solar_time());
        let bare =
            chart("bazi 2000-05-20 07:15 --sex male --longitude -74 --zone America/New_York");
        assert_eq!(bare.unwrap().birth.term_time.to_string(), "2000-05-20 19:15:00");
        assert_eq!(
            chart("bazi 2000-05-20 07:15 --sex male --place 子虚乌有").unwrap_err(),
            "找不到地点“子虚乌有”"
        );
    }

    #[test]
    fn mistakes_are_answered_with_the_exact_sentence() {
        assert_eq!(
            chart("bazi 1990-02-30 --sex male").unwrap_err(),
            "2 月没有 30 日，最后一天是 28 日"
        );
        assert!(chart("bazi 1990-02-20").unwrap_err().contains("--sex"));
        assert!(chart("bazi").is_err());
        assert!(chart("bazi --batch 1990-02-20").is_err());
    }
}
