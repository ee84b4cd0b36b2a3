//! Questions about a report: which of them a polite model leaves alone.

/// Questions that no chart answers.
pub(super) fn is_touchy(question: &str) -> bool {
    const WORDS: [&str; 10] =
        ["彩票", "股票", "死", "寿命", "壽命", "怀孕", "懷孕", "lottery", "die", "stock"];
    WORDS.iter().any(|word| question.contains(word))
}

#[cfg(test)]
mod tests {
    use super::is_touchy;

    #[test]
    fn some_questions_are_better_left_alone() {
        for touchy in ["哪天买彩票？", "When shall I die?", "我的壽命"] {
            assert!(is_touchy(touchy), "{touchy}");
        }
        assert!(!is_touchy("该换工作吗？") && !is_touchy("Should I move?"));
    }
}
