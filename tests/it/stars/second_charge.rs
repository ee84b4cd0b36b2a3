//! A charge of Stars that paid for nothing: two of them came by one invoice.

use mingshu::audit::{self, Filter};
use mingshu::flows::return_charge::{self, Outcome, Refused, Wish};
use mingshu::kernel::ids::OrderNo;
use mingshu::payments::ledger::Doubt;

use super::{Wish as OfOrder, *};

const OPERATOR: Actor = Actor::Operator(7);
const NOTE: &str = "paid on two telephones";

/// An order that was charged twice: the charge that paid, and the one that stands in doubt.
async fn charged_twice(shop: &Shop) -> (Order, String, String) {
    shop.faults.set(Fault::NoCallback, 1);
    let (order, link) = shop.order().await;
    let silent = shop.pay(&link).await;
    shop.app.clock.advance(MINUTE);
    let told = shop.pay(&link).await;
    shop.until_paid(&order).await;
    shop.app.run_jobs().await;
    // The list of the day tells of the other one.
    shop.app.clock.advance(DAY);
    shop.compare().await;
    shop.app.run_jobs().await;
    assert_eq!(shop.telegram.star_balance(), 2 * PRICE);
    let paid_by = shop.app.payment(&order.order_no).await.provider_ref.unwrap();
    let other = if paid_by == told { silent } else { told };
    (order, paid_by, other)
}

async fn give_back(shop: &Shop, order: &OrderNo, charge: &str) -> Outcome {
    let wish = Wish { charge, note: NOTE };
    return_charge::run(&shop.app.tools.till, order, &OPERATOR, &wish).await.unwrap()
}

async fn deeds(shop: &Shop, order: &OrderNo) -> Vec<String> {
    let of_order = Filter { order_no: Some(order), ..Filter::default() };
    let rows = audit::repo::list(shop.app.base.db.read(), &of_order, 100).await.unwrap();
    rows.into_iter().rev().map(|row| row.action).collect()
}

#[tokio::test]
async fn a_second_charge_goes_back_once_and_the_books_know_it() {
    in_shops(async |shop: Shop| {
        let (order, _paid_by, second) = charged_twice(&shop).await;
        let no = &order.order_no;
        let found = return_charge::look(&shop.app.base, no, &second).await.unwrap().unwrap();
        assert_eq!((found.amount, found.payment.order_no), (stars(PRICE), no.clone()));
        assert_eq!(deeds(&shop, no).await, Vec::<String>::new(), "a look is no deed");

        let done = give_back(&shop, no, &second).await;
        assert!(matches!(done, Outcome::Returned(amount) if amount == stars(PRICE)), "{done:?}");
        assert_eq!(shop.telegram.star_balance(), PRICE);
        assert_eq!(deeds(&shop, no).await, ["charge.return", "doubt.settle"]);
        shop.assert_books_are_right().await;
        assert_eq!(shop.app.reload(no).await.status, OrderStatus::Completed);

        let again = give_back(&shop, no, &second).await;
        assert!(matches!(again, Outcome::Refused(Refused::Before)), "{again:?}");
        assert_eq!(shop.telegram.star_balance(), PRICE, "once");
        assert_eq!(deeds(&shop, no).await.len(), 2);

        // Telegram's own message about it is no surprise, and its list agrees with the books.
        let kept = shop.rows("callback_inbox").await;
        shop.until(async |app| app.rows("telegram_updates").await == 2).await;
        shop.until(async |app| app.rows("callback_inbox").await > kept - 1).await;
        shop.app.clock.advance(DAY);
        let open = shop.compare_day(22).await;
        assert!(open.iter().all(|one| !one.starts_with("refund_missing_here")), "{open:?}");
        shop.app.run_jobs().await;
        assert_eq!(shop.app.messenger.saying("not made here").len(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_paid_for_an_order_goes_back_by_a_refund_alone() {
    in_shops(async |shop: Shop| {
        let (order, paid_by, second) = charged_twice(&shop).await;
        let no = &order.order_no;
        let refused = give_back(&shop, no, &paid_by).await;
        assert!(matches!(refused, Outcome::Refused(Refused::IsThePayment(_))), "{refused:?}");
        let Outcome::Refused(Refused::NotInDoubt(standing)) = give_back(&shop, no, "stx0").await
        else {
            panic!("nobody knows this charge")
        };
        assert_eq!(standing, [Doubt { charge_ref: Some(second.clone()), amount: stars(PRICE) }]);
        shop.give_back(&order, OfOrder { reason: "asked for", ..OfOrder::default() }).await;
        let waits = give_back(&shop, no, &second).await;
        assert!(matches!(waits, Outcome::Refused(Refused::RefundUnderWay)), "{waits:?}");
        assert_eq!(shop.telegram.star_balance(), 2 * PRICE, "nothing was asked of Telegram");
        shop.app.run_jobs().await;
        assert!(matches!(give_back(&shop, no, &second).await, Outcome::Returned(_)));
        assert_eq!(shop.telegram.star_balance(), 0);
        shop.assert_books_are_right().await;
    })
    .await;
}

#[tokio::test]
async fn a_return_that_broke_off_is_said_again_without_harm() {
    in_shops(async |mut shop: Shop| {
        let (order, _paid_by, second) = charged_twice(&shop).await;
        let no = &order.order_no;
        let right = Arc::clone(&shop.app.tools.till.counters);
        let nowhere = StarsConfig::new("http://127.0.0.1:9", TOKEN.into());
        shop.app = shop.app.with_counter(Counter {
            gateway: Arc::new(TelegramStars::try_new(&nowhere).unwrap()),
            proof: Proof::Callback,
            default_method: STARS.to_owned(),
            methods: vec![STARS.to_owned()],
        });
        let nobody = give_back(&shop, no, &second).await;
        assert!(matches!(nobody, Outcome::NotDone(_)), "{nobody:?}");
        assert_eq!(deeds(&shop, no).await, ["charge.return", "charge.return_failed"]);
        assert!(return_charge::look(&shop.app.base, no, &second).await.unwrap().is_ok());

        // Telegram did it, and we died before we knew.
        shop.app.tools.till.counters = right;
        shop.refunded_elsewhere(&order, second.clone()).await;
        assert_eq!(shop.telegram.star_balance(), PRICE);
        assert!(matches!(give_back(&shop, no, &second).await, Outcome::Returned(_)));
        assert_eq!(shop.telegram.star_balance(), PRICE, "once");
        shop.assert_books_are_right().await;
    })
    .await;
}
