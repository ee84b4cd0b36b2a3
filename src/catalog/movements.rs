//! What moves a piece of a product, and what the counters must be after it. Pure; the rows are
//! [`super::stock`]'s.
//!
//! A piece goes `reserve → confirm` when its order is paid, `reserve → release` when it is given
//! up, and `… → return` when a paid order fails and nothing was delivered. Late money takes a piece
//! anew with `reserve_late`. Every word stands at most once per order, so nothing counts twice.

use std::collections::BTreeMap;

use crate::kernel::ids::Sku;

/// Why a piece moved. The words stand in rows and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Reserve,
    /// Reserved once more, for money that came after the order had been given up.
    ReserveLate,
    /// Sold.
    Confirm,
    /// The reservation ended unsold.
    Release,
    /// Sold, and free again: the order failed and nothing was delivered.
    Return,
}

impl Reason {
    /// Rows of one transaction carry the same instant; the words say what came first.
    pub(super) fn sequence(self) -> u8 {
        match self {
            Self::Reserve => 0,
            Self::Release => 1,
            Self::ReserveLate => 2,
            Self::Confirm => 3,
            Self::Return => 4,
        }
    }

    pub const ALL: [Self; 5] =
        [Self::Reserve, Self::ReserveLate, Self::Confirm, Self::Release, Self::Return];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reserve => "reserve",
            Self::ReserveLate => "reserve_late",
            Self::Confirm => "confirm",
            Self::Release => "release",
            Self::Return => "return",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// How many more pieces are taken, reserved or sold, after it.
    pub fn takes(self) -> i64 {
        let (reserved, sold) = self.effect();
        reserved.saturating_add(sold)
    }

    /// What one piece adds to reserved and sold.
    fn effect(self) -> (i64, i64) {
        match self {
            Self::Reserve | Self::ReserveLate => (1, 0),
            Self::Confirm => (-1, 1),
            Self::Release => (-1, 0),
            Self::Return => (0, -1),
        }
    }
}

/// One line of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    pub sku: Sku,
    /// The day whose supply it belongs to, as `2026-11-21`: the day of the reservation, also for
    /// what follows on a later day. `None` where the supply is not per day.
    pub day: Option<String>,
    pub reason: Reason,
    pub quantity: i64,
}

/// How many pieces are taken: of each product over all days (`None`), and on each day of a per-day
/// supply.
pub type Taking = BTreeMap<(Sku, Option<String>), i64>;

/// What the counters must be.
pub fn taken_by<'a>(movements: impl IntoIterator<Item = &'a Movement>) -> Taking {
    let mut all = Taking::new();
    for movement in movements {
        let pieces = movement.reason.takes().saturating_mul(movement.quantity);
        let day = movement.day.is_some().then(|| movement.day.clone());
        for place in [Some(None), day].into_iter().flatten() {
            let taken = all.entry((movement.sku.clone(), place)).or_default();
            *taken = taken.saturating_add(pieces);
        }
    }
    all
}

/// What an order may do with its piece after the movements it has made already.
pub fn next_reservation(made: &[Reason]) -> Option<Reason> {
    let free = !holds(made, Reason::Reserve) && !holds(made, Reason::Confirm);
    let unused = |reason: &Reason| !made.contains(reason);
    [Reason::Reserve, Reason::ReserveLate].into_iter().find(unused).filter(|_reason| free)
}

/// Whether a piece is reserved (`Reserve`, `ReserveLate`) or sold (`Confirm`) for the order now.
pub fn holds(made: &[Reason], what: Reason) -> bool {
    let sum = made.iter().map(|reason| reason.effect()).fold((0_i64, 0_i64), |sum, effect| {
        (sum.0.saturating_add(effect.0), sum.1.saturating_add(effect.1))
    });
    match what {
        Reason::Reserve | Reason::ReserveLate | Reason::Release => sum.0 > 0,
        Reason::Confirm | Reason::Return => sum.1 > 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn movement(day: Option<&str>, reason: Reason) -> Movement {
        Movement { sku: Sku::from("a"), day: day.map(str::to_owned), reason, quantity: 1 }
    }

    #[test]
    fn the_words_read_back() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(Reason::parse("sold"), None);
    }

    #[test]
    fn a_day_keeps_what_was_reserved_on_it() {
        let yesterday = Some("2026-11-20");
        let today = Some("2026-11-21");
        let record = [
            movement(yesterday, Reason::Reserve),
            movement(yesterday, Reason::Reserve),
            movement(yesterday, Reason::Confirm),
            movement(today, Reason::Reserve),
            movement(yesterday, Reason::Release),
        ];
        let taken = taken_by(&record);
        let of = |day: Option<&str>| taken[&(Sku::from("a"), day.map(str::to_owned))];
        assert_eq!((of(None), of(yesterday), of(today)), (2, 1, 1));
    }

    #[test]
    fn a_piece_is_reserved_twice_at_most_and_never_while_it_is_held() {
        use Reason::{Confirm, Release, Reserve, ReserveLate, Return};
        assert_eq!(next_reservation(&[]), Some(Reserve));
        assert_eq!(next_reservation(&[Reserve]), None);
        assert_eq!(next_reservation(&[Reserve, Release]), Some(ReserveLate));
        assert_eq!(next_reservation(&[Reserve, Release, ReserveLate]), None);
        assert_eq!(next_reservation(&[Reserve, Release, ReserveLate, Confirm]), None);
        assert_eq!(next_reservation(&[Reserve, Release, ReserveLate, Confirm, Return]), None);
        assert!(holds(&[Reserve], Release) && !holds(&[Reserve, Release], Release));
        assert!(holds(&[Reserve, Confirm], Return) && !holds(&[Reserve, Confirm], Release));
    }

    proptest! {
        /// Whatever an order tries in whatever sequence: it never holds more than one piece, and
        /// never less than none.
        #[test]
        fn an_order_holds_one_piece_at_most(wishes in prop::collection::vec(0_usize..4, 0..20)) {
            let mut made = Vec::new();
            for wish in wishes {
                let step = match wish {
                    0 => next_reservation(&made),
                    1 => Some(Reason::Confirm).filter(|_| holds(&made, Reason::Reserve)),
                    2 => Some(Reason::Release).filter(|_| holds(&made, Reason::Release)),
                    _ => Some(Reason::Return).filter(|_| holds(&made, Reason::Return)),
                };
                made.extend(step.filter(|step| !made.contains(step)));
                let record: Vec<_> = made.iter().map(|reason| movement(None, *reason)).collect();
                let taken = taken_by(&record);
                let now = taken.get(&(Sku::from("a"), None)).copied().unwrap_or_default();
                prop_assert!((0..=1).contains(&now), "{made:?}");
                let held = holds(&made, Reason::Reserve) || holds(&made, Reason::Confirm);
                prop_assert_eq!(now == 1, held, "{:?}", made);
            }
        }
    }
}
