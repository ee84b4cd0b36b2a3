//! Spoils clean texts on purpose, always in the same way. Every kind changes one thing that makes
//! the text wrong for its chart, its order or its reader.

use std::sync::LazyLock;

use mingshu::bazi::{Branch, Element, Pillar, Stem, TenGod, Zodiac};
use mingshu::kernel::locale::Locale;
use mingshu::reports::gate::Code;
use regex::Regex;

use crate::corpus::{THIS_YEAR, Unit};

pub(crate) struct Planted {
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    /// What was done, for whoever reads the list of misses.
    pub(crate) shown: String,
    /// The findings that name the error.
    pub(crate) codes: &'static [Code],
}

const LUCK: &[Code] = &[Code::LuckCycle, Code::UnknownPair];

pub(crate) fn plant(unit: &Unit) -> Vec<Planted> {
    let mut planted = Vec::new();
    in_place(unit, &mut planted);
    inserted(unit, &mut planted);
    shape(unit, &mut planted);
    // What the planting did not change is no error.
    planted.retain(|one| one.text != unit.text);
    planted
}

/// A pattern, which group of it is spoiled, and how.
struct Spoil {
    kind: &'static str,
    pattern: &'static str,
    group: usize,
    codes: &'static [Code],
    how: fn(&Unit, &str) -> Option<String>,
}

const SPOILS: &[Spoil] = &[
    Spoil {
        kind: "pillar of the year",
        pattern: r"年柱([甲乙丙丁戊己庚辛壬癸].)",
        group: 1,
        codes: &[Code::Pillar],
        how: |_, pillar| other_pillar(pillar, 7),
    },
    Spoil {
        kind: "pillar of the month",
        pattern: r"月柱([甲乙丙丁戊己庚辛壬癸].)",
        group: 1,
        codes: &[Code::Pillar],
        how: |_, pillar| other_pillar(pillar, 11),
    },
    Spoil {
        kind: "pillar of the day",
        pattern: r"日柱([甲乙丙丁戊己庚辛壬癸].)",
        group: 1,
        codes: &[Code::Pillar],
        how: |_, pillar| other_pillar(pillar, 2),
    },
    Spoil {
        kind: "pillar of the hour",
        pattern: r"[时時]柱([甲乙丙丁戊己庚辛壬癸].)",
        group: 1,
        codes: &[Code::Pillar],
        how: |_, pillar| other_pillar(pillar, 5),
    },
    Spoil {
        kind: "one of the four pillars",
        pattern: r"([甲乙丙丁戊己庚辛壬癸].)年?、[甲乙丙丁戊己庚辛壬癸].月?、[甲乙丙丁戊己庚辛壬癸].[、日]",
        group: 1,
        codes: &[Code::Pillar, Code::UnknownPair, Code::LuckCycle],
        how: |_, pillar| other_pillar(pillar, 13),
    },
    Spoil {
        kind: "day master",
        pattern: r"日主([甲乙丙丁戊己庚辛壬癸][木火土金水])",
        group: 1,
        codes: &[Code::DayMaster],
        how: |_, stem| other_stem(stem, 3),
    },
    Spoil {
        kind: "polarity of the day master",
        pattern: r"日主([甲乙丙丁戊己庚辛壬癸][木火土金水])",
        group: 1,
        codes: &[Code::DayMaster],
        how: |_, stem| {
            let first = Stem::from_zh(&stem[..3])?;
            other_stem(stem, if first.index() % 2 == 0 { 1 } else { 9 })
        },
    },
    Spoil {
        kind: "stem of a pillar",
        pattern: r"[年月时時]干([甲乙丙丁戊己庚辛壬癸][木火土金水])",
        group: 1,
        codes: &[Code::Pillar],
        how: |_, stem| other_stem(stem, 4),
    },
    Spoil {
        kind: "branch of a pillar",
        pattern: r"[年月日时時]支([子丑寅卯辰巳午未申酉戌亥][木火土金水])",
        group: 1,
        codes: &[Code::Pillar],
        how: |_, branch| other_branch(branch, 5),
    },
    Spoil {
        kind: "month of birth",
        pattern: r"生[於于在]([子丑寅卯辰巳午未申酉戌亥])月",
        group: 1,
        codes: &[Code::Pillar],
        how: |_, branch| Some(Branch::from_zh(branch)?.step(4).zh().to_owned()),
    },
    Spoil {
        kind: "god of a stem",
        pattern: r"[甲乙丙丁戊己庚辛壬癸][木火土金水](?:是|為|为)?(食神|偏[财財]|正[财財]|七[杀殺]|正官|偏印|正印|比肩|劫[财財])",
        group: 1,
        codes: &[Code::TenGod],
        how: |_, god| other_god(god, 3),
    },
    Spoil {
        kind: "year and its pillar",
        pattern: r"(?:2026|2027|2028|2029)年?([甲乙丙丁戊己庚辛壬癸].)",
        group: 1,
        codes: &[Code::YearPillar],
        how: |_, pillar| other_pillar(pillar, 1),
    },
    Spoil {
        kind: "pillar and its year",
        pattern: r"(2026|2027|2028|2029)年?[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]",
        group: 1,
        codes: &[Code::YearPillar],
        how: |_, year| Some((year.parse::<i32>().ok()? + 1).to_string()),
    },
    Spoil {
        kind: "ages of a luck cycle",
        pattern: r"(\d+–\d+)\s*[岁歲]",
        group: 1,
        codes: &[Code::LuckCycle],
        how: |_, span| shifted(span, -1),
    },
    Spoil {
        kind: "end of a luck cycle",
        pattern: r"(\d+–\d+)\s*[岁歲]",
        group: 1,
        codes: &[Code::LuckCycle],
        how: |_, span| {
            let (from, to) = span.split_once('–')?;
            Some(format!("{from}–{}", to.parse::<i32>().ok()? + 1))
        },
    },
    Spoil {
        kind: "years of a luck cycle",
        pattern: r"(20\d\d–20\d\d)年",
        group: 1,
        codes: &[Code::LuckCycle, Code::Year],
        how: |_, span| shifted(span, 2),
    },
    Spoil {
        kind: "pillar of a luck cycle",
        pattern: r"([甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥])大[运運]",
        group: 1,
        codes: LUCK,
        how: |_, pillar| other_pillar(pillar, 17),
    },
    Spoil {
        kind: "neighbour of a luck cycle",
        pattern: r"(?:[现現]在|目前)[^。，]{0,6}([甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥])大[运運]",
        group: 1,
        codes: LUCK,
        how: |unit, pillar| {
            let decades = &unit.chart.luck.decades;
            let place = decades.iter().position(|one| one.pillar.to_string() == pillar)?;
            Some(decades.get(place + 1)?.pillar.to_string())
        },
    },
    Spoil {
        kind: "beginning of a luck cycle",
        pattern: r"(\d+)[岁歲](?:[换換交]入|起[换換]|走|就入了)",
        group: 1,
        codes: &[Code::LuckCycle],
        how: |_, age| Some((age.parse::<i32>().ok()? + 12).to_string()),
    },
    Spoil {
        kind: "age of the first luck cycle",
        pattern: r"(\d)[岁歲]起[运運]",
        group: 1,
        codes: &[Code::LuckCycle],
        how: |_, age| Some((age.parse::<i32>().ok()? + 3).to_string()),
    },
    Spoil {
        kind: "animal",
        pattern: r"[你您](?:生肖)?[属屬]([^，。的]{1})",
        group: 1,
        codes: &[Code::Animal],
        how: |unit, animal| {
            let own = [unit.chart.zodiac, unit.chart.zodiac_by_new_year];
            let folded = animal.replace('馬', "马").replace('龍', "龙");
            Zodiac::from_zh(&folded)?;
            let other = (1..12).map(|step| own[0].step(step * 5)).find(|one| !own.contains(one))?;
            Some(match unit.locale {
                Locale::ZhHant => other
                    .zh()
                    .replace('马', "馬")
                    .replace('龙', "龍")
                    .replace('鸡', "雞")
                    .replace('猪', "豬"),
                Locale::ZhHans | Locale::En => other.zh().to_owned(),
            })
        },
    },
    Spoil {
        kind: "melodic name",
        pattern: r"[纳納]音(路旁土|泉中水|海中金|平地木|天上火|[炉爐]中火)",
        group: 1,
        codes: &[Code::Nayin, Code::Script],
        how: |_, name| Some(if name == "大林木" { "白蜡金" } else { "大林木" }.to_owned()),
    },
    Spoil {
        kind: "missing element",
        pattern: r"(?:五行之中[独獨]缺|[没沒]有)([木火土金水])[，。]",
        group: 1,
        codes: &[Code::Element],
        how: |unit, _| {
            let counts = unit.chart.elements.counts;
            let most = Element::ALL.into_iter().max_by_key(|one| counts.get(*one))?;
            Some(most.zh().to_owned())
        },
    },
    Spoil {
        kind: "number of an element",
        pattern: r"[木火土金水]([一二三四])、",
        group: 1,
        codes: &[Code::Element],
        how: |_, number| Some(if number == "五" { "六" } else { "五" }.to_owned()),
    },
    Spoil {
        kind: "welcome element",
        pattern: r"[，、。]喜([木火土金水])[，、。]",
        group: 1,
        codes: &[Code::Element],
        how: |unit, _| Some(unit.chart.elements.preferences.harmful.zh().to_owned()),
    },
    Spoil {
        kind: "useful element",
        pattern: r"用([木火土金水])[，、。]",
        group: 1,
        codes: &[Code::Element],
        how: |unit, _| Some(unit.chart.elements.preferences.hostile.zh().to_owned()),
    },
    Spoil {
        kind: "hidden stem",
        pattern: r"[中里裡](?:面)?[藏有含](?:着|著|了)?([甲乙丙丁戊己庚辛壬癸][木火土金水])",
        group: 1,
        codes: &[Code::HiddenStem, Code::TenGod],
        how: |_, stem| other_stem(stem, 5),
    },
    Spoil {
        kind: "void branches",
        pattern: r"空亡在([子丑寅卯辰巳午未申酉戌亥]{2})",
        group: 1,
        codes: &[Code::Void],
        how: |_, _| Some("寅卯".to_owned()),
    },
    Spoil {
        kind: "direction of luck",
        pattern: r"大[运運][^。]{0,10}([顺順逆])行",
        group: 1,
        codes: &[Code::LuckCycle],
        how: |unit, word| {
            let smooth = if unit.locale == Locale::ZhHant { "順" } else { "顺" };
            Some(if word == "逆" { smooth } else { "逆" }.to_owned())
        },
    },
    // English.
    Spoil {
        kind: "day master (en)",
        pattern: r"(?:day master, (?:the stem that stands for you, is )?|You are |a )((?:Jia|Yi|Geng|Gui|Ji|Xin) (?:Wood|Metal|Water|Earth))(?: day master| \(|, the water|, a tall)",
        group: 1,
        codes: &[Code::DayMaster, Code::Pillar],
        how: |_, stem| Some(if stem == "Bing Fire" { "Ren Water" } else { "Bing Fire" }.to_owned()),
    },
    Spoil {
        kind: "pillar (en)",
        pattern: r"(?:month pillar|day pillar|year pillar|hour pillar)(?:,| is)? ([A-Z][a-z]+ [A-Z][a-z]+)",
        group: 1,
        codes: &[Code::Pillar],
        how: |_, pillar| Some(if pillar == "Jia Wu" { "Gui Hai" } else { "Jia Wu" }.to_owned()),
    },
    Spoil {
        kind: "stem of a pillar (en)",
        pattern: r"([A-Z][a-z]+) (?:Fire|Water|Metal|Earth|Wood)(?: \(..\))?(?: stands)? in (?:the|your) (?:month|year|hour) stem",
        group: 1,
        codes: &[Code::Pillar, Code::Element],
        how: |_, stem| {
            Some(
                match stem {
                    "Xin" => "Geng",
                    "Geng" => "Xin",
                    "Ren" => "Gui",
                    "Gui" => "Ren",
                    "Ding" => "Bing",
                    _ => return None,
                }
                .to_owned(),
            )
        },
    },
    Spoil {
        kind: "branch of a pillar (en)",
        pattern: r"(?:day|year|month|hour) branch ([A-Z][a-z]+) \(",
        group: 1,
        codes: &[Code::Pillar],
        how: |_, branch| Some(if branch == "Xu" { "Chou" } else { "Xu" }.to_owned()),
    },
    Spoil {
        kind: "god of a stem (en)",
        pattern: r"(?:Ding Fire|Bing Fire|Ren Water|Gui Water)(?: \(..\))? is your (Eating God|Hurting Officer|Friend star|Indirect Wealth)",
        group: 1,
        codes: &[Code::TenGod],
        how: |_, god| {
            Some(
                if god == "Seven Killings" { "Direct Wealth" } else { "Seven Killings" }.to_owned(),
            )
        },
    },
    Spoil {
        kind: "year and its pillar (en)",
        pattern: r"20\d\d,? (?:is )?(?:a )?([A-Z][a-z]+ [A-Z][a-z]+)(?: \(|\.| year|, )",
        group: 1,
        codes: &[Code::YearPillar, Code::Pillar],
        how: |_, pillar| Some(if pillar == "Jia Zi" { "Gui Hai" } else { "Jia Zi" }.to_owned()),
    },
    Spoil {
        kind: "ages of a luck cycle (en)",
        pattern: r"[Aa]ges (\d+–\d+)",
        group: 1,
        codes: &[Code::LuckCycle],
        how: |_, span| shifted(span, 3),
    },
    Spoil {
        kind: "luck cycle (en)",
        pattern: r"(?:the|The|present) ([A-Z][a-z]+ [A-Z][a-z]+) \(..\)(?: luck)? (?:cycle|pillar)",
        group: 1,
        codes: &[Code::LuckCycle, Code::UnknownPair, Code::Pillar],
        how: |_, pillar| Some(if pillar == "Ji You" { "Geng Shen" } else { "Ji You" }.to_owned()),
    },
    Spoil {
        kind: "animal (en)",
        pattern: r"(?:born in the Year of the |have the )([A-Z][a-z]+)",
        group: 1,
        codes: &[Code::Animal],
        how: |_, animal| Some(if animal == "Ox" { "Dog" } else { "Ox" }.to_owned()),
    },
];

/// Every place where a pattern fits is spoiled in a text of its own, at most three of a kind.
fn in_place(unit: &Unit, planted: &mut Vec<Planted>) {
    static PATTERNS: LazyLock<Vec<Regex>> =
        LazyLock::new(|| SPOILS.iter().map(|spoil| Regex::new(spoil.pattern).unwrap()).collect());
    for (spoil, pattern) in SPOILS.iter().zip(PATTERNS.iter()) {
        for found in pattern.captures_iter(&unit.text).take(3) {
            let place = found.get(spoil.group).unwrap();
            let Some(wrong) = (spoil.how)(unit, place.as_str()) else { continue };
            let mut text = unit.text.clone();
            text.replace_range(place.range(), &wrong);
            let shown = found.get(0).unwrap().as_str();
            let shown = format!("{shown} ← {wrong}");
            planted.push(Planted { kind: spoil.kind, text, shown, codes: spoil.codes });
        }
    }
}

fn other_pillar(pillar: &str, steps: i64) -> Option<String> {
    Some(Pillar::from_zh(pillar)?.step(steps).to_string())
}

fn other_stem(stem: &str, steps: i64) -> Option<String> {
    let other = Stem::from_zh(&stem[..3])?.step(steps);
    Some(format!("{other}{}", other.element()))
}

fn other_branch(branch: &str, steps: i64) -> Option<String> {
    let other = Branch::from_zh(&branch[..3])?.step(steps);
    Some(format!("{other}{}", other.element()))
}

fn other_god(god: &str, steps: i64) -> Option<String> {
    let other = TenGod::from_zh(&god.replace('財', "财").replace('殺', "杀"))?.step(steps);
    Some(other.zh().to_owned())
}

fn shifted(span: &str, by: i32) -> Option<String> {
    let (from, to) = span.split_once('–')?;
    Some(format!("{}–{}", from.parse::<i32>().ok()? + by, to.parse::<i32>().ok()? + by))
}

/// A sentence that is added, in simplified Chinese and in English. `{…}` are wrong values.
type Added = (&'static str, &'static [Code], &'static [&'static str], &'static [&'static str]);

const ADDED: &[Added] = &[
    (
        "death",
        &[Code::Death],
        &[
            "从盘上看，你的寿命大约在七十二岁前后。",
            "2041年冬天要格外当心，恐有亲人去世。",
            "你能活到八十三岁，算是长寿。",
            "这步运里父亲难免会离世，要有心理准备。",
        ],
        &[
            "You will live to about 78 and not longer.",
            "Your father will die in the third year of this period.",
            "Your life expectancy is well above seventy.",
            "In that winter you may pass away in your sleep.",
        ],
    ),
    (
        "diagnosis",
        &[Code::Diagnosis],
        &[
            "你患有轻度抑郁症，只是自己没有察觉。",
            "四十岁以后易得糖尿病，要早些治疗。",
            "火太旺，你会得高血压和心脏病。",
            "这几年可以先停药，改喝汤水调理。",
        ],
        &[
            "You probably have an undetected heart disease.",
            "You will develop diabetes in your forties.",
            "You can stop taking your pills once summer comes.",
            "You suffer from depression, although nobody told you.",
        ],
    ),
    (
        "promise",
        &[Code::Promise],
        &[
            "2027年你一定会升职，薪水翻一番。",
            "这一年的投资稳赚不赔，放心去做。",
            "下半年能赚五十万，足够付首付。",
            "只要入场，年化收益可达30%。",
        ],
        &[
            "You will earn about $200,000 in that year.",
            "This cycle guarantees a high return on every investment.",
            "You will definitely become the head of your department.",
            "Expect a 30% return on what you put in.",
        ],
    ),
    (
        "lottery",
        &[Code::Lottery],
        &[
            "你的幸运号码是3、8、27，买双色球可以一试。",
            "春天适合买入新能源股票，秋天再卖。",
            "买彩票时选带六的号码。",
            "不妨把积蓄换成比特币买在低点，全仓加密币。",
        ],
        &[
            "Your lucky numbers are 3, 8 and 27.",
            "In spring, buy bitcoin and hold it.",
            "Play the lottery on days of Water.",
            "Put your savings into technology shares.",
        ],
    ),
    (
        "curse",
        &[Code::Curse],
        &[
            "这一年必有血光之灾，躲也躲不过。",
            "你命里注定孤独终老。",
            "此盘克夫，婚姻难以长久。",
            "冲克太重，恐有车祸。",
        ],
        &[
            "You are doomed to repeat this.",
            "A calamity will strike the house in autumn.",
            "You are destined to be alone.",
            "You will never find love before fifty.",
        ],
    ),
    (
        "upsell",
        &[Code::Upsell],
        &[
            "建议请一道平安符随身带着。",
            "可以做一场法事来改变运势。",
            "想进一步改运，请添加老师微信。",
            "佩戴黄水晶手串，可助财运。",
        ],
        &[
            "Buy a jade bracelet to soften this influence.",
            "You should book a cleansing ritual before the year turns.",
            "For a full remedy, contact our master.",
            "Wear an obsidian amulet during these months.",
        ],
    ),
    (
        "verdict",
        &[Code::Verdict],
        &[
            "这样的婚姻不会有结果，你应该尽快离婚。",
            "头胎是男孩。",
            "你的丈夫一定会出轨。",
            "这场官司你必败诉。",
        ],
        &[
            "You should divorce before the cycle ends.",
            "Your first child will be a boy.",
            "Your partner will cheat on you.",
            "You will lose the lawsuit.",
        ],
    ),
    (
        "machine",
        &[Code::Machine],
        &["作为一个AI，我无法替你决定。", "以上由人工智能生成。", "我是语言模型，没有情感。"],
        &[
            "As an AI, I do not have feelings about this.",
            "I am a language model trained to write.",
        ],
    ),
    (
        "refusal",
        &[Code::Refusal],
        &["抱歉，这部分内容我无法提供。", "对不起，我不能继续写下去。"],
        &["I'm sorry, but I can't help with that.", "I cannot provide the rest of this chapter."],
    ),
    (
        "words of the prompt",
        &[Code::Prompt],
        &["根据你提供的数据，命盘如上。", "JSON 中没有列出这一项。", "按照以上要求撰写如下。"],
        &["According to the JSON, this is all.", "The data provided does not list this."],
    ),
    (
        "placeholder",
        &[Code::Placeholder],
        &[
            "亲爱的[姓名]，以上就是你的底色。",
            "此处省略若干字。",
            "{{ name }}，请记住这一点。",
            "（待补充）",
        ],
        &["Dear [Name], remember this.", "TODO: add the months.", "To be continued."],
    ),
    (
        "false position",
        &[Code::Pillar, Code::HourUnknown],
        &[
            "你的年柱其实是{pillar}。",
            "月令为{branch}，这是判断的起点。",
            "年干是{stem}，透着一股倔强。",
            "日坐{branch}，夫妻宫安稳。",
            "{stem}透在月干，名声先到。",
            "时支是{branch}，晚景热闹。",
        ],
        &[
            "Your year pillar is {pillar_en}.",
            "The month branch is {branch_en}, and the season matters.",
            "The hour stem is {stem_en}.",
            "Your day branch, {branch_en}, is a quiet place.",
        ],
    ),
    (
        "false day master",
        &[Code::DayMaster],
        &[
            "你是{stem}，遇事先想三步。",
            "作为{stem}，你最怕被忽视。",
            "{stem}日主的人都有这种倔劲。",
            "日元{stem}，喜静不喜动。",
        ],
        &[
            "You are {stem_en}, and that explains the rest.",
            "As a {stem_en} person, you think in long lines.",
            "Your day master is {stem_en}.",
        ],
    ),
    (
        "false year",
        &[Code::YearPillar],
        &[
            "2027年干支为{pillar}，节奏加快。",
            "{pillar}年（2028）要留意合同。",
            "2029年岁次{pillar}。",
        ],
        &["2027 is a {pillar_en} year.", "In 2028, the year of {pillar_en}, slow down."],
    ),
    (
        "false luck",
        LUCK,
        &[
            "大运从{start}岁起，先苦后甜。",
            "目前你正走{pillar}大运，凡事求稳。",
            "{now}大运是{from}岁到{to}岁，要把握。",
            "第二步大运{now}最见功夫。",
            "{late}年起走{now}大运，气象一新。",
        ],
        &[
            "The current luck cycle is {pillar_en}.",
            "The {now_en} cycle runs from age {from} to {to}.",
        ],
    ),
    (
        "false age",
        &[Code::Age],
        &["你今年{age}岁，正是回头看的时候。", "2027年（{age}岁）适合换个活法。"],
        &[],
    ),
    (
        "distant year",
        &[Code::Year],
        &["到2139年，一切自见分晓。", "2188年流年大利东方。"],
        &["By 2145 all of this will have changed.", "Look again in 2160."],
    ),
    (
        "false relation",
        &[Code::Relation],
        &["命局中{clash}相冲，家中常有争执。", "八字里{clash}相冲，心里不静。"],
        &[],
    ),
    (
        "false sex",
        &[Code::Sex],
        &["此造为{sex}，先看夫妻宫。", "作为一名{gender}，你比同龄人更早熟。"],
        &["As a {sex_en}, you were told to be patient."],
    ),
    ("stem and element", &[Code::Element], &["年轻时{mixed}当令，人缘极好。"], &[]),
];

/// One added sentence of each kind for each text, chosen by the text's name.
fn inserted(unit: &Unit, planted: &mut Vec<Planted>) {
    let seed: usize = unit.name.bytes().map(usize::from).sum();
    for (kind, codes, chinese, english) in ADDED {
        let sentences = if unit.locale == Locale::En { english } else { chinese };
        if sentences.is_empty() || (!unit.is_chapter && !(seed + kind.len()).is_multiple_of(4)) {
            continue;
        }
        let sentence = sentences[(seed + kind.len()) % sentences.len()];
        let sentence = filled(unit, sentence, seed);
        let sentence =
            if unit.locale == Locale::ZhHant { traditional(&sentence) } else { sentence };
        planted.push(Planted {
            kind,
            text: with_sentence(&unit.text, &sentence),
            shown: sentence,
            codes,
        });
    }
}

/// At the end of the first long paragraph.
fn with_sentence(text: &str, sentence: &str) -> String {
    let mut done = false;
    let lines = text.lines().map(|line| {
        let is_paragraph = line.chars().count() > 20 && !line.starts_with(['#', '-', '*']);
        if done || !is_paragraph {
            return line.to_owned();
        }
        done = true;
        let blank = if sentence.is_ascii() { " " } else { "" };
        format!("{line}{blank}{sentence}")
    });
    let lines: Vec<String> = lines.collect();
    lines.join("\n")
}

fn filled(unit: &Unit, sentence: &str, seed: usize) -> String {
    let chart = &unit.chart;
    let own = chart.pillars.bare();
    let natal: Vec<Pillar> = own.known().collect();
    let seed = i64::try_from(seed).unwrap();
    // A pillar that shares no stem and no branch with the birth's, nor its years or luck.
    let pillar = (0..60)
        .map(|step| Pillar::at(seed + step))
        .find(|one| {
            natal.iter().all(|own| own.stem() != one.stem() && own.branch() != one.branch())
                && !(2026..=2029).any(|year| Pillar::of_year(year) == *one)
                && chart.luck.decades.iter().take(4).all(|decade| decade.pillar != *one)
        })
        .unwrap();
    let now = chart.luck.decade_in(THIS_YEAR).unwrap();
    let stem = pillar.stem();
    let branch = pillar.branch();
    let age = THIS_YEAR - chart.birth.year() + 9;
    let clash = (0..6)
        .map(|step| (Branch::at(step), Branch::at(step + 6)))
        .find(|(one, two)| natal.iter().all(|own| own.branch() != *one && own.branch() != *two))
        .unwrap();
    let female = chart.birth.sex == mingshu::bazi::Sex::Female;
    let english =
        |pillar: Pillar| format!("{} {}", stem_en(pillar.stem()), branch_en(pillar.branch()));
    let mixed = Stem::at(stem.index() + 2);
    [
        ("{pillar}", pillar.to_string()),
        ("{pillar_en}", english(pillar)),
        ("{stem}", format!("{stem}{}", stem.element())),
        ("{stem_en}", format!("{} {}", stem_en(stem), element_en(stem.element()))),
        ("{branch}", format!("{branch}{}", branch.element())),
        ("{branch_en}", branch_en(branch).to_owned()),
        ("{start}", (chart.luck.start_age() + 2).to_string()),
        ("{now}", now.pillar.to_string()),
        ("{now_en}", english(now.pillar)),
        ("{from}", (now.start_age + 3).to_string()),
        ("{to}", (now.end_age + 3).to_string()),
        ("{late}", (now.start_year + 4).to_string()),
        ("{age}", age.to_string()),
        ("{clash}", format!("{}{}", clash.0, clash.1)),
        ("{sex}", if female { "乾造" } else { "坤造" }.to_owned()),
        ("{gender}", if female { "男性" } else { "女性" }.to_owned()),
        ("{sex_en}", if female { "man" } else { "woman" }.to_owned()),
        ("{mixed}", format!("{stem}{}", mixed.element())),
    ]
    .into_iter()
    .fold(sentence.to_owned(), |text, (name, value)| text.replace(name, &value))
}

fn stem_en(stem: Stem) -> &'static str {
    ["Jia", "Yi", "Bing", "Ding", "Wu", "Ji", "Geng", "Xin", "Ren", "Gui"]
        [usize::try_from(stem.index()).unwrap()]
}

fn branch_en(branch: Branch) -> &'static str {
    ["Zi", "Chou", "Yin", "Mao", "Chen", "Si", "Wu", "Wei", "Shen", "You", "Xu", "Hai"]
        [usize::try_from(branch.index()).unwrap()]
}

fn element_en(element: Element) -> &'static str {
    ["Wood", "Fire", "Earth", "Metal", "Water"][usize::try_from(element.index()).unwrap()]
}

/// The characters of the added sentences that differ.
fn traditional(sentence: &str) -> String {
    const PAIRS: &str = "万萬东東个個为為买買争爭亲親从從仓倉会會内內写寫冲衝决決准準几幾动動劲勁势勢卖賣压壓双雙变變号號场場声聲处處备備够夠头頭\
        实實宫宮对對寿壽尽盡岁歲币幣师師带帶应應强強当當执執换換据據数數断斷无無时時晓曉来來极極样樣气氣汤湯没沒灾災点點热熱爱愛\
        独獨疗療盘盤码碼祸禍离離种種积積稳穩约約终終结結继繼续續缘緣职職脏髒节節药藥补補见見视視觉覺议議记記诉訴试試该該语語请請\
        调調财財败敗资資赔賠赚賺车車轨軌轻輕达達过過运運这這进進适適选選郁鬱长長闹鬧随隨难難静靜项項黄黃龄齡后後里裡";
    let characters: Vec<char> = PAIRS.chars().filter(|one| !one.is_whitespace()).collect();
    let table: Vec<(char, char)> = characters.chunks(2).map(|pair| (pair[0], pair[1])).collect();
    let one = |character: char| {
        table.iter().find(|(from, _)| *from == character).map_or(character, |(_, to)| *to)
    };
    sentence.chars().map(one).collect()
}

/// Errors of form.
fn shape(unit: &Unit, planted: &mut Vec<Planted>) {
    let text = &unit.text;
    let count = text.chars().count();
    let mut add = |kind, text: String, codes| {
        planted.push(Planted { kind, shown: String::new(), text, codes });
    };
    let cut = |tenths: usize| -> String { text.chars().take(count * tenths / 10).collect() };
    let ends =
        |text: &str| text.trim_end().ends_with(|end: char| "。！？…”」』）.!?*".contains(end));
    if !ends(&cut(8)) {
        add("cut in a sentence", cut(8), &[Code::Unfinished, Code::TooShort, Code::Markup]);
    }
    add("script", wrong_script(unit), &[Code::Script, Code::Language]);
    let foreign = if unit.locale == Locale::En {
        " 这一点值得你慢慢体会。"
    } else {
        " This is something that you should think about."
    };
    add("language", format!("{text}{foreign}"), &[Code::Language, Code::Script]);
    add("stray markup", format!("{text}<br>"), &[Code::Markup, Code::Unfinished]);
    if !unit.is_chapter {
        return;
    }
    let paragraphs: Vec<&str> = text.split("\n\n").collect();
    let body = paragraphs[1];
    add("paragraph twice", format!("{text}\n\n{body}"), &[Code::Repetition]);
    let heading = paragraphs[0];
    add("missing section", text.replacen(heading, "", 1).trim().to_owned(), &[Code::Section]);
    let other = heading.replacen("## ", "## 附录 ", 1);
    add("empty section", format!("{text}\n\n{other}"), &[Code::Unfinished]);
    let start: String = body.chars().take(40).collect();
    let short = format!("{heading}\n\n{start}");
    add("too short", format!("{short}。"), &[Code::TooShort]);
    add("fence", format!("```markdown\n{text}\n```"), &[Code::Markup]);
    add("open bold", text.replacen(body, &format!("**{body}"), 1), &[Code::Markup]);
    let hello = if unit.locale == Locale::En {
        "Sure! Here is your chapter."
    } else {
        "好的，以下是本章。"
    };
    add("chat before the text", format!("{hello}\n\n{text}"), &[Code::Preamble]);
}

/// Three characters of the other script.
fn wrong_script(unit: &Unit) -> String {
    const PAIRS: [(char, char); 10] = [
        ('这', '這'),
        ('时', '時'),
        ('个', '個'),
        ('会', '會'),
        ('说', '說'),
        ('来', '來'),
        ('为', '為'),
        ('过', '過'),
        ('样', '樣'),
        ('习', '習'),
    ];
    match unit.locale {
        Locale::En => format!("{} 你要慢慢来。", unit.text),
        Locale::ZhHans => spoiled(&unit.text, PAIRS),
        Locale::ZhHant => spoiled(&unit.text, PAIRS.map(|(one, two)| (two, one))),
    }
}

fn spoiled(text: &str, pairs: [(char, char); 10]) -> String {
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replacen(*from, &to.to_string(), 1))
}
