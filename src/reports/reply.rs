//! What the model answers to a question about a report: the words, and whether they are a polite no.
//! Pure.

/// The first line of a polite no, as `templates/prompts/answer.md` asks for it.
const DECLINED: &str = "[DECLINED]";
/// Characters of one message, with room for the question above it.
pub const LONGEST: usize = 2_800;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub text: String,
    /// The facts do not say it, or it is nothing to be said.
    pub declined: bool,
}

impl Reply {
    pub fn read(completion: &str) -> Self {
        let text = completion.trim();
        match text.strip_prefix(DECLINED) {
            Some(rest) => Self { text: rest.trim().to_owned(), declined: true },
            None => Self { text: text.to_owned(), declined: false },
        }
    }

    /// Whether it is something, and goes into one message.
    pub fn fits(&self) -> bool {
        let longest = self.text.chars().count() <= LONGEST;
        longest && self.text.chars().any(char::is_alphanumeric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_polite_no_is_told_from_an_answer() {
        let no = Reply::read("\n[DECLINED]\n命盘里没有这一项。\n");
        assert_eq!(no, Reply { text: "命盘里没有这一项。".to_owned(), declined: true });
        let yes = Reply::read(" 适合。 ");
        assert_eq!(yes, Reply { text: "适合。".to_owned(), declined: false });
    }

    #[test]
    fn what_is_nothing_or_too_much_is_no_answer() {
        assert!(!Reply::read("[DECLINED]").fits());
        assert!(!Reply::read(" … ").fits());
        assert!(Reply::read("好").fits());
        assert!(Reply::read(&"好".repeat(LONGEST)).fits());
        assert!(!Reply::read(&"好".repeat(LONGEST + 1)).fits());
    }
}
