//! Facts as they are found in a prompt.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn read(json: &Value) -> Facts {
    Facts::read("你是命理师", &format!("今天 2026-11-21\n```json\n{json:#}\n```"), 32_000)
}

fn names(pillars: &[Pair]) -> String {
    pillars.iter().map(|pair| pair.name()).collect::<Vec<_>>().join(" ")
}

#[test]
fn pillars_are_found_in_every_shape() {
    let shapes = [
        json!({"pillars": ["庚午", "辛巳", "乙酉", "庚辰"]}),
        json!({"chart": {"pillars": {"hour": "庚辰", "day": "乙酉", "month": "辛巳", "year": "庚午"}}}),
        json!({"chart": {"pillars": [{"name": "庚午"}, {"name": "辛巳"}, {"name": "乙酉"}, {"name": "庚辰"}]}}),
        json!({"四柱": {"年柱": {"天干": "庚", "地支": "午"}, "月柱": {"stem": {"name": "辛"}, "branch": {"name": "巳"}}, "日柱": "乙酉", "时柱": {"干支": "庚辰"}}}),
        json!({"bazi": "庚午 辛巳 乙酉 庚辰"}),
        json!({"pillars": {
            "year": {"hidden": [{"stem": "丁"}], "nayin": "路旁土", "pillar": "庚午"},
            "month": {"nayin": "白蜡金", "pillar": "辛巳", "void": ["申", "酉"]},
            "day": {"life_stage": "绝", "pillar": "乙酉", "ten_god": null},
            "hour": {"pillar": "庚辰", "ten_god": "正官"}}}),
    ];
    for shape in shapes {
        assert_eq!(names(&read(&shape).pillars), "庚午 辛巳 乙酉 庚辰", "{shape}");
    }
    let no_hour =
        json!({"pillars": {"year": "庚午", "month": "辛巳", "day": "乙酉", "hour": null}});
    assert_eq!(names(&read(&no_hour).pillars), "庚午 辛巳 乙酉");
    assert_eq!(read(&json!({"pillars": 4})).pillars, Vec::new());
}

#[test]
fn two_people_are_told_apart() {
    let person = |day: &str| json!({"pillars": ["庚午", "辛巳", day, "庚辰"], "sex": "坤造"});
    let facts = read(&json!({"people": [person("乙酉"), person("甲子")], "between": {}}));
    assert_eq!(facts.kind, Kind::Match);
    assert_eq!(names(&facts.pillars), "庚午 辛巳 乙酉 庚辰");
    assert_eq!(names(&facts.other), "庚午 辛巳 甲子 庚辰");
    assert_eq!(read(&json!({"people": [person("乙酉")]})).kind, Kind::Natal);
}

#[test]
fn decades_bring_their_ages_and_years() {
    let flat = json!({"dayun": [{"pillar": "壬午", "start_age": 4, "start_year": 1993}]});
    let deep = json!({"luck": {"start": "1993", "decades": [{"name": "壬午", "ages": [4, 13], "years": [1993, 2002]}]}});
    for shape in [flat, deep] {
        let expected =
            Decade {
                pair: Pair::parse("壬午").unwrap(), from_age: Some(4), from_year: Some(1993)
            };
        assert_eq!(read(&shape).luck, [expected], "{shape}");
    }
}

#[test]
fn the_kind_the_year_and_the_language_are_heard() {
    assert_eq!(read(&json!({})).kind, Kind::Natal);
    assert_eq!(read(&json!({})).year, 2026);
    let year = read(&json!({"target_year": 2027}));
    assert_eq!((year.kind, year.year), (Kind::Year, 2027));
    assert_eq!(Facts::read("", "", 1500).kind, Kind::Short);
    let words = Facts::read("", "今天是 2026-11-21。要看的年份：2028 年。", 9000);
    assert_eq!((words.kind, words.year), (Kind::Year, 2028));
    assert!(Facts::read("Write the report in natural English.", "", 9000).english);
    assert!(!Facts::read("用英文写时约 1800 个单词", "", 9000).english);
}

#[test]
fn prescribed_headings_are_told_from_the_prompts_own() {
    let system = "## 怎样解读\n标题照用：\n\n## 一、命盘总览\n## 十二、尾声\n## 3. End\n## 1 x";
    let headings = Facts::read(system, "", 9000).headings;
    assert_eq!(headings, ["## 一、命盘总览", "## 十二、尾声", "## 3. End"]);
}

#[test]
fn a_chapter_and_what_the_facts_say_are_heard() {
    let json = json!({"kind": "chart", "elements": {"strength": "偏弱",
        "preferences": {"favourable": "木", "useful": "水", "idle": "火"}},
        "relations": {"list": [{"kind": "六合", "members": [
            {"at": "日", "sign": "酉"}, {"at": "时", "sign": "辰"}]}]}});
    let user = format!("本次只写第 3 章《事业与才能》，300–500 字。\n```json\n{json}\n```");
    let facts = Facts::read("用繁體中文書寫", &user, 9000);
    let chapter = Chapter { number: 3, title: "事业与才能".to_owned() };
    assert_eq!(facts.chapter, Some(chapter));
    assert_eq!((facts.strong, facts.favourable), (Some(false), vec!["木".into(), "水".into()]));
    assert_eq!(facts.relations, ["六合：日酉 时辰"]);
    assert!(facts.traditional);
}

proptest! {
    #[test]
    fn no_prompt_is_too_strange(system in ".{0,60}", user in ".{0,60}", json in "[\\[\\]{}\":,a-z0-9甲子庚午 ]{0,60}") {
        Facts::read(&system, &format!("{user}```json{json}```20"), 9000);
    }
}
