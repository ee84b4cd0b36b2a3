//! The shape of a text: its sections, its length, whether it is finished, its script and language,
//! left-over markup.

use super::Expected;
use super::finding::{Code, Finding};
use super::plain::{self, Kind, Line};
use super::script::{folded, is_han, is_simplified_only, is_traditional_only};
use crate::kernel::locale::Locale;

/// Characters of a section below which it is only a heading.
const LEAST_SECTION: usize = 12;

pub(super) fn check(text: &str, expected: &Expected) -> Vec<Finding> {
    let lines = plain::lines(text);
    let mut findings = Vec::new();
    findings.extend(length(text, expected));
    findings.extend(sections(&lines, expected));
    findings.extend(unfinished(&lines));
    findings.extend(markup(text));
    match expected.locale {
        Locale::ZhHans => findings.extend(wrong_script(text, is_traditional_only, "简体中文")),
        Locale::ZhHant => findings.extend(wrong_script(text, is_simplified_only, "繁體中文")),
        Locale::En => findings.extend(chinese_in_english(text)),
    }
    if expected.locale != Locale::En {
        findings.extend(english_in_chinese(&lines));
    }
    findings
}

/// Characters without white space, or words where the text is English.
fn length(text: &str, expected: &Expected) -> Option<Finding> {
    let (count, unit) = match expected.locale {
        Locale::En => (text.split_whitespace().count(), "words"),
        Locale::ZhHans | Locale::ZhHant => {
            (text.chars().filter(|one| !one.is_whitespace()).count(), "字")
        }
    };
    let bounds = expected.length.clone()?;
    let wanted = format!("{}–{} {unit} (now {count})", bounds.start(), bounds.end());
    // Models count badly: a tenth less, or a quarter more, is still what was asked for.
    if count < bounds.start() * 9 / 10 {
        return Some(Finding::new(Code::TooShort, String::new(), wanted));
    }
    (count > bounds.end() * 5 / 4).then(|| Finding::new(Code::TooLong, String::new(), wanted))
}

/// Each heading that was asked for, with something below it.
fn sections(lines: &[Line], expected: &Expected) -> Vec<Finding> {
    let is_heading = |line: &&Line| line.kind != Kind::Prose || line.text.chars().count() < 40;
    let missing = expected.headings.iter().filter(|wanted| {
        let wanted = bare(wanted);
        !lines.iter().filter(is_heading).any(|line| bare(&line.text).contains(&wanted))
    });
    missing.map(|wanted| Finding::new(Code::Section, String::new(), wanted.clone())).collect()
}

/// A heading without its numbers and signs, in one script.
fn bare(heading: &str) -> String {
    let letters: String = heading.chars().map(folded).collect();
    let letters = letters.trim_start_matches(|one: char| !one.is_alphabetic());
    let letters = letters
        .split_once('、')
        .filter(|(number, _)| number.chars().all(|one| "一二三四五六七八九十".contains(one)))
        .map_or(letters, |(_, rest)| rest);
    letters.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

const ENDS: &str = "。！？…”』」）)】》.!?\"'~～*_|";

/// The last line ends, no section is empty, no bracket stays open in the last paragraph.
fn unfinished(lines: &[Line]) -> Option<Finding> {
    let finding = |line: &Line| {
        let tail: Vec<char> = line.text.chars().rev().take(24).collect();
        Finding::new(Code::Unfinished, tail.into_iter().rev().collect(), String::new())
    };
    let last = lines.last()?;
    let empty = lines.windows(2).find_map(|pair| match pair {
        [one, next] if one.kind == Kind::Heading && next.kind == Kind::Heading => {
            (next.text.chars().count() >= 2 && !is_title(one, lines)).then_some(one)
        }
        _ => None,
    });
    if last.kind == Kind::Heading {
        return Some(finding(last));
    }
    let ends_well = last.text.ends_with(|end: char| ENDS.contains(end));
    let short_items = last.kind == Kind::Item
        && lines.iter().rev().nth(1).is_some_and(|before| {
            before.kind == Kind::Item && !before.text.ends_with(|end: char| ENDS.contains(end))
        })
        && !last.text.ends_with(['，', ',', '、', '：', ':', '；', '-']);
    if !(ends_well || short_items) || is_open(&last.text) {
        return Some(finding(last));
    }
    let hanging = lines.iter().find(|line| {
        line.kind == Kind::Prose
            && line.text.chars().count() > LEAST_SECTION
            && line.text.ends_with(['，', '、', ','])
            && !is_verse(&line.text)
    });
    hanging.or(empty).map(finding)
}

/// The first heading may stand over the others.
fn is_title(heading: &Line, lines: &[Line]) -> bool {
    lines.first().is_some_and(|first| std::ptr::eq(first, heading))
}

/// A line of a poem ends with a comma. English ones are longer than Chinese ones.
fn is_verse(line: &str) -> bool {
    const LONGEST: usize = 20;
    const LONGEST_LATIN: usize = 48;
    let longest = if line.is_ascii() { LONGEST_LATIN } else { LONGEST };
    line.chars().count() <= longest
}

fn is_open(line: &str) -> bool {
    [('（', '）'), ('(', ')'), ('“', '”'), ('「', '」'), ('《', '》')]
        .iter()
        .any(|(open, close)| line.matches(*open).count() > line.matches(*close).count())
}

/// What a reader should never see.
fn markup(text: &str) -> Option<Finding> {
    const SIGNS: [&str; 15] = [
        "```", "<br", "</", "<p>", "<div", "<b>", "![", "](http", "|--", "| --", "|:-", "&nbsp;",
        "\\n", "$$", "<think",
    ];
    let found = SIGNS.iter().find_map(|sign| Some((text.find(sign)?, sign.len())));
    let found = found.or_else(|| {
        let open = |line: &&str| line.matches("**").count() % 2 == 1;
        let line = text.lines().find(open)?;
        Some((text.find(line)?, line.len().min(24)))
    });
    let (at, length) = found?;
    let excerpt: String = text.get(at..)?.chars().take(length.max(16)).collect();
    Some(Finding::new(Code::Markup, excerpt, String::new()))
}

fn wrong_script(text: &str, is_wrong: fn(char) -> bool, wanted: &str) -> Option<Finding> {
    let mut wrong: Vec<char> = text.chars().filter(|one| is_wrong(*one)).collect();
    wrong.sort_unstable();
    wrong.dedup();
    let shown: String = wrong.iter().take(12).collect();
    (!wrong.is_empty()).then(|| Finding::new(Code::Script, shown, wanted.to_owned()))
}

/// A run of English words in a Chinese line.
fn english_in_chinese(lines: &[Line]) -> Option<Finding> {
    const RUN: usize = 4;
    for line in lines {
        let mut run: Vec<&str> = Vec::new();
        let pieces = line.text.split(|one: char| {
            is_han(one)
                || one.is_whitespace()
                || !(one.is_alphanumeric() || one == '\'' || one == '-')
        });
        for piece in pieces {
            let is_word = piece.chars().any(|one| one.is_ascii_alphabetic());
            if is_word {
                run.push(piece);
            } else if !piece.is_empty() {
                run.clear();
            }
            if run.len() >= RUN && line.text.contains(&run.join(" ")) {
                return Some(Finding::new(Code::Language, run.join(" "), "中文".to_owned()));
            }
            if run.len() >= RUN {
                run.clear();
            }
        }
    }
    None
}

/// Terms that an English report may show in Chinese, most often in brackets.
const TERMS: &[&str] = &[
    "比肩",
    "劫财",
    "食神",
    "伤官",
    "偏财",
    "正财",
    "七杀",
    "偏官",
    "正官",
    "偏印",
    "正印",
    "枭神",
    "日主",
    "日元",
    "大运",
    "流年",
    "流月",
    "八字",
    "四柱",
    "命盘",
    "命局",
    "用神",
    "喜神",
    "忌神",
    "喜用",
    "仇神",
    "闲神",
    "纳音",
    "空亡",
    "藏干",
    "天干",
    "地支",
    "五行",
    "阴阳",
    "十神",
    "比劫",
    "食伤",
    "财星",
    "财",
    "官杀",
    "官星",
    "官",
    "印星",
    "印",
    "年柱",
    "月柱",
    "日柱",
    "时柱",
    "年",
    "月",
    "日",
    "时",
    "柱",
    "乾造",
    "坤造",
    "胎元",
    "命宫",
    "身宫",
    "旺",
    "衰",
    "强",
    "弱",
    "偏强",
    "偏弱",
    "身强",
    "身弱",
    "长生",
    "沐浴",
    "冠带",
    "临官",
    "帝旺",
    "病",
    "死",
    "墓",
    "绝",
    "胎",
    "养",
    "相冲",
    "相合",
    "相刑",
    "相害",
    "冲",
    "合",
    "刑",
    "害",
    "破",
    "天干五合",
    "天干相冲",
    "六冲",
    "三刑",
    "自刑",
    "六害",
    "六破",
    "六合",
    "三合",
    "半合",
    "三会",
    "格局",
    "格",
    "神杀",
    "桃花",
    "驿马",
    "文昌",
    "天乙贵人",
    "华盖",
    "立春",
    "雨水",
    "惊蛰",
    "春分",
    "清明",
    "谷雨",
    "立夏",
    "小满",
    "芒种",
    "夏至",
    "小暑",
    "大暑",
    "立秋",
    "处暑",
    "白露",
    "秋分",
    "寒露",
    "霜降",
    "立冬",
    "小雪",
    "大雪",
    "冬至",
    "小寒",
    "大寒",
    "木",
    "火",
    "土",
    "金",
    "水",
    "阴",
    "阳",
    "命",
    "运",
    "岁",
    "虚岁",
    "子平",
    "滴天髓",
    "穷通宝鉴",
    "易经",
    "道德经",
    "道",
    "鼠",
    "牛",
    "虎",
    "兔",
    "龙",
    "蛇",
    "马",
    "羊",
    "猴",
    "鸡",
    "狗",
    "猪",
    "生肖",
    "属",
    "太岁",
    "上吉",
    "中吉",
    "中平",
    "转机",
];

/// Chinese words that are no terms, and Chinese punctuation.
fn chinese_in_english(text: &str) -> Option<Finding> {
    let read: String = text.chars().map(folded).collect();
    for run in read.split(|one: char| !is_han(one)).filter(|run| !run.is_empty()) {
        if !is_made_of_terms(run) {
            let shown: String = run.chars().take(20).collect();
            return Some(Finding::new(Code::Language, shown, "English".to_owned()));
        }
    }
    let sign = text.chars().find(|one| "，。；？！、".contains(*one))?;
    Some(Finding::new(Code::Language, sign.to_string(), "English".to_owned()))
}

fn is_made_of_terms(run: &str) -> bool {
    let is_cycle = |one: char| "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥".contains(one);
    let mut rest = run;
    while let Some(first) = rest.chars().next() {
        let term =
            TERMS.iter().filter(|term| rest.starts_with(**term)).map(|term| term.len()).max();
        let nayin = super::cycle::nayin_words().iter().find(|word| rest.starts_with(**word));
        let length = match (nayin, term) {
            (Some(word), _) => word.len(),
            (None, Some(length)) => length,
            (None, None) if is_cycle(first) => first.len_utf8(),
            (None, None) => return false,
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    true
}
