//! `mingshu render check`: every template with sample charts in every language, before a buyer sees
//! it. Needs no database and no network; minds the settings `[templates]` and `[render]` alone.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::Datelike as _;
use clap::Subcommand;

use super::config::refuse;
use super::{Context, Exit, complain, say};
use crate::app::parts;
use crate::bazi::{self, BirthInput, BirthTime, CalendarDate, Sect, Sex, SummerTime, places};
use crate::config::Config;
use crate::flows::illustrate::{Illustration, Sitters, Words, day_in};
use crate::kernel::clock::Timestamp;
use crate::kernel::locale::Locale;
use crate::platform::assets::Assets;
use crate::platform::texts::Texts;
use crate::reports::adapters::typesetter::Typesetter;
use crate::reports::drawing::{Drawing, Piece, Theme};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Render every template with sample data in each language; exit code 1 when one is wrong.
    Check {
        /// Keep the pictures and books in this folder, to look at them.
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
}

/// 2026-11-21 04:13 UTC: samples never age.
const MADE: Timestamp = Timestamp(1_795_234_380_000);
const LINK: &str = "https://t.me/mingshu_demo_bot?start=aff_7F3K9QX2";

pub(super) fn run(context: &Context, command: &Command) -> anyhow::Result<Exit> {
    let Command::Check { out } = command;
    let config = match Config::load_sections(&context.sources, &["templates", "render"]) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    if let Some(folder) = out {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let (typesetter, texts) = parts::drawing_tools(&config)?;
    let proofs = Proofs { typesetter, texts, assets: parts::assets(&config), out: out.as_deref() };
    let mut faults = Vec::new();
    let mut count = 0_usize;
    for locale in Locale::ALL {
        count = count.saturating_add(proofs.read(*locale, &mut faults)?);
    }
    if context.json {
        let ok = faults.is_empty();
        say(&serde_json::json!({ "ok": ok, "rendered": count, "problems": faults }).to_string());
    } else if faults.is_empty() {
        say(&format!("{count} pictures and books are good"));
    } else {
        complain(&faults.join("\n"));
    }
    Ok(if faults.is_empty() { Exit::Done } else { Exit::Failed })
}

struct Proofs<'a> {
    typesetter: Typesetter,
    texts: Texts,
    assets: Assets,
    out: Option<&'a Path>,
}

impl Proofs<'_> {
    /// Renders everything in one language; how many came out.
    fn read(&self, locale: Locale, faults: &mut Vec<String>) -> anyhow::Result<usize> {
        let mut count = 0_usize;
        for (name, sitters) in samples()? {
            for theme in [Theme::Light, Theme::Dark] {
                for drawing in self.drawings(locale, (&sitters, theme))? {
                    let about = (drawing.piece(), theme, locale, name);
                    count = count.saturating_add(usize::from(self.proof(about, &drawing, faults)?));
                }
            }
        }
        Ok(count)
    }

    /// All that is drawn of one or two people. Books and cards have one look.
    fn drawings(
        &self,
        locale: Locale,
        (sitters, theme): (&Sitters, Theme),
    ) -> anyhow::Result<Vec<Drawing>> {
        let file = format!("report/sample.{locale}.md");
        let text = self.assets.read(&file)?.with_context(|| format!("there is no {file}"))?;
        let words = Words { texts: &self.texts, locale };
        let illustration = Illustration {
            words,
            theme,
            sitters,
            made: day_in(chrono_tz::Asia::Shanghai, MADE),
            title: &words.sample_title(),
            order_no: "M20261121-7F3K9QX2",
            text: &text,
            invitation: Some(LINK),
        };
        let once =
            |piece: &Piece| theme == Theme::Light || !matches!(piece, Piece::Book | Piece::Share);
        let drawn = Piece::ALL.into_iter().filter(once);
        Ok(drawn.filter_map(|piece| illustration.draw(piece)).collect())
    }

    /// Whether it came out; what is wrong with it is a fault.
    fn proof(
        &self,
        (piece, theme, locale, name): (Piece, Theme, Locale, &str),
        drawing: &Drawing,
        faults: &mut Vec<String>,
    ) -> anyhow::Result<bool> {
        let about = format!("{} ({locale}, {name})", piece.word());
        let rendered = match self.typesetter.proof(drawing) {
            Ok(rendered) => rendered,
            Err(error) => {
                faults.push(format!("{about}: {error:#}"));
                return Ok(false);
            }
        };
        faults.extend(rendered.warnings.iter().map(|warning| format!("{about}: {warning}")));
        if rendered.dropped > 0 {
            faults.push(format!("{about}: no font has {} of its characters", rendered.dropped));
        }
        self.keep((piece, theme), (locale, name), &rendered.bytes)?;
        Ok(true)
    }

    fn keep(
        &self,
        (piece, theme): (Piece, Theme),
        (locale, name): (Locale, &str),
        bytes: &[u8],
    ) -> anyhow::Result<()> {
        let Some(folder) = self.out else { return Ok(()) };
        let dark = if theme == Theme::Dark { ".dark" } else { "" };
        let file = format!("{}.{locale}.{name}{dark}.{}", piece.word(), piece.extension());
        let path = folder.join(file);
        std::fs::write(&path, bytes).with_context(|| path.display().to_string())
    }
}

/// Three people, and two pairs of them.
fn samples() -> anyhow::Result<Vec<(&'static str, Sitters)>> {
    let year = day_in(chrono_tz::Asia::Shanghai, MADE).year();
    let chart = |birth: &BirthInput| anyhow::Ok(bazi::chart(&birth.normalise()?, year)?);
    let [(_, placed), (_, unknown), (_, old)] = &births();
    let pair = |one, other| anyhow::Ok(Sitters::Two(Box::new((chart(one)?, chart(other)?))));
    let mut samples = Vec::new();
    for (name, birth) in births() {
        samples.push((name, Sitters::One(Box::new(chart(&birth)?))));
    }
    samples.push(("pair", pair(placed, unknown)?));
    samples.push(("pair-old", pair(old, placed)?));
    Ok(samples)
}

/// Three births that between them show what a chart can hold: true solar time and summer time, an
/// hour that is not known, and an old person born on a leap month's day.
fn births() -> [(&'static str, BirthInput); 3] {
    let guangzhou = places::search("广州", 1).into_iter().next();
    let birth = |sex, date, time| BirthInput {
        sex,
        sect: Sect::default(),
        date,
        time,
        place: None,
        summer_time: SummerTime::NotAsked,
    };
    let solar = |year, month, day| CalendarDate::Solar { year, month, day };
    let morning = BirthTime::Exact { hour: 7, minute: 15 };
    let old = CalendarDate::Lunar { year: 1941, month: 6, leap: true, day: 15 };
    let hour = BirthTime::DoubleHour { branch: bazi::Branch::You };
    let mut placed = birth(Sex::Female, solar(1990, 5, 20), morning);
    placed.place = guangzhou.map(places::FoundPlace::place);
    placed.summer_time = SummerTime::Included;
    [
        ("placed", placed),
        ("unknown-hour", birth(Sex::Male, solar(2001, 9, 30), BirthTime::Unknown)),
        ("old", birth(Sex::Female, old, hour)),
    ]
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use ring::digest::{SHA256, digest};

    use super::*;

    fn proofs() -> Proofs<'static> {
        let (typesetter, texts) = parts::drawing_tools(&Config::default()).unwrap();
        Proofs { typesetter, texts, assets: Assets::embedded(), out: None }
    }

    /// The bytes of every template in every language. A change of template, font, text or typesetter
    /// changes them: look at the pictures (`mingshu render check --out FOLDER`), then accept.
    #[test]
    fn every_sheet_is_the_picture_that_was_looked_at() {
        let proofs = proofs();
        let samples = samples().unwrap();
        let of = |name: &str| &samples.iter().find(|(known, _)| *known == name).unwrap().1;
        let mut told = String::new();
        for locale in Locale::ALL {
            let mut drawings = proofs.drawings(*locale, (of("placed"), Theme::Light)).unwrap();
            drawings.extend(proofs.drawings(*locale, (of("pair"), Theme::Light)).unwrap());
            for name in ["unknown-hour", "pair"] {
                let dark = proofs.drawings(*locale, (of(name), Theme::Dark)).unwrap();
                drawings.extend(dark.into_iter().take(1));
            }
            for drawing in drawings {
                let rendered = proofs.typesetter.proof(&drawing).unwrap();
                let about = format!("{locale} {} {:?}", drawing.piece().word(), drawing.theme);
                assert!(rendered.warnings.is_empty(), "{about}: {:?}", rendered.warnings);
                assert_eq!(rendered.dropped, 0, "{about}");
                let hash = digest(&SHA256, &rendered.bytes);
                let hash = hash.as_ref().iter().take(8);
                let hash = hash.fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
                writeln!(told, "{about}: {} pages, {hash}", rendered.pages).unwrap();
            }
        }
        insta::assert_snapshot!(told);
    }

    #[test]
    fn a_template_that_is_wrong_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("report")).unwrap();
        std::fs::write(
            folder.path().join("report/share.typ"),
            "#import \"theme.typ\": *\n#d.birth",
        )
        .unwrap();
        let mut config = Config::default();
        config.templates.dir = Some(folder.path().to_owned());
        let (typesetter, texts) = parts::drawing_tools(&config).unwrap();
        let proofs = Proofs { typesetter, texts, assets: Assets::embedded(), out: None };
        let (_, placed) = samples().unwrap().remove(0);
        let card = proofs.drawings(Locale::En, (&placed, Theme::Light)).unwrap().remove(2);
        let fault = proofs.typesetter.proof(&card).unwrap_err().to_string();
        assert!(fault.contains("share.typ:2: ") && fault.contains("birth"), "{fault}");
        std::fs::write(folder.path().join("report/luck.typ"), "#let (").unwrap();
        let told = parts::mistakes(&config).join("\n");
        assert!(told.contains("luck.typ:1: "), "{told}");
    }

    /// Only strings ever come from a report: nothing in a template may turn them into source.
    #[test]
    fn no_template_evaluates_text() {
        let assets = Assets::embedded();
        for name in assets.list("report").unwrap() {
            let text = assets.read(&format!("report/{name}")).unwrap().unwrap();
            assert!(!text.contains("eval("), "{name}");
        }
    }
}
