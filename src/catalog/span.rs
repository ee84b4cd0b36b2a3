//! Which years a report looks at, as its product and its buyer want it.

use super::answers::FormAnswers;
use super::snapshot::ProductSnapshot;

/// The years of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// This one, with its months.
    Year(i32),
    /// The ten of one 大运.
    Decade(DecadeChoice),
    /// The present one and so many after it.
    Ahead(u32),
}

/// One of the 大运 around the present one; the values of a choice that `chart_decade` names. The words
/// are stored with answers and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecadeChoice {
    Previous,
    Current,
    Next,
    AfterNext,
}

impl DecadeChoice {
    pub const ALL: [Self; 4] = [Self::Previous, Self::Current, Self::Next, Self::AfterNext];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Previous => "previous",
            Self::Current => "current",
            Self::Next => "next",
            Self::AfterNext => "after_next",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.as_str() == word)
    }

    /// Its place among `count` decades of which the one at `present` rules now; before the first
    /// begins, the first is the present one, and nobody has one after the last.
    pub fn place(self, present: Option<usize>, count: usize) -> usize {
        let present = present.unwrap_or(0);
        let place = match self {
            Self::Previous => present.saturating_sub(1),
            Self::Current => present,
            Self::Next => present.saturating_add(1),
            Self::AfterNext => present.saturating_add(2),
        };
        place.min(count.saturating_sub(1))
    }
}

impl ProductSnapshot {
    /// The years that the report of somebody with these answers looks at.
    pub fn span(&self, answers: &FormAnswers) -> Span {
        let year = self.chart_year.as_deref().and_then(|field| answers.number(field));
        if let Some(year) = year.and_then(|year| i32::try_from(year).ok()) {
            return Span::Year(year);
        }
        let Some(field) = &self.chart_decade else { return Span::Ahead(self.years_ahead) };
        let chosen = answers.choice(field).and_then(DecadeChoice::parse);
        Span::Decade(chosen.unwrap_or(DecadeChoice::Current))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decade_is_found_from_the_present_one_and_none_lies_outside_of_the_list() {
        let places = |present| DecadeChoice::ALL.map(|choice| choice.place(present, 10));
        assert_eq!(places(Some(3)), [2, 3, 4, 5]);
        assert_eq!(places(None), [0, 0, 1, 2]);
        assert_eq!(places(Some(9)), [8, 9, 9, 9]);
        assert_eq!(DecadeChoice::Next.place(None, 0), 0);
    }

    #[test]
    fn words_are_read_back() {
        for choice in DecadeChoice::ALL {
            assert_eq!(DecadeChoice::parse(choice.as_str()), Some(choice));
        }
        assert_eq!(DecadeChoice::parse("last"), None);
    }
}
