//! What it costs to draw reports, and whether memory stays where it is: one process draws the
//! pictures and the book of one buyer after the other, each with another birth.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use mingshu::bazi::{self, BirthInput, BirthTime, CalendarDate, Sect, Sex, SummerTime};
use mingshu::flows::illustrate::{Illustration, Sitters, Words, day_in};
use mingshu::kernel::clock::Timestamp;
use mingshu::kernel::locale::Locale;
use mingshu::platform::assets::Assets;
use mingshu::platform::texts::Texts;
use mingshu::reports::adapters::typesetter::Typesetter;
use mingshu::reports::drawing::{Piece, Theme};

use crate::support::number;
use crate::support::process::{cpu_time, mib};

const PIECES: [Piece; 4] = [Piece::Chart, Piece::Luck, Piece::Share, Piece::Book];
/// 2026-11-21.
const MADE: Timestamp = Timestamp(1_795_234_380_000);
const PAGES: usize = 30;
const LONG_BOOKS: usize = 20;
/// Drawings before the clock counts: templates and fonts are read at the first ones.
const WARM: usize = 5;

struct Studio {
    typesetter: Typesetter,
    texts: Texts,
    sample: String,
}

/// Draws `MINGSHU_BENCH_REPORTS` (1,000) reports, then books of thirty pages.
pub(crate) fn measure() {
    let assets = Assets::embedded();
    let studio = Studio {
        typesetter: Typesetter::load(&assets, None).unwrap(),
        texts: Texts::load(&assets).unwrap(),
        sample: assets.read("report/sample.zh-Hans.md").unwrap().unwrap().into_owned(),
    };
    println!("fonts and templates read: {} MiB", mib("self", "VmRSS"));
    let reports = number("MINGSHU_BENCH_REPORTS", 1_000);
    let began = Instant::now();
    let mut spent = [Duration::ZERO; PIECES.len()];
    let mut counted = 0_u32;
    for report in 0..reports {
        for (piece, spent) in PIECES.iter().zip(&mut spent) {
            let before = cpu_time();
            studio.draw(report, *piece, &studio.sample);
            if report >= WARM {
                *spent += cpu_time().saturating_sub(before);
            }
        }
        counted += u32::from(report >= WARM);
        if (report + 1) % (reports / 10).max(1) == 0 {
            println!("after {} reports: {} MiB", report + 1, mib("self", "VmRSS"));
        }
    }
    for (piece, spent) in PIECES.iter().zip(spent) {
        let each = spent.as_secs_f64() * 1e3 / f64::from(counted.max(1));
        println!("{}: {each:.0} ms of CPU", piece.word());
    }
    println!("{reports} reports in {:.0} s", began.elapsed().as_secs_f64());
    studio.draw_long_books();
    println!("most memory at any time: {} MiB", mib("self", "VmHWM"));
}

impl Studio {
    /// Gives the number of pages.
    fn draw(&self, report: usize, piece: Piece, text: &str) -> usize {
        let birth = birth(report).normalise().unwrap();
        let sitters = Sitters::One(Box::new(bazi::chart(&birth, 2026).unwrap()));
        let order_no = format!("M20261121-{report:08}");
        let illustration = Illustration {
            words: Words { texts: &self.texts, locale: Locale::ZhHans },
            theme: Theme::Light,
            sitters: &sitters,
            made: day_in(chrono_tz::Asia::Shanghai, MADE),
            title: "八字详批",
            order_no: &order_no,
            text,
            invitation: Some("https://t.me/mingshu_demo_bot?start=aff_7F3K9QX2"),
        };
        let drawing = illustration.draw(piece).unwrap();
        self.typesetter.proof(&drawing).unwrap().pages
    }

    /// Books of thirty pages by the CPU of each.
    fn draw_long_books(&self) {
        let (mut text, mut copies, mut pages) = (String::new(), 0, 0);
        while pages < PAGES {
            copies += 1;
            write!(text, "## 第{copies}部\n\n{}\n\n", self.sample.replace("## ", "### ")).unwrap();
            pages = self.draw(0, Piece::Book, &text);
        }
        let before = cpu_time();
        for report in 0..LONG_BOOKS {
            self.draw(report, Piece::Book, &text);
        }
        let each = cpu_time().saturating_sub(before).as_secs_f64() * 1e3 / LONG_BOOKS as f64;
        println!("a book of {pages} pages: {each:.0} ms of CPU");
    }
}

/// Somebody else each time.
fn birth(report: usize) -> BirthInput {
    let number = u32::try_from(report).unwrap();
    let year = 1930 + i32::try_from(number % 90).unwrap();
    let (month, day) = (1 + number % 12, 1 + number % 28);
    BirthInput {
        sex: if number.is_multiple_of(2) { Sex::Female } else { Sex::Male },
        sect: Sect::default(),
        date: CalendarDate::Solar { year, month, day },
        time: BirthTime::Exact { hour: number % 24, minute: number % 60 },
        place: None,
        summer_time: SummerTime::NotAsked,
    }
}
