//! `mingshu report preview`: a report from a birth on the command line, for those who write products.
//! Needs no database; nothing is stored but the files that are asked for.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use chrono::{Datelike, NaiveDate};
use clap::{Args, Subcommand, ValueEnum};

use super::config::refuse;
use super::{Context, Exit};
use crate::app::{outside, parts};
use crate::bazi::places::{self, FoundPlace};
use crate::bazi::{self, BirthInput, BirthTime, Chart, Sect, Sex, SummerTime};
use crate::catalog::answers::{Answer, FormAnswers, Gender};
use crate::catalog::{Product, form, rules};
use crate::config::{Config, GateMode};
use crate::flows::preview_report::{self, Preview, PreviewVerdict, Wanted, Writer};
use crate::kernel::clock::{Clock as _, SystemClock};
use crate::kernel::ids::Sku;
use crate::kernel::locale::Locale;
use crate::reports::adapters::recorded::Recorded;
use crate::reports::gate::Gate;

#[derive(Debug, Subcommand)]
pub(super) enum ReportCommand {
    /// Make a report without an order, with the configured model or with recorded answers
    Preview(Box<PreviewOptions>),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mingshu report preview --product bazi-full --birth \"1990-05-20 07:15\" --sex female --out preview
  mingshu report preview --product year-luck --birth \"1990-05-20 07:15\" --sex m --answer year=2027
  mingshu report preview --product match --birth \"1990-05-20 07:15\" --sex f \\
    --second-birth \"1988-11-02\" --second-sex m --answer stage=together
  mingshu report preview --product daily-sign --recorded answers.json --json")]
pub(super) struct PreviewOptions {
    /// The sku of the product, such as bazi-full
    #[arg(long)]
    product: String,
    /// Date and time of birth, such as \"1990-05-20 07:15\"; the date alone when the time is unknown
    #[arg(long, requires = "sex")]
    birth: Option<String>,
    #[arg(long, value_enum)]
    sex: Option<SexWord>,
    /// Place of birth, for true solar time; the first place that is found
    #[arg(long, requires = "birth")]
    place: Option<String>,
    /// The other one's birth, for a product about two people
    #[arg(long, requires_all = ["birth", "second_sex"])]
    second_birth: Option<String>,
    #[arg(long, value_enum)]
    second_sex: Option<SexWord>,
    #[arg(long, requires = "second_birth")]
    second_place: Option<String>,
    /// The language of the report: zh-Hans, zh-Hant or en
    #[arg(long, default_value = "zh-Hans")]
    lang: String,
    /// An answer of the form, such as year=2027 or question=该不该换行业
    #[arg(long = "answer", value_name = "KEY=VALUE")]
    answers: Vec<String>,
    /// A JSON list of texts that are taken for the model's answers, in order
    #[arg(long, value_name = "FILE")]
    recorded: Option<PathBuf>,
    /// Where report.md, facts.json and preview.json are written
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SexWord {
    #[value(alias = "m")]
    Male,
    #[value(alias = "f")]
    Female,
}

pub(super) fn run(context: &Context, command: ReportCommand) -> anyhow::Result<Exit> {
    let ReportCommand::Preview(options) = command;
    // Recorded answers need no account.
    let sections: &[&str] = match options.recorded {
        Some(_) => &["templates", "orders", "report"],
        None => &["templates", "orders", "report", "ai"],
    };
    let config = match Config::load_sections(&context.sources, sections) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    let zone = config.orders.time_zone;
    let today = SystemClock.now().to_utc().with_timezone(&zone).date_naive();
    let preview = super::runtime()?.block_on(make(&config, &options, today))?;
    if let Some(folder) = &options.out {
        write(folder, &preview)?;
    }
    if context.json {
        super::say(&serde_json::to_string_pretty(&preview)?);
    } else {
        super::say(&page(&preview, options.out.is_none()));
    }
    Ok(Exit::Done)
}

async fn make(
    config: &Config,
    options: &PreviewOptions,
    today: NaiveDate,
) -> anyhow::Result<Preview> {
    let locale = Locale::parse(&options.lang);
    let locale = locale.with_context(|| format!("`{}` is not a language", options.lang))?;
    let catalog = parts::checked_catalog(config)?;
    let product = catalog.find(&Sku::from(options.product.as_str()));
    let product = product.with_context(|| format!("there is no product {}", options.product))?;
    let answers = answers(product, options)?;
    let charts = charts(product, &options.people(), today.year())?;
    let gate = Gate::try_new()?;
    let wanted = Wanted {
        product,
        locale,
        answers: &answers,
        charts: &charts,
        today,
        attempts: config.ai.attempts,
        gate: (config.report.gate != GateMode::Off).then_some(&gate),
    };
    if let Some(file) = &options.recorded {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let recorded = Recorded::parse(&text).context("the recorded answers")?;
        let writer = Writer { model: &recorded, prices: None };
        return Ok(preview_report::run(&wanted, &writer).await?);
    }
    let model = outside::model(config)?;
    let writer = Writer { prices: model.config().prices, model: &model };
    Ok(preview_report::run(&wanted, &writer).await?)
}

/// The answers to the form: those that are given, and the sex.
fn answers(product: &Product, options: &PreviewOptions) -> anyhow::Result<FormAnswers> {
    let mut answers = FormAnswers::default();
    for given in &options.answers {
        let (key, value) = given
            .split_once('=')
            .with_context(|| format!("`{given}` is not an answer such as year=2027"))?;
        let field = product.field(key);
        let field = field.with_context(|| format!("the product asks for no `{key}`"))?;
        let answer = rules::read_answer(field, value).with_context(|| given.clone())?;
        answers.set(key, answer);
    }
    let sexes = [options.sex, options.second_sex];
    for (asked, sex) in form::people(&product.form).zip(sexes) {
        let (Some(field), Some(sex)) = (asked.gender, sex) else { continue };
        let gender = if sex == SexWord::Male { Gender::Male } else { Gender::Female };
        answers.set(&field.key, Answer::Gender(gender));
    }
    if let Some(year) = &product.chart_year {
        ensure!(answers.number(year).is_some(), "the product needs --answer {year}=…");
    }
    Ok(answers)
}

/// What is said of one person.
struct Told<'a> {
    birth: &'a str,
    sex: SexWord,
    place: Option<&'a str>,
}

impl PreviewOptions {
    fn people(&self) -> Vec<Told<'_>> {
        let first = Told::of(self.birth.as_deref(), self.sex, self.place.as_deref());
        let (birth, place) = (self.second_birth.as_deref(), self.second_place.as_deref());
        [first, Told::of(birth, self.second_sex, place)].into_iter().flatten().collect()
    }
}

impl<'a> Told<'a> {
    fn of(birth: Option<&'a str>, sex: Option<SexWord>, place: Option<&'a str>) -> Option<Self> {
        Some(Self { birth: birth?, sex: sex?, place })
    }
}

/// The charts by the keys of the form's births.
fn charts(
    product: &Product,
    people: &[Told<'_>],
    this_year: i32,
) -> anyhow::Result<Vec<(String, Chart)>> {
    let asked: Vec<_> = form::people(&product.form).map(|person| &person.birth.key).collect();
    ensure!(people.len() <= asked.len(), "the product asks for fewer births: {}", asked.len());
    let chart = |(key, person)| Ok((String::clone(key), chart_of(person, this_year)?));
    asked.into_iter().zip(people).map(chart).collect()
}

fn chart_of(told: &Told<'_>, this_year: i32) -> anyhow::Result<Chart> {
    let (date, time) = told.birth.split_once(' ').unwrap_or((told.birth, ""));
    let place = told.place.map(|name| {
        let found = places::search(name, 1).into_iter().next();
        found.map(FoundPlace::place).with_context(|| format!("there is no place `{name}`"))
    });
    let input = BirthInput {
        sex: if told.sex == SexWord::Male { Sex::Male } else { Sex::Female },
        sect: Sect::default(),
        date: bazi::parse_date(date)?,
        time: match time.trim() {
            "" => BirthTime::Unknown,
            time => bazi::parse_time(time)?,
        },
        place: place.transpose()?,
        summer_time: SummerTime::Included,
    };
    Ok(bazi::chart(&input.normalise()?, this_year)?)
}

fn write(folder: &Path, preview: &Preview) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let files = [
        ("report.md", preview.text.clone()),
        ("facts.json", serde_json::to_string_pretty(&preview.facts)?),
        ("preview.json", serde_json::to_string_pretty(preview)?),
    ];
    for (name, text) in files {
        let file = folder.join(name);
        std::fs::write(&file, text).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// The text, when no file holds it, and a line for each request.
fn page(preview: &Preview, with_text: bool) -> String {
    let mut lines = Vec::new();
    if with_text {
        lines.extend([preview.text.clone(), String::new()]);
    }
    for call in &preview.calls {
        let tokens = call.tokens;
        let prompt = tokens.prompt_cache_hit.saturating_add(tokens.prompt_cache_miss);
        let verdict = match call.verdict {
            PreviewVerdict::Passed => "passed",
            PreviewVerdict::Flawed => "flawed, kept",
            PreviewVerdict::WrittenAgain => "written again",
            PreviewVerdict::Held => "held back for an operator",
        };
        lines.push(format!(
            "{}\t{} characters\t{prompt} + {} tokens\t{}\t{verdict}",
            if call.chapter.is_empty() { "report" } else { &call.chapter },
            call.characters,
            tokens.completion,
            amount(call.cost_micros),
        ));
        lines.extend(call.findings.iter().map(|finding| format!("\t{finding}")));
    }
    lines.extend(preview.together.iter().map(|finding| format!("together\t{finding}")));
    let currency = preview.cost_currency.as_deref().unwrap_or_default();
    lines.push(format!("total\t{} {currency}", amount(preview.cost_micros)).trim().to_owned());
    lines.join("\n")
}

/// Millionths as a decimal.
fn amount(micros: i64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ffi::OsString;

    use super::*;
    use crate::config::{SettingsFile, Sources};

    /// Without the settings of whoever runs the tests.
    fn run(line: &[&str]) -> Exit {
        let none = |_named| Sources { file: SettingsFile::IfThere, environment: BTreeMap::new() };
        crate::cli::run_with(line.iter().map(OsString::from), none)
    }

    #[test]
    fn a_preview_is_made_of_recorded_answers_and_leaves_its_files() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let chapter = |number: usize| {
            let text = "日主得令，行事稳当。".repeat(80);
            format!("第{number}。{text}\n\n<summary>摘要{number}</summary>")
        };
        let mut texts: Vec<String> = (1..=8).map(chapter).collect();
        texts.insert(1, "太短。".to_owned());
        std::fs::write(path("answers.json"), serde_json::to_string(&texts).unwrap()).unwrap();
        let (recorded, out) = (path("answers.json"), path("out"));
        let line = [
            "mingshu",
            "report",
            "preview",
            "--product",
            "bazi-full",
            "--sex",
            "f",
            "--birth",
            "1990-05-20 07:15",
            "--recorded",
            &recorded,
            "--out",
            &out,
        ];
        assert_eq!(run(&line), Exit::Done);
        let text = std::fs::read_to_string(path("out/report.md")).unwrap();
        assert!(text.starts_with("## 一、命盘总览\n\n第1。") && text.contains("## 八、"), "{text}");
        let told = std::fs::read_to_string(path("out/preview.json")).unwrap();
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["calls"].as_array().unwrap().len(), 9);
        assert!(told["calls"][1]["findings"][0].as_str().unwrap().contains("太短"));
        assert_eq!(told["calls"][1]["verdict"], "written_again");
        assert_eq!(told["calls"][2]["verdict"], "passed");
        let together = told["together"][0].as_str().unwrap();
        assert!(together.starts_with("character: repetition: "), "{together}");
        let facts = std::fs::read_to_string(path("out/facts.json")).unwrap();
        assert!(facts.contains("坤造") && facts.contains("\"chart\""));
        // Without enough answers there is no report.
        std::fs::write(path("answers.json"), "[]").unwrap();
        assert_eq!(run(&line), Exit::Failed);
    }

    #[test]
    fn a_product_about_two_people_takes_two_births() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let chapter = |number: usize| {
            format!(
                "第{number}。{}\n\n<summary>摘要{number}</summary>",
                "两人各有长处。".repeat(80)
            )
        };
        let texts: Vec<String> = (1..=7).map(chapter).collect();
        std::fs::write(path("answers.json"), serde_json::to_string(&texts).unwrap()).unwrap();
        let (recorded, out) = (path("answers.json"), path("out"));
        let line = |more: &[&'static str]| {
            let first = ["--sex", "f", "--birth", "1990-05-20 07:15", "--answer", "stage=together"];
            let mut line = vec!["mingshu", "report", "preview", "--product", "match"];
            line.extend(first.iter().chain(more));
            line.extend(["--recorded", &recorded, "--out", &out]);
            run(&line)
        };
        assert_eq!(line(&[]), Exit::Failed, "one of them is missing");
        let second = ["--second-birth", "1988-11-02", "--second-sex", "m"];
        assert_eq!(line(&second), Exit::Done);
        let facts = std::fs::read_to_string(path("out/facts.json")).unwrap();
        let facts: serde_json::Value = serde_json::from_str(&facts).unwrap();
        assert_eq!(facts["kind"], "pair");
        let people = facts["people"].as_array().unwrap();
        let keys: Vec<_> = people.iter().map(|person| person["field"].as_str().unwrap()).collect();
        assert_eq!(keys, ["birth", "partner_birth"]);
        assert!(facts["between"].is_object());
    }

    #[test]
    fn what_is_missing_is_said() {
        let line = ["mingshu", "report", "preview", "--product", "nothing", "--recorded", "x"];
        assert_eq!(run(&line), Exit::Failed);
        let line = ["mingshu", "report", "preview", "--birth", "1990-05-20"];
        assert_eq!(run(&line), Exit::Usage);
    }

    #[test]
    fn amounts_are_exact() {
        assert_eq!(amount(1_500_000), "1.500000");
        assert_eq!(amount(42), "0.000042");
    }
}
