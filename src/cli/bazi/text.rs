//! A chart as a page of plain text, in columns of a terminal.

use crate::bazi::{Branch, Chart, Decade, Element, FlowYear, PillarReading};

/// The width of a pillar's column, in cells of the terminal.
const COLUMN: usize = 16;
const PILLAR_NAMES: [&str; 4] = ["年柱", "月柱", "日柱", "时柱"];

pub(super) fn page(chart: &Chart) -> String {
    let blocks = [heading(chart), pillars(chart), elements(chart), luck(chart), years(chart)];
    let notes = chart.notes.iter().map(|note| format!("※ {}", note.zh()));
    let blocks = blocks.into_iter().chain((!chart.notes.is_empty()).then(|| notes.collect()));
    let blocks = blocks.filter(|lines: &Vec<String>| !lines.is_empty());
    let blocks: Vec<String> = blocks.map(|lines| lines.join("\n")).collect();
    blocks.join("\n\n")
}

fn heading(chart: &Chart) -> Vec<String> {
    let birth = &chart.birth;
    let format = if birth.time.is_known() { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d" };
    let terms = [chart.terms.month_began, chart.terms.month_ended]
        .map(|term| format!("{} {}", term.term, term.at.format("%Y-%m-%d %H:%M:%S")));
    vec![
        format!(
            "{}  公历 {}  农历 {}  生肖 {}",
            birth.sex.zh(),
            birth.clock.format(format),
            chart.lunar_text,
            chart.zodiac
        ),
        format!("节气  {}", terms.join(" — ")),
    ]
}

fn pillars(chart: &Chart) -> Vec<String> {
    let row = |title: &str, cell: &dyn Fn(&PillarReading) -> String| {
        row(title, chart.pillars.known().map(cell))
    };
    let names = PILLAR_NAMES.iter().take(chart.pillars.known().count());
    vec![
        self::row("", names.map(|name| (*name).to_owned())),
        row("十神", &|reading| {
            reading.ten_god.map_or_else(|| "日主".to_owned(), |god| god.to_string())
        }),
        row("干支", &|reading| reading.pillar.to_string()),
        row("藏干", &|reading| {
            reading.hidden.iter().map(|hidden| hidden.stem.zh()).collect::<Vec<_>>().join(" ")
        }),
        row("副星", &|reading| {
            reading.hidden.iter().map(|hidden| hidden.ten_god.zh()).collect::<Vec<_>>().join(" ")
        }),
        row("纳音", &|reading| reading.nayin.to_string()),
        row("空亡", &|reading| reading.void.map(Branch::zh).concat()),
        row("星运", &|reading| reading.life_stage.to_string()),
        row("自坐", &|reading| reading.own_life_stage.to_string()),
    ]
}

fn elements(chart: &Chart) -> Vec<String> {
    let balance = &chart.elements;
    let scores = Element::ALL.map(|element| {
        let (count, score) = (balance.counts.get(element), balance.scores.get(element));
        format!("{element} {count}（{score}）")
    });
    let derived = &chart.derived;
    let palaces = [("命宫", derived.life_palace), ("身宫", derived.body_palace)];
    let palaces =
        palaces.into_iter().filter_map(|(name, pillar)| Some(format!("{name} {}", pillar?)));
    let derived = [format!("胎元 {}", derived.conception), format!("胎息 {}", derived.womb_breath)];
    vec![
        format!("五行  {}", scores.join("  ")),
        format!(
            "日主  {}{}  {}（同类 {} 异类 {}）  {}  {}",
            chart.day_master.stem,
            chart.day_master.element,
            balance.strength,
            balance.own_party,
            balance.other_party,
            balance.preferences.zh(),
            balance.yin_yang
        ),
        derived.into_iter().chain(palaces).collect::<Vec<_>>().join("  "),
    ]
}

fn luck(chart: &Chart) -> Vec<String> {
    let luck = &chart.luck;
    let begins = format!(
        "大运  {}  出生后 {} 起运，{} 交运",
        luck.direction,
        luck.starts_after.zh(),
        luck.starts_at.format("%Y-%m-%d")
    );
    let decade = |decade: &Decade| {
        let ages = format!("{}–{} 岁", decade.start_age, decade.end_age);
        let years = format!("{}–{}", decade.start_year, decade.end_year);
        let cells = [decade.ten_god.to_string(), ages, years];
        row(&decade.pillar.to_string(), cells.into_iter())
    };
    std::iter::once(begins).chain(luck.decades.iter().map(decade)).collect()
}

/// Nothing where the reckoning has no years, as long after or before a life.
fn years(chart: &Chart) -> Vec<String> {
    if chart.years.is_empty() {
        return Vec::new();
    }
    let year = |year: &FlowYear| {
        let cells = [year.pillar.to_string(), year.ten_god.to_string(), format!("{} 岁", year.age)];
        row(&year.year.to_string(), cells.into_iter())
    };
    std::iter::once("流年".to_owned()).chain(chart.years.iter().map(year)).collect()
}

fn row(title: &str, cells: impl Iterator<Item = String>) -> String {
    let row = std::iter::once(padded(title, 6)).chain(cells.map(|cell| padded(&cell, COLUMN)));
    row.collect::<String>().trim_end().to_owned()
}

/// Chinese characters take two cells.
fn padded(text: &str, width: usize) -> String {
    let cells: usize = text.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(cells)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bazi::{self, BirthInput, BirthTime, Sect, Sex, SummerTime};

    fn text(time: BirthTime) -> String {
        let input = BirthInput {
            sex: Sex::Male,
            sect: Sect::default(),
            date: bazi::parse_date("1992-10-21").unwrap(),
            time,
            place: None,
            summer_time: SummerTime::NotAsked,
        };
        page(&bazi::chart(&input.normalise().unwrap(), 2026).unwrap())
    }

    #[test]
    fn the_page_shows_the_published_example() {
        insta::assert_snapshot!(text(BirthTime::Exact { hour: 9, minute: 40 }));
    }

    #[test]
    fn a_birth_to_come_has_no_years_and_no_head_for_them() {
        let input = BirthInput {
            sex: Sex::Male,
            sect: Sect::default(),
            date: bazi::parse_date("2099-10-21").unwrap(),
            time: BirthTime::Unknown,
            place: None,
            summer_time: SummerTime::NotAsked,
        };
        let page = page(&bazi::chart(&input.normalise().unwrap(), 2026).unwrap());
        assert!(!page.contains("流年"), "{page}");
    }

    #[test]
    fn an_unknown_hour_leaves_its_column_empty_and_says_why() {
        let page = text(BirthTime::Unknown);
        assert!(!page.contains("时柱 ") && !page.contains("命宫 "), "{page}");
        assert!(page.contains("※ 出生时辰未知"), "{page}");
    }
}
