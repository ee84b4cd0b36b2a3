//! Traditional and simplified characters: which are only one of the two, and how a traditional
//! text is read as a simplified one. The table holds the 2,400 pairs of everyday characters that
//! stand one for one, drawn from `OpenCC`'s (Apache-2.0).

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// Pairs of a traditional and its simplified character.
const PAIRS: &str = include_str!("../../../templates/scripts/characters.txt");
/// Simplified characters that are traditional ones as well, with a meaning of their own.
const BOTH: &str = "万丑丰云亘仆价余佛佣修僵党冢冬准凌几凶出划刮制千升卜占卷厂厘只台叶吁吃合吊同后向呆周咨\
咸咽哄唇喂噪回困夸奸姜娘家尸局岩岳巨布帘席干幸广庵弦彩御志念恤愈愿戚才扎托扣折拐挂挨挽捆据搜斗\
旋旗昆暗曲朱朴杆杠杯杰松板极柜栗核梁棱欲污沈沾泄泛注涂涌淀游溯漓熏玩璇症皂确私秋种筑糊糖系累胄\
胜胡腊腌膻致舍芸苹范荐蒙蓑蔑虫蚝蜡蝎表谷跖踊辟适逾郁酸采里雕面么了征着";

struct Table {
    simplified: HashMap<char, char>,
    simplified_only: HashSet<char>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut characters = PAIRS.chars().filter(|character| !character.is_whitespace());
        let mut simplified = HashMap::new();
        while let (Some(from), Some(to)) = (characters.next(), characters.next()) {
            simplified.insert(from, to);
        }
        let only = simplified.values().copied().filter(|character| !BOTH.contains(*character));
        Table { simplified_only: only.collect(), simplified }
    })
}

pub(super) fn is_simplified_only(character: char) -> bool {
    table().simplified_only.contains(&character)
}

pub(super) fn is_traditional_only(character: char) -> bool {
    table().simplified.contains_key(&character)
}

/// The character as every rule of the gate reads it: simplified, half-width digits and signs,
/// letters without tone marks. One character stays one character.
pub(super) fn folded(character: char) -> char {
    match character {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => {
            char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character)
        }
        '\u{a0}' | '\u{3000}' | '\t' => ' ',
        'ā' | 'á' | 'ǎ' | 'à' => 'a',
        'ē' | 'é' | 'ě' | 'è' => 'e',
        'ī' | 'í' | 'ǐ' | 'ì' => 'i',
        'ō' | 'ó' | 'ǒ' | 'ò' => 'o',
        'ū' | 'ú' | 'ǔ' | 'ù' | 'ü' | 'ǘ' | 'ǚ' => 'u',
        'Ā' => 'A',
        '—' | '–' | '―' | '−' | '～' | '〜' => '-',
        '「' | '『' => '“',
        '」' | '』' => '”',
        '’' => '\'',
        '衝' | '沖' => '冲',
        '餘' => '余',
        '於' => '于',
        '爲' => '为',
        '著' => '着',
        '裏' => '里',
        '煞' => '杀',
        other => table().simplified.get(&other).copied().unwrap_or(other),
    }
}

/// Whether a character is Chinese.
pub(super) fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_belong_to_one_script_or_to_both() {
        for simplified in "财运时龙鸡马岁们个这".chars() {
            assert!(is_simplified_only(simplified), "{simplified}");
        }
        for traditional in "財運時龍雞馬歲們個這後".chars() {
            assert!(is_traditional_only(traditional), "{traditional}");
        }
        for both in "干支丑里台后面出乾的我你人天地松谷云".chars() {
            assert!(!is_simplified_only(both) && !is_traditional_only(both), "{both}");
        }
    }

    #[test]
    fn every_rule_reads_one_script() {
        let read = |text: &str| text.chars().map(folded).collect::<String>();
        assert_eq!(read("３５–44歲大運「龍」七煞"), "35-44岁大运“龙”七杀");
        assert_eq!(read("Gēng Wǔ"), "Geng Wu");
    }
}
