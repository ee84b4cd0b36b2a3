//! Whose turn it is: the pure part of the sender. Knows requests only by their mark `T` and time
//! only as it is told.
//!
//! Invariants: at most one request per chat is under way besides urgent ones, so that an older
//! edit cannot overtake a newer; what waits is bounded; a chat that is not spoken to is forgotten.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use super::pace::{Bucket, Pace, Priority};
use crate::kernel::ids::UserId;
use crate::notifications::ports::MessageId;

/// So many new messages, and so many other requests, may leave at once after a silence.
const OVERALL_BURST: u32 = 5;
const GESTURES_BURST: u32 = 50;

/// What a request does, as far as pace is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// A new message: counts for the chat.
    Message,
    /// An edit or removal: Telegram is lenient with these.
    Change(MessageId),
    /// The typing mark.
    Mark,
}

/// What the chat service counts together over all chats: new messages, or the lenient rest
/// (reference/telegram.md §A.3, §B.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    Messages,
    Gestures,
}

impl Deed {
    fn lane(self) -> Lane {
        match self {
            Self::Message => Lane::Messages,
            Self::Change(_) | Self::Mark => Lane::Gestures,
        }
    }
}

/// A request for a turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// Smaller is older; a request that is tried again keeps its number.
    pub(super) number: u64,
    pub(super) priority: Priority,
    /// `None` for answers to buttons, which belong to no chat.
    pub(super) to: Option<UserId>,
    pub(super) deed: Deed,
}

/// What became of a request that came in.
#[derive(Debug)]
pub(super) enum Entry<T> {
    Waits,
    /// It waits; the edit with this mark is not needed any more.
    Replaces(T),
    /// A newer edit waits already.
    Outdated(T),
    Full(T),
}

#[derive(Debug)]
pub(super) enum Next<T> {
    Go(T, Wish),
    /// Nobody before this moment, unless something changes.
    At(Instant),
    Nobody,
}

pub(super) struct Schedule<T> {
    pace: Pace,
    /// New messages to anybody, and everything else.
    messages: Bucket,
    gestures: Bucket,
    silent_until: Option<Instant>,
    chats: HashMap<Option<UserId>, Chat<T>>,
    waiting: usize,
}

struct Chat<T> {
    bucket: Bucket,
    silent_until: Option<Instant>,
    next_progress: Option<Instant>,
    under_way: u32,
    urgent_under_way: u32,
    waiting: BTreeMap<(Priority, u64), (Wish, T)>,
}

impl<T> Schedule<T> {
    pub(super) fn new(pace: Pace, now: Instant) -> Self {
        let (messages, gestures) = (Bucket::full(now), Bucket::full(now));
        let chats = HashMap::new();
        Self { pace, messages, gestures, silent_until: None, chats, waiting: 0 }
    }

    pub(super) fn enter(&mut self, wish: Wish, mark: T, now: Instant) -> Entry<T> {
        let (allowed_here, room) = (self.pace.waiting_per_chat, self.waiting < self.pace.waiting);
        let chat = self.chat(wish.to, now);
        match chat.waiting_edit(wish.deed) {
            Some((_, newer)) if newer > wish.number => return Entry::Outdated(mark),
            Some(older) if older.0 == Priority::Progress => {
                return chat.replace(older, wish, mark);
            }
            Some(_) | None => {}
        }
        let room = room && (wish.to.is_none() || chat.waiting.len() < allowed_here);
        // Who is older than somebody in the line comes back to a place of its own.
        if !room && !chat.waiting.values().any(|(other, _)| other.number > wish.number) {
            return Entry::Full(mark);
        }
        chat.waiting.insert((wish.priority, wish.number), (wish, mark));
        self.waiting = self.waiting.saturating_add(1);
        Entry::Waits
    }

    /// The next request that may leave now. Requests whose mark is not `alive` are dropped.
    pub(super) fn next(&mut self, now: Instant, alive: impl Fn(&T) -> bool) -> Next<T> {
        self.chats.retain(|_, chat| !chat.is_idle(now));
        loop {
            let (messages, gestures) =
                (self.open_at(Lane::Messages, now), self.open_at(Lane::Gestures, now));
            let candidates = self.chats.iter().flat_map(|(to, chat)| {
                chat.candidates(now, &self.pace).map(move |(place, lane, at)| {
                    let open = match lane {
                        Lane::Messages => messages,
                        Lane::Gestures => gestures,
                    };
                    (*to, place, at.max(open))
                })
            });
            // Those who may go are equal in time: priority and age decide among them.
            let best = candidates.min_by_key(|(_, place, at)| (now.max(*at), *place));
            let Some((to, place, at)) = best else { return Next::Nobody };
            let taken = |mark: &T| at <= now || !alive(mark);
            let Some((wish, mark)) = self.take(to, place, taken) else { return Next::At(at) };
            if alive(&mark) {
                self.book(&wish, now);
                return Next::Go(mark, wish);
            }
        }
    }

    /// A request that left has its answer.
    pub(super) fn done(&mut self, wish: &Wish) {
        if let Some(counter) = self.chats.get_mut(&wish.to).and_then(|chat| chat.counter(wish)) {
            *counter = counter.saturating_sub(1);
        }
    }

    pub(super) fn silence_chat(&mut self, to: Option<UserId>, until: Instant, now: Instant) {
        let chat = self.chat(to, now);
        chat.silent_until = chat.silent_until.max(Some(until));
    }

    pub(super) fn silence_all(&mut self, until: Instant) {
        self.silent_until = self.silent_until.max(Some(until));
    }

    /// Whether a message to this chat would leave at once.
    pub(super) fn is_quiet(&self, to: UserId, now: Instant) -> bool {
        let chat = self.chats.get(&Some(to));
        let busy = chat.is_some_and(|chat| {
            !chat.waiting.is_empty() || chat.under_way > 0 || chat.silent_until > Some(now)
        });
        !busy && self.open_at(Lane::Messages, now) <= now
    }

    #[cfg(test)]
    pub(super) fn known_chats(&self) -> usize {
        self.chats.len()
    }

    fn chat(&mut self, to: Option<UserId>, now: Instant) -> &mut Chat<T> {
        self.chats.entry(to).or_insert_with(|| Chat::new(now))
    }

    /// From when on anybody at all may go this way.
    fn open_at(&self, lane: Lane, now: Instant) -> Instant {
        let (every, burst) = self.overall(lane);
        let bucket = match lane {
            Lane::Messages => &self.messages,
            Lane::Gestures => &self.gestures,
        };
        let ready = bucket.ready_at(now, every, burst);
        self.silent_until.map_or(ready, |until| ready.max(until))
    }

    /// The distance between two requests to anybody, and how many may follow each other at once.
    fn overall(&self, lane: Lane) -> (Duration, u32) {
        let (per_second, burst) = match lane {
            Lane::Messages => (self.pace.messages_per_second, OVERALL_BURST),
            Lane::Gestures => (self.pace.gestures_per_second, GESTURES_BURST),
        };
        let every = Duration::from_secs(1).checked_div(per_second.max(1)).unwrap_or_default();
        (every, burst)
    }

    fn take(
        &mut self,
        to: Option<UserId>,
        place: (Priority, u64),
        wanted: impl Fn(&T) -> bool,
    ) -> Option<(Wish, T)> {
        let waiting = &mut self.chats.get_mut(&to)?.waiting;
        waiting.get(&place).filter(|(_, mark)| wanted(mark))?;
        let taken = waiting.remove(&place);
        self.waiting = self.waiting.saturating_sub(1);
        taken
    }

    fn book(&mut self, wish: &Wish, now: Instant) {
        let (per_chat, progress) = (self.pace.per_chat_every, self.pace.progress_every);
        let lane = wish.deed.lane();
        let (every, _burst) = self.overall(lane);
        match lane {
            Lane::Messages => self.messages.take(now, every),
            Lane::Gestures => self.gestures.take(now, every),
        }
        let chat = self.chat(wish.to, now);
        if let Some(counter) = chat.counter(wish) {
            *counter = counter.saturating_add(1);
        }
        match wish.deed {
            Deed::Message => chat.bucket.take(now, per_chat),
            Deed::Change(_) if wish.priority == Priority::Progress => {
                chat.next_progress = Some(now + progress);
            }
            Deed::Change(_) | Deed::Mark => {}
        }
    }
}

impl<T> Chat<T> {
    fn new(now: Instant) -> Self {
        Self {
            bucket: Bucket::full(now),
            silent_until: None,
            next_progress: None,
            under_way: 0,
            urgent_under_way: 0,
            waiting: BTreeMap::new(),
        }
    }

    /// Where a request under way is counted; marks are not, they hold up nobody.
    fn counter(&mut self, wish: &Wish) -> Option<&mut u32> {
        match (wish.deed, wish.priority) {
            (Deed::Mark, _) => None,
            (Deed::Message | Deed::Change(_), Priority::Urgent) => Some(&mut self.urgent_under_way),
            (
                Deed::Message | Deed::Change(_),
                Priority::Normal | Priority::Progress | Priority::Bulk,
            ) => Some(&mut self.under_way),
        }
    }

    /// Puts `wish` instead of the waiting edit at `older`. An edit of progress also gets its place
    /// in the line; otherwise a lively one would never come to its turn.
    fn replace(&mut self, older: (Priority, u64), wish: Wish, mark: T) -> Entry<T> {
        let number = if wish.priority == older.0 { older.1 } else { wish.number };
        let replaced = self.waiting.remove(&older);
        self.waiting.insert((wish.priority, number), (wish, mark));
        replaced.map_or(Entry::Waits, |(_, old_mark)| Entry::Replaces(old_mark))
    }

    /// The place of the newest waiting request that changes the same message.
    fn waiting_edit(&self, deed: Deed) -> Option<(Priority, u64)> {
        let Deed::Change(_) = deed else { return None };
        let same = self.waiting.iter().filter(|(_, (wish, _))| wish.deed == deed);
        same.map(|(place, _)| *place).max_by_key(|(_, number)| *number)
    }

    /// The oldest request of each priority with the moment from which the chat allows it.
    fn candidates(
        &self,
        now: Instant,
        limits: &Pace,
    ) -> impl Iterator<Item = ((Priority, u64), Lane, Instant)> {
        Priority::ALL.into_iter().filter_map(move |priority| {
            let (place, (wish, _)) =
                self.waiting.range((priority, 0)..=(priority, u64::MAX)).next()?;
            Some((*place, wish.deed.lane(), self.ready_at(wish, now, limits)?))
        })
    }

    /// `None` while another request to this chat is under way.
    fn ready_at(&self, wish: &Wish, now: Instant, pace: &Pace) -> Option<Instant> {
        let blocked = match wish.priority {
            Priority::Urgent => self.urgent_under_way > 0,
            Priority::Normal | Priority::Progress | Priority::Bulk => self.under_way > 0,
        };
        if blocked && wish.deed != Deed::Mark {
            return None;
        }
        let ready = match wish.deed {
            Deed::Message => {
                self.bucket.ready_at(now, pace.per_chat_every, wish.priority.burst(pace))
            }
            Deed::Change(_) if wish.priority == Priority::Progress => {
                self.next_progress.unwrap_or(now)
            }
            Deed::Change(_) | Deed::Mark => now,
        };
        Some(self.silent_until.map_or(ready, |until| ready.max(until)))
    }

    fn is_idle(&self, now: Instant) -> bool {
        self.waiting.is_empty()
            && self.under_way == 0
            && self.urgent_under_way == 0
            && self.bucket.is_full(now)
            && self.silent_until <= Some(now)
            && self.next_progress <= Some(now)
    }
}
