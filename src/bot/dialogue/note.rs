//! A sentence about what was just typed or pressed: exact, local, in front of the question.

use chrono::NaiveDate;

use crate::kernel::money::Money;

/// The key of a text and what is put into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bot) struct Note {
    pub(in crate::bot) key: &'static str,
    pub(in crate::bot) values: Vec<(&'static str, Value)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bot) enum Value {
    /// What a person typed; escaped when it is shown.
    Text(String),
    Number(i64),
    /// A month of the lunar calendar, by its name.
    LunarMonth {
        month: u32,
        leap: bool,
    },
    Money(Money),
    /// A day in the shop's time zone.
    Day(NaiveDate),
}

impl Note {
    pub(in crate::bot) fn new(key: &'static str) -> Self {
        Self { key, values: Vec::new() }
    }

    pub(in crate::bot) fn text(mut self, name: &'static str, value: &str) -> Self {
        const LONGEST: usize = 40;
        let mut shown: String = value.chars().take(LONGEST).collect();
        if value.chars().nth(LONGEST).is_some() {
            shown.push('…');
        }
        self.values.push((name, Value::Text(shown)));
        self
    }

    pub(super) fn number(mut self, name: &'static str, value: impl Into<i64>) -> Self {
        self.values.push((name, Value::Number(value.into())));
        self
    }

    pub(super) fn lunar_month(mut self, name: &'static str, (month, leap): (u32, bool)) -> Self {
        self.values.push((name, Value::LunarMonth { month, leap }));
        self
    }

    pub(in crate::bot) fn day(mut self, name: &'static str, value: NaiveDate) -> Self {
        self.values.push((name, Value::Day(value)));
        self
    }

    pub(in crate::bot) fn money(mut self, name: &'static str, value: Money) -> Self {
        self.values.push((name, Value::Money(value)));
        self
    }
}
