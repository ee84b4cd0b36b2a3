//! The small words that join a statement's two ends. What is not in these lists joins nothing, so
//! 日主被庚金所克 says nothing about who the day master is.

/// Between a place and what stands in it: 年柱(是)庚午.
const GIVEN: [&str; 74] = [
    "实际上",
    "实际",
    "其实",
    "原来",
    "本来",
    "刚好",
    "应该",
    "应",
    "恰好是",
    "同样是",
    "透出",
    "属于",
    "就是",
    "便是",
    "正是",
    "恰是",
    "也是",
    "又是",
    "都是",
    "还是",
    "叫做",
    "名为",
    "称为",
    "一个",
    "那个",
    "这个",
    "正坐",
    "上的",
    "里的",
    "中的",
    "坐着",
    "坐的",
    "还透",
    "是",
    "为",
    "属",
    "乃",
    "即",
    "叫",
    "的",
    "上",
    "坐",
    "落",
    "见",
    "透",
    "了",
    "着",
    "还",
    "也",
    "又",
    "再",
    "添",
    "有",
    "出",
    "字",
    "：",
    ":",
    "(",
    "（",
    "“",
    "-",
    "is",
    "are",
    "the",
    "a",
    "an",
    "of",
    "your",
    "called",
    "which",
    "stands",
    "for",
    "being",
    "here",
];

/// Between a value and the place in which it stands: 庚金在年干, "Ren Water in the year stem".
const STANDS_IN: [&str; 40] = [
    "透出在",
    "透在",
    "落在",
    "坐在",
    "居于",
    "位于",
    "现于",
    "透于",
    "出现在",
    "便是",
    "就是",
    "正是",
    "在",
    "居",
    "于",
    "是",
    "为",
    "即",
    "作",
    "的",
    "你",
    "您",
    "，",
    ",",
    "stands",
    "sits",
    "lies",
    "in",
    "at",
    "under",
    "is",
    "as",
    "the",
    "your",
    "both",
    "also",
    "of",
    "from",
    ")",
    "）",
];

/// Between a stem and the god that it is.
const CALLED: [&str; 58] = [
    "就是",
    "正是",
    "便是",
    "也是",
    "恰是",
    "又是",
    "则是",
    "都是",
    "还是",
    "成了",
    "叫做",
    "命中",
    "盘中",
    "这颗",
    "这位",
    "也就是",
    "正好是",
    "恰好是",
    "称为",
    "对你来说",
    "是",
    "为",
    "即",
    "乃",
    "属",
    "作",
    "做",
    "算",
    "成",
    "叫",
    "你",
    "您",
    "的",
    "一颗",
    "，",
    "：",
    ":",
    "(",
    "（",
    ")",
    "）",
    "-",
    "“",
    ",",
    "is",
    "are",
    "your",
    "the",
    "as",
    "to",
    "you",
    "stands",
    "a",
    "an",
    "in",
    "both",
    "here",
    "for",
];

/// Between a god and the stem that it is.
const NAMED: [&str; 14] =
    ["就是", "正是", "是", "为", "即", "(", "（", "：", ":", ")", "）", "is", "the", "of"];

const APPOSITION: [&str; 10] = [",", "，", "the", "a", "an", "your", "-", "(", "stem", "is"];

const LIKE: [&str; 28] = [
    "一", "株", "棵", "颗", "块", "个", "位", "盏", "座", "条", "朵", "片", "把", "典型", "标准",
    "的", "这样", "口", "a", "an", "typical", "true", "born", "gentle", "strong", "classic", "the",
    "person",
];

const OWN: [&str; 7] = ["的", "这个", "作为", "是", "为", "的这个", "is the"];

const LIST: [&str; 34] = [
    "、", "，", ",", "and", "年", "月", "日", "时", "柱", "与", "和", "及", "(", "（", ")", "）",
    "/", "|", "·", ":", "：", "-", "for", "the", "year", "month", "day", "hour", "加上", "以及",
    "再到", "“", "”", "加",
];

/// Words in a clause that make it a supposition or a comparison.
pub(super) const SUPPOSING: [&str; 24] = [
    "若",
    "如果",
    "假如",
    "倘若",
    "要是",
    "不像",
    "不是",
    "并非",
    "而非",
    "不同于",
    "有别于",
    "相比",
    "对比",
    "比如",
    "例如",
    "譬如",
    "还是",
    "if ",
    "unlike ",
    "not ",
    "rather than ",
    "such as ",
    "other than ",
    "compared ",
];

/// What follows a pair that is said to be a pillar of the birth.
pub(super) const AFTER_PAIR: [(&str, usize); 15] = [
    ("日生", 2),
    ("日柱", 2),
    ("日出生", 2),
    ("日主", 2),
    ("日的人", 2),
    ("年柱", 0),
    ("年出生", 0),
    ("月柱", 1),
    ("时柱", 3),
    ("时生", 3),
    (" day", 2),
    (" for the year", 0),
    (" for the month", 1),
    (" for the day", 2),
    (" for the hour", 3),
];

/// Words of a theory or of another moment, in which a relation is not said of the chart.
pub(super) const ELSEWHERE: [&str; 14] = [
    "流年",
    "大运",
    "十二地支",
    "六冲",
    "六合是",
    "口诀",
    "古人",
    "岁运",
    "相比",
    "来说",
    "而言",
    "生肖",
    "若",
    "月令的",
];
/// Words that say that the chart itself is meant.
pub(super) const OWN_CHART: [&str; 12] = [
    "命局",
    "八字",
    "原局",
    "四柱",
    "盘中",
    "盘里",
    "命中",
    "日支",
    "年支",
    "月支",
    "时支",
    "你的盘",
];

pub(super) fn is_given(gap: &str) -> bool {
    consists_of(gap, &GIVEN)
}

pub(super) fn stands_in(gap: &str) -> bool {
    let blank = gap.trim().is_empty();
    let joins = consists_of(gap, &STANDS_IN) && !gap.trim_start().starts_with(['，', ',']);
    (blank && gap.len() <= 1) || (joins && !blank)
}

pub(super) fn is_apposition(gap: &str) -> bool {
    gap.is_ascii() && consists_of(gap, &APPOSITION)
}

pub(super) fn is_called(gap: &str) -> bool {
    // 庚金的伤官 is what 庚金 has, and not what it is.
    !matches!(gap.trim(), "，" | "的") && consists_of(gap, &CALLED)
}

pub(super) fn is_named(gap: &str) -> bool {
    consists_of(gap, &NAMED)
}

pub(super) fn is_like(gap: &str) -> bool {
    consists_of(gap, &LIKE)
}

pub(super) fn is_own(gap: &str) -> bool {
    consists_of(gap, &OWN)
}

pub(super) fn is_list(gap: &str) -> bool {
    consists_of(gap, &LIST)
}

pub(super) fn is_and(gap: &str) -> bool {
    matches!(gap.trim(), "与" | "和" | "及" | "、" | "and" | "," | "跟" | "同")
}

/// Whether a gap has nothing but these words; a Latin word has to stand alone.
pub(super) fn consists_of(gap: &str, words: &[&str]) -> bool {
    let mut rest = gap.trim_start();
    while !rest.is_empty() {
        let taken = words.iter().filter_map(|word| strip(rest, word)).min_by_key(|rest| rest.len());
        let Some(after) = taken else { return false };
        rest = after.trim_start();
    }
    true
}

fn strip<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let start = text.get(..word.len())?;
    let rest = text.get(word.len()..)?;
    let is_latin = word.starts_with(|letter: char| letter.is_ascii_alphabetic());
    if !is_latin {
        return (start == word).then_some(rest);
    }
    let ends = !rest.starts_with(|next: char| next.is_ascii_alphabetic());
    (ends && start.eq_ignore_ascii_case(word)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_words_join() {
        for joins in ["", "是", "：", "为", " is ", "的", "就是“"] {
            assert!(is_given(joins), "{joins}");
        }
        for parts in ["被", "与", "，生于巳月，", " and ", "克"] {
            assert!(!is_given(parts), "{parts}");
        }
        assert!(stands_in(" in the ") && stands_in("透在") && !stands_in("、"));
        assert!(!is_called("，") && is_called("，也就是") && is_called(") is your "));
    }
}
