//! The card above a second tap: what will happen, before it does.

use super::super::{Scene, message};
use super::broadcasts::segment_word;
use super::promotions;
use crate::bot::coupon_line;
use crate::bot::dialogue::{DeskCard, DeskDeed, DeskPress};
use crate::bot::speech::paragraphs;
use crate::kernel::switch::Switch;
use crate::notifications::message::OutgoingMessage;
use crate::platform::texts::Args;

pub(super) fn show(scene: &Scene<'_>) -> OutgoingMessage {
    let Some(DeskCard { id, deed }) = &scene.dialogue.desk.card else {
        return message(scene.speech.word("operator-kept"), vec![vec![scene.desk_menu()]]);
    };
    let surely = scene.at_desk("btn-desk-surely", DeskPress::Surely(id.clone()));
    let keep = scene.at_desk("btn-operator-keep", DeskPress::Keep(id.clone()));
    message(words(scene, deed), vec![vec![surely], vec![keep]])
}

fn words(scene: &Scene<'_>, deed: &DeskDeed) -> String {
    let say = |key, args: Args| scene.speech.say(key, &args);
    let args = Args::new();
    match deed {
        DeskDeed::Retry(no) => say("desk-card-retry", args.text("order_no", no.as_str())),
        DeskDeed::Resend(no) => say("desk-card-resend", args.text("order_no", no.as_str())),
        DeskDeed::Release(no) => say("desk-card-release", args.text("order_no", no.as_str())),
        DeskDeed::GiveUp(no) => say("desk-card-give-up", args.text("order_no", no.as_str())),
        DeskDeed::Doubt { order_no, payment_no, settled, amount, reference, note, .. } => say(
            "desk-card-doubt",
            args.text("order_no", order_no.as_str())
                .text("payment_no", payment_no.as_str())
                .text("settled", scene.speech.word(&format!("desk-doubt-{settled}")))
                .text("amount", scene.speech.money(*amount))
                .escaped("reference", reference)
                .escaped("note", note),
        ),
        DeskDeed::RefuseRefund { order_no, words } => say(
            "desk-card-refuse",
            args.text("order_no", order_no.as_str()).escaped("words", words),
        ),
        DeskDeed::Sell(sku, wish) => {
            let key = match wish {
                Switch::On => "desk-card-sell",
                Switch::Off => "desk-card-pause",
            };
            say(key, args.escaped("product", &scene.sku_name(sku)))
        }
        DeskDeed::AddStock { sku, quantity } => say(
            "desk-card-stock",
            args.escaped("product", &scene.sku_name(sku)).text("quantity", format!("{quantity:+}")),
        ),
        DeskDeed::Block(user, wish) => {
            let key = match wish {
                Switch::On => "desk-card-block",
                Switch::Off => "desk-card-unblock",
            };
            say(key, args.text("user_id", user.to_string()))
        }
        DeskDeed::Broadcast { segment, body, people } => say(
            "desk-card-broadcast",
            args.text("segment", segment_word(scene, *segment))
                .number("people", i64::try_from(*people).unwrap_or(i64::MAX))
                .escaped("body", body),
        ),
        DeskDeed::CreateCoupon(line) => {
            let terms = scene.bot.coupon_shop().and_then(|shop| coupon_line::read(line, &shop));
            let terms = terms.map(|terms| promotions::new_coupon(scene, terms));
            paragraphs([scene.speech.word("desk-card-coupon"), terms.unwrap_or_default()])
        }
        DeskDeed::CouponOff(code) => say("desk-card-coupon-off", args.escaped("code", code)),
        DeskDeed::StopBroadcast(_) => scene.speech.word("desk-card-stop"),
        DeskDeed::Maintenance(Switch::On) => scene.speech.word("desk-card-close"),
        DeskDeed::Maintenance(Switch::Off) => scene.speech.word("desk-card-open"),
    }
}
