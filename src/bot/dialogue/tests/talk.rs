//! A person who talks with the pure machine.

use std::sync::LazyLock;

use crate::bot::command;
use crate::bot::dialogue::{
    Answer, Ask, At, Dialogue, Draft, Facts, FormButton, Input, Press, Turn, View, step,
};
use crate::catalog::Catalog;
use crate::catalog::answers::BirthAnswer;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::Sku;
use crate::platform::assets::Assets;

/// 2026-11-21 04:00 UTC.
pub(super) const NOW: Timestamp = Timestamp(1_795_233_600_000);

pub(super) static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| Catalog::load(&Assets::embedded()).expect("the shipped products are good"));

/// A person who agreed to the notice and talks with a pure machine.
pub(super) struct Talk {
    pub(super) dialogue: Dialogue,
    pub(super) last: Option<Turn>,
    pub(super) drafts: u32,
    pub(super) operator: bool,
    pub(super) consented: bool,
}

impl Talk {
    pub(super) fn new() -> Self {
        let dialogue = Dialogue { anchor: Some(1), ..Dialogue::default() };
        Self { dialogue, last: None, drafts: 0, operator: false, consented: true }
    }

    pub(super) fn about(sku: &str) -> Self {
        let mut talk = Self::new();
        talk.press(&Press::Begin(Sku::from(sku)));
        talk
    }

    pub(super) fn take(&mut self, input: &Input) -> &Turn {
        self.drafts += 1;
        let facts = Facts {
            off: crate::flows::may_order::SwitchedOff::default(),
            catalog: &CATALOG,
            now: NOW,
            consented: self.consented,
            operator: self.operator,
            fresh_id: format!("DRAFT{:07}", self.drafts),
        };
        let turn = step(&self.dialogue, input, &facts);
        self.dialogue = turn.dialogue.clone();
        self.last.insert(turn)
    }

    pub(super) fn press(&mut self, press: &Press) -> &Turn {
        let press = Press::read(&press.data());
        assert!(press.is_some(), "a button of ours is not understood");
        self.take(&Input::Press { press, message: Some(1) })
    }

    /// Presses the button with this value below the question that stands there.
    pub(super) fn tap(&mut self, value: &str) -> &Turn {
        let button = self.button(value);
        self.press(&Press::Form(button))
    }

    pub(super) fn button(&self, value: &str) -> FormButton {
        let draft = self.draft();
        let product = CATALOG.find(&draft.sku).unwrap();
        FormButton {
            draft: draft.id.clone(),
            question: draft.tag(product),
            value: value.to_owned(),
        }
    }

    pub(super) fn say(&mut self, text: &str) -> &Turn {
        match command::read(text) {
            Some(line) => self.take(&Input::Command(line)),
            None => self.take(&Input::Text(text.to_owned())),
        }
    }

    pub(super) fn draft(&self) -> &Draft {
        self.dialogue.draft.as_ref().expect("a form is being filled in")
    }

    pub(super) fn ask(&self) -> &Ask {
        match &self.draft().at {
            At::Birth { ask, .. } => ask,
            At::Field { key } => panic!("the field {key} is asked"),
            At::Check => panic!("the check card is shown"),
            At::Coupon => panic!("a coupon is asked"),
            At::Save { .. } | At::SaveName { .. } => panic!("a name is asked"),
        }
    }

    pub(super) fn birth(&self) -> &BirthAnswer {
        self.draft().answers.people().first().expect("the birth was answered").birth
    }

    pub(super) fn note(&self) -> Option<&'static str> {
        match &self.last.as_ref().unwrap().answer {
            Answer::Show(View::Form(note)) => note.as_ref().map(|note| note.key),
            other @ (Answer::Show(_) | Answer::Do(_)) => panic!("no question but {other:?}"),
        }
    }

    pub(super) fn view(&self) -> &View {
        match &self.last.as_ref().unwrap().answer {
            Answer::Show(view) => view,
            Answer::Do(deed) => panic!("a deed: {deed:?}"),
        }
    }
}
