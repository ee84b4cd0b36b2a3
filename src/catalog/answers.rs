//! What a buyer answered: stored (encrypted) with the dialogue and the order, and read again for
//! the chart, the prompt and "order again with the same answers".
//!
//! The serialised words are stored and must not change. New members need a serde default.

/// Answers in the order of the form's questions.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct FormAnswers(Vec<FormAnswer>);

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FormAnswer {
    /// The key of the product's field.
    pub field: String,
    pub answer: Answer,
}

/// One birth of a form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersonAnswer<'a> {
    /// The key of the birth's field.
    pub field: &'a str,
    pub gender: Option<Gender>,
    pub birth: &'a BirthAnswer,
}

/// A typed value, one kind for each kind of field.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Text(String),
    /// The value of an option, not its label.
    Choice(String),
    Gender(Gender),
    Birth(BirthAnswer),
    Number(i64),
    /// The buyer passed over a question that is not required.
    Skipped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    Male,
    Female,
}

/// A birth as the buyer stated it. Whether the day exists is for the calendar to say.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct BirthAnswer {
    pub calendar: Calendar,
    pub year: i32,
    pub month: u32,
    pub day: u32,
    /// The month is the leap month of its number; lunar calendar only.
    #[serde(default)]
    pub leap_month: bool,
    pub hour: BirthHour,
    #[serde(default)]
    pub place: Option<BirthPlace>,
    #[serde(default)]
    pub summer_time: SummerTime,
    #[serde(default)]
    pub day_start: DayStart,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    Solar,
    Lunar,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BirthHour {
    /// By the clock of the birth place.
    Exact {
        hour: u32,
        minute: u32,
    },
    /// One of the twelve double hours: 0 is 早子 (0:00–0:59), 1 丑 … 11 亥, and 12 is 晚子
    /// (23:00–23:59).
    Branch {
        index: u32,
    },
    Unknown,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct BirthPlace {
    pub name: String,
    /// Degrees, east positive.
    pub longitude: f64,
    /// IANA name, such as `Asia/Shanghai`.
    pub zone: String,
}

/// How to read a time within a spell of summer time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SummerTime {
    /// The time is what the clock showed.
    #[default]
    ClockTime,
    /// The buyer has already taken the hour off.
    StandardTime,
}

/// When the next day's pillar begins (`sect` 1 and 2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayStart {
    #[default]
    AtTwentyThree,
    AtMidnight,
}

impl FormAnswers {
    pub fn get(&self, field: &str) -> Option<&Answer> {
        self.0.iter().find(|given| given.field == field).map(|given| &given.answer)
    }

    /// Keeps an answer; a changed one stays at its place.
    pub fn set(&mut self, field: &str, answer: Answer) {
        match self.0.iter_mut().find(|given| given.field == field) {
            Some(given) => given.answer = answer,
            None => self.0.push(FormAnswer { field: field.to_owned(), answer }),
        }
    }

    pub fn remove(&mut self, field: &str) {
        self.0.retain(|given| given.field != field);
    }

    pub fn iter(&self) -> impl Iterator<Item = &FormAnswer> {
        self.0.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The births that were told, each with the gender that belongs to it: the first with the first,
    /// as [`super::form::people`] pairs their questions. The answers must be in the order of the form.
    pub fn people(&self) -> Vec<PersonAnswer<'_>> {
        let mut genders = self.0.iter().filter_map(|given| match &given.answer {
            Answer::Gender(gender) => Some(*gender),
            Answer::Text(_)
            | Answer::Choice(_)
            | Answer::Birth(_)
            | Answer::Number(_)
            | Answer::Skipped => None,
        });
        let births = self.0.iter().filter_map(|given| match &given.answer {
            Answer::Birth(birth) => Some((given.field.as_str(), birth)),
            Answer::Text(_)
            | Answer::Choice(_)
            | Answer::Gender(_)
            | Answer::Number(_)
            | Answer::Skipped => None,
        });
        let person = |(field, birth)| PersonAnswer { field, gender: genders.next(), birth };
        births.map(person).collect()
    }

    /// The value of the chosen option.
    pub fn choice(&self, field: &str) -> Option<&str> {
        match self.get(field)? {
            Answer::Choice(value) => Some(value),
            Answer::Text(_)
            | Answer::Number(_)
            | Answer::Gender(_)
            | Answer::Birth(_)
            | Answer::Skipped => None,
        }
    }

    pub fn number(&self, field: &str) -> Option<i64> {
        match self.get(field)? {
            Answer::Number(number) => Some(*number),
            Answer::Text(_)
            | Answer::Choice(_)
            | Answer::Gender(_)
            | Answer::Birth(_)
            | Answer::Skipped => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_answer_stays_at_its_place() {
        let mut answers = FormAnswers::default();
        answers.set("gender", Answer::Gender(Gender::Male));
        answers.set("year", Answer::Number(2026));
        answers.set("gender", Answer::Gender(Gender::Female));
        let order: Vec<_> = answers.iter().map(|given| given.field.as_str()).collect();
        assert_eq!(order, ["gender", "year"]);
        assert_eq!(answers.get("gender"), Some(&Answer::Gender(Gender::Female)));
        assert_eq!(answers.number("year"), Some(2026));
        answers.remove("gender");
        assert_eq!(answers.get("gender"), None);
    }

    #[test]
    fn each_birth_has_its_own_gender() {
        let mut answers = FormAnswers::default();
        for (key, gender) in [("gender", Gender::Female), ("partner_gender", Gender::Male)] {
            answers.set(key, Answer::Gender(gender));
        }
        for (key, year) in [("birth", 1990), ("partner_birth", 1988)] {
            answers.set(key, Answer::Birth(BirthAnswer { year, ..a_birth() }));
        }
        let people = answers.people();
        let told: Vec<_> =
            people.iter().map(|person| (person.field, person.gender, person.birth.year)).collect();
        let expected =
            [("birth", Some(Gender::Female), 1990), ("partner_birth", Some(Gender::Male), 1988)];
        assert_eq!(told, expected);
        answers.remove("gender");
        answers.remove("partner_gender");
        assert_eq!(answers.people()[1].gender, None);
    }

    fn a_birth() -> BirthAnswer {
        BirthAnswer {
            calendar: Calendar::Lunar,
            year: 1990,
            month: 5,
            day: 26,
            leap_month: true,
            hour: BirthHour::Branch { index: 12 },
            place: None,
            summer_time: SummerTime::StandardTime,
            day_start: DayStart::AtMidnight,
        }
    }

    #[test]
    fn stored_answers_keep_their_words() {
        let mut answers = FormAnswers::default();
        answers.set("gender", Answer::Gender(Gender::Female));
        answers.set("birth", Answer::Birth(a_birth()));
        answers.set("question", Answer::Skipped);
        insta::assert_json_snapshot!(answers, @r#"
        [
          {
            "field": "gender",
            "answer": {
              "gender": "female"
            }
          },
          {
            "field": "birth",
            "answer": {
              "birth": {
                "calendar": "lunar",
                "year": 1990,
                "month": 5,
                "day": 26,
                "leap_month": true,
                "hour": {
                  "branch": {
                    "index": 12
                  }
                },
                "place": null,
                "summer_time": "standard_time",
                "day_start": "at_midnight"
              }
            }
          },
          {
            "field": "question",
            "answer": "skipped"
          }
        ]
        "#);
        let json = serde_json::to_string(&answers).unwrap();
        assert_eq!(serde_json::from_str::<FormAnswers>(&json).unwrap(), answers);
    }
}
