//! A buyer: reads what stands in the chat, types, taps by what is written on a button, and keeps a
//! transcript of it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::chat::{Button, Kind, Moment};
use super::post::Person;
use super::shop::Shop;
use super::tongue::{Three, Tongue};
use super::transcript::{Match, Transcript};

/// How long a buyer waits for the next thing to happen.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a buyer does when a message says something.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Taps the button that says what this key says.
    Tap(&'static str),
    /// Taps the button with these letters: all of it, or the first that has them somewhere.
    Named(String),
    Type(String),
}

/// A message by a sign in it ([`Tongue::shows`]), and what is done about it.
pub(crate) type Rule = (&'static str, Reply);

pub(crate) struct Buyer<'a> {
    pub(crate) tongue: &'static Tongue,
    person: Person,
    transcript: Transcript,
    pub(crate) shop: &'a Shop,
    /// Beginning of what is not read yet.
    read: usize,
    /// How often the program had died over something when the buyer came.
    torn_before: u64,
}

impl<'a> Buyer<'a> {
    pub(crate) fn new(shop: &'a Shop, tongue: &'static Tongue, chat: i64) -> Self {
        let person = Person { chat, client: tongue.client };
        let read = shop.counter.record.end();
        Self {
            tongue,
            person,
            transcript: Transcript::new(tongue, read),
            shop,
            read,
            torn_before: shop.torn(),
        }
    }

    pub(crate) async fn says(&mut self, text: &str) {
        self.turn_over();
        self.transcript.said(text);
        let numbered = self.shop.counter.number_words(self.person.chat, text).await;
        let update = self.shop.post.words(self.person, &numbered, text);
        self.shop.counter.record.note(Kind::Said, numbered);
        if text == "/start" {
            return self.shop.deliver_whole(&update).await;
        }
        self.shop.deliver(&update).await;
    }

    /// Taps the button that says what `key` says, on the newest message that has one.
    pub(crate) async fn taps(&mut self, key: &str) {
        let tongue = self.tongue;
        let fits = |button: &Button| tongue.shows(key, &button.label);
        let found = self.finds(key, |button| fits(button).then(|| button.clone())).await;
        self.presses(found).await;
    }

    pub(crate) async fn taps_named(&mut self, letters: &str) {
        let exactly = |button: &Button| (button.label == letters).then(|| button.clone());
        let found = if let Some(found) = self.newest(exactly) {
            found
        } else {
            let within = |button: &Button| button.label.contains(letters).then(|| button.clone());
            self.finds(letters, within).await
        };
        self.presses(found).await;
    }

    async fn presses(&mut self, (below, button): (Moment, Button)) {
        static QUERIES: AtomicU64 = AtomicU64::new(4_000_000);
        let query = QUERIES.fetch_add(1, Ordering::Relaxed).to_string();
        self.turn_over();
        self.transcript.tapped(&button.label);
        let data = button.data.expect("a button that can be pressed");
        let update = self.shop.post.tap(self.person, &query, &below.message, &data);
        self.shop.deliver(&update).await;
        let record = &self.shop.counter.record;
        let answered =
            record.bell.until(PATIENCE, || record.is_answered(&query).then_some(())).await;
        assert!(answered.is_some(), "`{}` was never answered:\n{}", button.label, self.told());
    }

    /// The address of the link button that says what `key` says.
    pub(crate) async fn finds_link(&self, key: &str) -> String {
        let tongue = self.tongue;
        let link =
            |button: &Button| button.url.clone().filter(|_url| tongue.shows(key, &button.label));
        self.finds(key, link).await.1
    }

    /// Waits for the next message with one of these signs, and reads on from there.
    pub(crate) async fn sees(&mut self, signs: &[&str]) -> (usize, Moment) {
        let (record, tongue) = (&self.shop.counter.record, self.tongue);
        let look = || {
            let unread = record.of(self.person.chat).into_iter().filter(|(at, _)| *at >= self.read);
            unread.filter(|(_, moment)| moment.kind == Kind::Shown).find_map(|(place, moment)| {
                let text = moment.text();
                let which = signs.iter().position(|sign| tongue.shows(sign, &text))?;
                Some((place, which, moment))
            })
        };
        let Some((place, which, moment)) = record.bell.until(PATIENCE, look).await else {
            panic!("{} never saw {signs:?}:\n{}", self.person.chat, self.told());
        };
        self.read = place + 1;
        (which, moment)
    }

    /// Answers what is asked, each rule once and the first that fits, until a message says what `end`
    /// says.
    pub(crate) async fn answers(&mut self, rules: Vec<Rule>, end: &'static str) -> Moment {
        let mut rules = rules;
        loop {
            let mut keys = vec![end];
            keys.extend(rules.iter().map(|(key, _)| *key));
            let (which, moment) = self.sees(&keys).await;
            if which == 0 {
                assert!(rules.is_empty(), "never asked: {rules:?}\n{}", self.told());
                return moment;
            }
            match rules.remove(which - 1).1 {
                Reply::Tap(key) => self.taps(key).await,
                Reply::Named(letters) => self.taps_named(&letters).await,
                Reply::Type(text) => self.says(&text).await,
            }
        }
    }

    /// Something that the buyer does elsewhere.
    pub(crate) fn meanwhile(&mut self, what: Three) {
        self.turn_over();
        self.transcript.meanwhile(self.tongue.of(what));
    }

    /// Telegram's own window: the question to the shop, and the news of the payment.
    pub(crate) async fn pays_in_stars(&mut self, link: &str) {
        let (counter, post) = (&self.shop.counter, &self.shop.post);
        let invoice = counter.invoice(link).expect("the link is an invoice's");
        let numbered = counter.number_words(self.person.chat, "⭐").await;
        let question = format!("checkout{}", numbered["message_id"]);
        self.shop.deliver(&post.before_payment(self.person, &question, &invoice)).await;
        assert_eq!(counter.let_through(&question), Some(true), "{invoice}");
        self.shop.deliver(&post.paid(self.person, &numbered, &invoice)).await;
    }

    /// The buyer leaves; the transcript is compared with the kept one.
    pub(crate) fn end(&mut self, name: &str) {
        self.turn_over();
        let torn = self.shop.torn() > self.torn_before;
        self.transcript.settle(name, if torn { Match::InOrder } else { Match::Exact });
    }

    /// What stands in the chat since the last act goes into the transcript.
    fn turn_over(&mut self) {
        self.transcript.turn(&self.shop.counter.record.of(self.person.chat));
    }

    async fn finds<T>(&self, what: &str, look: impl Fn(&Button) -> Option<T>) -> (Moment, T) {
        let record = &self.shop.counter.record;
        let found = record.bell.until(PATIENCE, || self.newest(&look)).await;
        found.unwrap_or_else(|| panic!("no button {what}:\n{}", self.told()))
    }

    /// The newest message, as it stands now, with a button in which `look` finds something.
    fn newest<T>(&self, look: impl Fn(&Button) -> Option<T>) -> Option<(Moment, T)> {
        let mut seen = Vec::new();
        for (_, moment) in self.shop.counter.record.of(self.person.chat).into_iter().rev() {
            if seen.contains(&moment.message_id) {
                continue;
            }
            seen.push(moment.message_id);
            if let Some(found) = moment.buttons().iter().find_map(&look) {
                return Some((moment, found));
            }
        }
        None
    }

    /// For a person who looks for the reason of a failure.
    fn told(&self) -> String {
        let all = self.shop.counter.record.of(self.person.chat).into_iter().map(|(_, moment)| {
            let labels: Vec<String> =
                moment.buttons().into_iter().map(|button| button.label).collect();
            format!("[{:?} {}] {} {labels:?}", moment.kind, moment.message_id, moment.text())
        });
        all.collect::<Vec<_>>().join("\n")
    }
}
