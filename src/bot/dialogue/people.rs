//! Births that were told before: taken into a form with one tap, kept from the check card, and the
//! small screen where they are renamed and deleted.

use serde::{Deserialize, Serialize};

use super::button::BACK;
use super::form::{At, Draft, Moved};
use super::note::Note;
use super::turn::{Deed, Turn, View};
use super::{Awaited, Dialogue, Listening};
use crate::catalog::Product;
use crate::catalog::answers::{Answer, BirthAnswer, Gender};
use crate::catalog::form;
use crate::flows::keep_profile::{LONGEST_NAME, tidy_name};
use crate::users::profiles::ProfileKind;

/// A form button's value begins with it: the rest is the id of a kept birth.
pub(in crate::bot) const USE: &str = "@";
/// The rest is the number of the birth's field, which is to be kept.
pub(in crate::bot) const SAVE: &str = "+";
/// The day that stands in the person's Telegram profile.
pub(in crate::bot) const BIRTHDAY: &str = "b";

/// What Telegram says about the person's birthday; asked once for each form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::bot) struct PublicBirthday {
    /// Only a whole date helps.
    pub(in crate::bot) date: Option<chrono::NaiveDate>,
}

/// A button of the screen of kept births.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bot) enum ProfilePress {
    List,
    Open(String),
    Rename(String),
    Delete(String),
    DeleteSurely(String),
}

/// What is shown of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bot) enum ProfileView {
    /// With a word about what was just done.
    List(Option<&'static str>),
    One(String),
    Rename(String),
    Delete(String),
}

/// What becomes of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bot) enum ProfileDeed {
    /// Into the form that is being filled in.
    Use(String),
    /// The birth of this field is kept.
    Save {
        field: String,
        kind: ProfileKind,
        name: Option<String>,
    },
    Rename(String, String),
    Delete(String),
}

impl ProfilePress {
    pub(super) fn data(&self) -> String {
        match self {
            Self::List => "prof:list".to_owned(),
            Self::Open(id) => format!("prof:open:{id}"),
            Self::Rename(id) => format!("prof:name:{id}"),
            Self::Delete(id) => format!("prof:drop:{id}"),
            Self::DeleteSurely(id) => format!("prof:sure:{id}"),
        }
    }

    pub(super) fn read(rest: &str) -> Option<Self> {
        let (word, id) = rest.split_once(':').unwrap_or((rest, ""));
        let id = id.to_owned();
        Some(match word {
            "list" => Self::List,
            "open" => Self::Open(id),
            "name" => Self::Rename(id),
            "drop" => Self::Delete(id),
            "sure" => Self::DeleteSurely(id),
            _ => return None,
        })
    }
}

pub(super) fn pressed(mut next: Dialogue, press: &ProfilePress) -> Turn {
    let view = match press {
        ProfilePress::List => ProfileView::List(None),
        ProfilePress::Open(id) => ProfileView::One(id.clone()),
        ProfilePress::Rename(id) => {
            next.listens = Listening::Awaited;
            next.awaits = Some(Awaited::ProfileName(id.clone()));
            ProfileView::Rename(id.clone())
        }
        ProfilePress::Delete(id) => ProfileView::Delete(id.clone()),
        ProfilePress::DeleteSurely(id) => {
            return Turn::perform(next, Deed::Profile(ProfileDeed::Delete(id.clone())));
        }
    };
    Turn::show(next, View::Profiles(view))
}

/// A new name was typed; one that does not fit is asked for again.
pub(super) fn named(mut next: Dialogue, id: String, text: &str) -> Turn {
    if let Some(name) = tidy_name(text) {
        return Turn::perform(next, Deed::Profile(ProfileDeed::Rename(id, name))).fresh();
    }
    next.listens = Listening::Awaited;
    next.awaits = Some(Awaited::ProfileName(id.clone()));
    Turn::show(next, View::Profiles(ProfileView::Rename(id))).fresh()
}

impl Draft {
    /// The key of the birth that the question belongs to, where one that was told before could
    /// answer it: at the gender or at the beginning of the birth, but not where one part is changed.
    pub(in crate::bot) fn birth_wanted<'a>(&self, product: &'a Product) -> Option<&'a str> {
        let key = match &self.at {
            At::Field { key } => key,
            At::Birth { key, ask, .. } if ask.is_first() => key,
            At::Birth { .. } | At::Check | At::Coupon | At::Save { .. } | At::SaveName { .. } => {
                return None;
            }
        };
        let mut people = form::people(&product.form);
        let person = people.find(|person| {
            person.birth.key == *key || person.gender.is_some_and(|gender| gender.key == *key)
        });
        person.filter(|_person| self.editing.is_none()).map(|person| person.birth.key.as_str())
    }

    /// Whether the birthday of the person's own profile may be offered: for the first birth.
    pub(in crate::bot) fn wants_birthday(&self, product: &Product) -> bool {
        let own = form::people(&product.form).next().map(|person| person.birth.key.as_str());
        matches!(self.at, At::Birth { .. }) && own.is_some() && self.birth_wanted(product) == own
    }

    /// Answers gender and birth at once. `false`: the question is about neither.
    pub(in crate::bot) fn take_person(
        &mut self,
        product: &Product,
        (gender, birth): (Option<Gender>, BirthAnswer),
    ) -> bool {
        let Some(key) = self.birth_wanted(product) else { return false };
        let person = form::people(&product.form).find(|person| person.birth.key == key);
        if let (Some(field), Some(gender)) = (person.and_then(|person| person.gender), gender) {
            self.answers.set(&field.key, Answer::Gender(gender));
        }
        self.answers.set(key, Answer::Birth(birth));
        self.go_on(product);
        true
    }

    /// From the check card: under which name is the birth to be kept?
    pub(super) fn ask_for_name(&mut self, product: &Product, number: &str) -> Moved {
        let index: Option<usize> = number.parse().ok();
        let Some(field) = index.and_then(|index| product.form.get(index)) else {
            return Moved::Old;
        };
        if !matches!(self.answers.get(&field.key), Some(Answer::Birth(_))) {
            return Moved::Old;
        }
        self.at = At::Save { key: field.key.clone() };
        Moved::Here(None)
    }

    pub(super) fn press_save(&mut self, value: &str) -> Moved {
        let At::Save { key } = &self.at else { return Moved::Old };
        let key = key.clone();
        match ProfileKind::parse(value) {
            Some(ProfileKind::Other) => {
                self.at = At::SaveName { key };
                Moved::Here(None)
            }
            Some(kind) => Moved::Save { field: key, kind, name: None },
            None => Moved::Old,
        }
    }

    pub(super) fn typed_name(&self, text: &str) -> Moved {
        let At::SaveName { key } = &self.at else { return Moved::Old };
        if let Some(name) = tidy_name(text) {
            let (field, kind) = (key.clone(), ProfileKind::Other);
            return Moved::Save { field, kind, name: Some(name) };
        }
        let most = i64::try_from(LONGEST_NAME).unwrap_or(i64::MAX);
        Moved::Here(Some(Note::new("profile-name-wrong").number("max", most)))
    }

    /// One step back from the questions about a name.
    pub(super) fn back_from_saving(&mut self) -> Moved {
        self.at = match &self.at {
            At::SaveName { key } => At::Save { key: key.clone() },
            At::Save { .. } | At::Field { .. } | At::Birth { .. } | At::Check | At::Coupon => {
                At::Check
            }
        };
        Moved::Here(None)
    }

    /// A value that means a kept birth and not an answer.
    pub(super) fn used(&self, product: &Product, value: &str) -> Option<Moved> {
        let id = value.strip_prefix(USE)?;
        let wanted = self.birth_wanted(product).is_some();
        Some(if wanted { Moved::Use(id.to_owned()) } else { Moved::Old })
    }
}

/// Whether a value leads back: kept apart from the form's own, whose steps go question by question.
pub(super) fn is_back(at: &At, value: &str) -> bool {
    value == BACK && matches!(at, At::Save { .. } | At::SaveName { .. })
}
