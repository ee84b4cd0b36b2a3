//! One turn at the desk. Only operators come here: `dialogue::step` lets nobody else through.

use super::{About, Asks, Desk, DeskCard, DeskDeed, DeskPress, DeskView, Preparing};
use crate::bot::dialogue::turn::{Deed, OperatorView, Turn, View, Where};
use crate::bot::dialogue::{Confirming, Dialogue, Facts, Refunding, Wanted};
use crate::flows::ask_refund::LONGEST_REASON;
use crate::flows::broadcast::Steer;
use crate::kernel::ids::PaymentNo;

/// More pieces are not added, or taken back, at once.
const MOST_PIECES: i64 = 100_000;
/// The longest message to many, with room for Telegram's own limit.
const LONGEST_LETTER: usize = 3_000;
/// The longest reference, note or search.
const LONGEST: usize = 200;

/// `/admin`, with words to look for or without.
pub(in crate::bot::dialogue) fn opened(mut next: Dialogue, rest: &str) -> Turn {
    next.desk = Desk::default();
    let view = match rest {
        "" => DeskView::Menu,
        words => DeskView::Found(words.chars().take(LONGEST).collect()),
    };
    show(next, view).fresh()
}

pub(in crate::bot::dialogue) fn pressed(
    mut next: Dialogue,
    press: &DeskPress,
    facts: &Facts<'_>,
) -> Turn {
    let asks = |asks: Asks| DeskView::Ask(asks, None);
    let view = match press {
        DeskPress::Menu => DeskView::Menu,
        DeskPress::FreshMenu => return show(next, DeskView::Menu).fresh(),
        DeskPress::Orders(status, page) => DeskView::Orders(*status, *page),
        DeskPress::Search => asks(Asks::Search),
        DeskPress::ConfirmBy(no) => asks(Asks::Confirm(no.clone())),
        DeskPress::RefundPart(no) => asks(Asks::RefundPart(no.clone())),
        DeskPress::Doubt(no) => DeskView::Doubt(no.clone()),
        DeskPress::DoubtIs(no, settled) => {
            asks(Asks::Doubt(no.clone(), settled.as_str().to_owned()))
        }
        DeskPress::Held(no) => DeskView::Held(no.clone()),
        DeskPress::Release(no) => {
            let deed = DeskDeed::Release(no.clone());
            return card(next, DeskCard { id: facts.fresh_id.clone(), deed });
        }
        DeskPress::GiveUp(no) => {
            let deed = DeskDeed::GiveUp(no.clone());
            return card(next, DeskCard { id: facts.fresh_id.clone(), deed });
        }
        DeskPress::Requests => DeskView::Requests,
        DeskPress::Request(no) => DeskView::Request(no.clone()),
        DeskPress::RefuseRefund(no) => asks(Asks::RefuseRefund(no.clone())),
        DeskPress::Products => DeskView::Products,
        DeskPress::Product(sku) => DeskView::Product(sku.clone()),
        DeskPress::AddStock(sku) => asks(Asks::Stock(sku.clone())),
        DeskPress::User(user) => DeskView::User(*user),
        DeskPress::Maintenance => DeskView::Maintenance,
        DeskPress::Broadcasts => DeskView::Broadcasts,
        DeskPress::NewBroadcast => asks(Asks::Letter),
        DeskPress::Broadcast(no) => DeskView::Broadcast(no.clone()),
        DeskPress::Coupons(page) => DeskView::Coupons(*page),
        DeskPress::Coupon(code) => DeskView::Coupon(code.clone()),
        DeskPress::NewCoupon => asks(Asks::Coupon),
        DeskPress::CouponOff(code) => {
            let deed = DeskDeed::CouponOff(code.clone());
            return card(next, DeskCard { id: facts.fresh_id.clone(), deed });
        }
        DeskPress::Affiliates(page) => DeskView::Affiliates(*page),
        DeskPress::BroadcastTo(segment) => return prepare(next, Preparing::Broadcast(*segment)),
        // The message goes on showing the progress.
        DeskPress::Steer(Steer::Stop, no) => {
            let deed = DeskDeed::StopBroadcast(no.clone());
            return card(next, DeskCard { id: facts.fresh_id.clone(), deed }).fresh();
        }
        DeskPress::Steer(steer, no) => {
            return Turn::perform(next, Deed::Steer(*steer, no.clone()));
        }
        DeskPress::Surely(card) => return Turn::perform(next, Deed::DeskSurely(card.clone())),
        DeskPress::Keep(card) => return keep(next, card),
        DeskPress::SwitchProduct(sku) => return prepare(next, Preparing::Sell(sku.clone())),
        DeskPress::SwitchUser(user) => return prepare(next, Preparing::Block(*user)),
        DeskPress::SwitchMaintenance => return prepare(next, Preparing::Maintenance),
    };
    if let DeskView::Ask(asks, _) = &view {
        next.desk.asks = Some(asks.clone());
    }
    debug_assert!(facts.operator, "the desk is for operators");
    show(next, view)
}

/// What was asked for is typed.
pub(in crate::bot::dialogue) fn typed(
    next: Dialogue,
    asks: Asks,
    text: &str,
    facts: &Facts<'_>,
) -> Turn {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= LONGEST;
    match asks {
        Asks::Search => show_typed(next, DeskView::Found(text.chars().take(LONGEST).collect())),
        Asks::Confirm(no) => match Confirming::read(&format!("{no} {text}")) {
            Some(wanted @ Confirming { statement: Some(_), .. }) => {
                at_desk(Turn::perform(next, Deed::Prepare(Wanted::Confirm(wanted))))
            }
            Some(_) | None => again(next, Asks::Confirm(no), "desk-statement-unreadable"),
        },
        Asks::RefundPart(no) => match Refunding::read(&format!("{no} {text}")) {
            Some(wanted @ Refunding { amount: Some(_), .. }) => {
                at_desk(Turn::perform(next, Deed::Prepare(Wanted::Refund(wanted))))
            }
            Some(_) | None => again(next, Asks::RefundPart(no), "desk-part-unreadable"),
        },
        Asks::RefuseRefund(order_no) if !text.is_empty() => {
            let words = text.chars().take(LONGEST_REASON).collect();
            let deed = DeskDeed::RefuseRefund { order_no, words };
            at_desk(card(next, DeskCard { id: facts.fresh_id.clone(), deed }))
        }
        Asks::RefuseRefund(no) => again(next, Asks::RefuseRefund(no), "desk-statement-unreadable"),
        Asks::Letter => letter(next, text),
        Asks::Coupon if fits => prepare_typed(next, Preparing::Coupon(text.to_owned())),
        Asks::Coupon => again(next, Asks::Coupon, "desk-coupon-unreadable"),
        Asks::Doubt(no, settled) if fits => doubt(next, (no, settled), text),
        Asks::Doubt(no, settled) => {
            again(next, Asks::Doubt(no, settled), "desk-statement-unreadable")
        }
        Asks::Stock(sku) => match text.parse() {
            Ok(quantity) if quantity != 0 && (-MOST_PIECES..=MOST_PIECES).contains(&quantity) => {
                let id = facts.fresh_id.clone();
                at_desk(card(next, DeskCard { id, deed: DeskDeed::AddStock { sku, quantity } }))
            }
            Ok(_) | Err(_) => again(next, Asks::Stock(sku), "desk-number-unreadable"),
        },
    }
}

fn letter(mut next: Dialogue, text: &str) -> Turn {
    if text.is_empty() || text.chars().count() > LONGEST_LETTER {
        return again(next, Asks::Letter, "desk-letter-unreadable");
    }
    next.desk.letter = Some(text.to_owned());
    show_typed(next, DeskView::Segments)
}

fn doubt(next: Dialogue, (payment_no, settled): (PaymentNo, String), text: &str) -> Turn {
    let Some((reference, note)) = text.split_once(char::is_whitespace) else {
        return again(next, Asks::Doubt(payment_no, settled), "desk-statement-unreadable");
    };
    let (reference, note) = (reference.to_owned(), note.trim().to_owned());
    prepare_typed(next, Preparing::Doubt { payment_no, settled, reference, note })
}

/// It is asked once more, with the reason.
fn again(mut next: Dialogue, asks: Asks, why: &'static str) -> Turn {
    next.desk.asks = Some(asks.clone());
    show_typed(next, DeskView::Ask(asks, Some(why)))
}

fn keep(mut next: Dialogue, card: &str) -> Turn {
    let Some(left) = next.desk.card.take_if(|waiting| waiting.id == card) else {
        return show(next, DeskView::Menu).with_toast("toast-card-over");
    };
    let view = match left.deed.about() {
        About::Order(no) => OperatorView::Order(no.clone()),
        About::Desk(view) => OperatorView::Desk(view),
    };
    Turn::show(next, View::Operator(view)).with_toast("toast-kept")
}

/// Shows a card; it replaces the one before.
pub(in crate::bot::dialogue) fn card(mut next: Dialogue, card: DeskCard) -> Turn {
    next.desk.card = Some(card);
    show(next, DeskView::Card)
}

fn prepare(next: Dialogue, what: Preparing) -> Turn {
    Turn::perform(next, Deed::DeskPrepare(what))
}

fn prepare_typed(next: Dialogue, what: Preparing) -> Turn {
    at_desk(prepare(next, what))
}

fn show(next: Dialogue, view: DeskView) -> Turn {
    Turn::show(next, View::Operator(OperatorView::Desk(view)))
}

fn show_typed(next: Dialogue, view: DeskView) -> Turn {
    at_desk(show(next, view))
}

/// Words have no message of ours; the desk has.
fn at_desk(turn: Turn) -> Turn {
    Turn { place: Where::Desk, ..turn }
}
