//! Telegram Stars from the check card to the statement: the real bot and the real till against
//! Telegram as the sandbox plays it.

mod second_charge;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use chrono::NaiveDate;
use mingshu::bot::{self, Arrival, Bot, BotParts, BotSettings, Kept};
use mingshu::catalog::answers::FormAnswers;
use mingshu::catalog::stock;
use mingshu::flows::check_out::{self, Question};
use mingshu::flows::doctor_payments::{self, Doors, Looks};
use mingshu::flows::new_payment::{self, Switched};
use mingshu::flows::order_again::{self, Again};
use mingshu::flows::place_order::{PlaceOrder, Placed};
use mingshu::flows::reconcile::{self, Manner, WithoutList};
use mingshu::flows::refund_order::{self, Refunded, Wish};
use mingshu::flows::till::{Counter, Proof};
use mingshu::flows::{check_payment, close_order, doctor_money};
use mingshu::kernel::clock::Clock;
use mingshu::kernel::ids::{OrderNo, UserId};
use mingshu::kernel::locale::Locale;
use mingshu::kernel::money::{Currency, Money};
use mingshu::notifications::adapters::telegram::BotApi;
use mingshu::orders::{Actor, Order, OrderStatus};
use mingshu::payments::adapters::telegram_stars::{StarsConfig, TelegramStars};
use mingshu::payments::ports::{CreatePayment, Glance, Outlook, PaymentGateway, RefundRequest};
use mingshu::payments::reconciliation::repo as differences;
use mingshu::payments::{PaymentStatus, RefundStatus, STARS, refunds};
use mingshu::sandbox::faults::{Fault, Faults};
use mingshu::sandbox::telegram::{self as played, NotPaid, Person, SandboxTelegram};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::builders::{self, BUYER};
use crate::support::{TestApp, everywhere};

const TOKEN: &str = "1000001:a-secret";
const SECRET: &str = "of-the-webhook";
const STRANGER: i64 = 7009;
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// 150 Stars less the sale of the day.
const PRICE: i64 = 135;

/// A shop that is paid in Stars, and Telegram around it.
struct Shop {
    app: TestApp,
    telegram: SandboxTelegram,
    faults: Arc<Faults>,
    gateway: Arc<TelegramStars>,
    _open: DropGuard,
}

async fn serve(router: axum::Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// The story on every database.
async fn in_shops(story: impl AsyncFn(Shop)) {
    everywhere(async |app: TestApp| story(Shop::open(app).await).await).await;
}

impl Shop {
    async fn open(app: TestApp) -> Self {
        let faults = Arc::new(Faults::default());
        let telegram =
            SandboxTelegram::with_clock(Arc::clone(&faults), TOKEN, Arc::clone(&app.clock) as _);
        for (number, name) in [(BUYER.0, "小满"), (STRANGER, "Stranger")] {
            telegram.meet(Person::buyer(number, name, "zh-hans"));
        }
        let api_url = serve(played::router(telegram.clone())).await;
        let settings = StarsConfig::new(&api_url, TOKEN.into());
        let gateway = Arc::new(TelegramStars::try_new(&settings).unwrap());
        let app = app.with_counter(Counter {
            gateway: Arc::clone(&gateway) as _,
            proof: Proof::Callback,
            default_method: STARS.to_owned(),
            methods: vec![STARS.to_owned()],
        });
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhook/telegram", door.local_addr().unwrap());
        let made = bot_of(&app, &api_url, url);
        let router = bot::router(made.clone());
        tokio::spawn(async move { axum::serve(door, router).await });
        let stop = CancellationToken::new();
        tokio::spawn(bot::run(made, stop.clone()));
        Self { app, telegram, faults, gateway, _open: stop.drop_guard() }
    }

    fn wish() -> PlaceOrder {
        let wish = TestApp::wish(BUYER, "starry", None);
        PlaceOrder { method: Some(STARS.to_owned()), ..wish }
    }

    /// An order in Stars with its invoice's link.
    async fn order(&self) -> (Order, String) {
        self.app.a_user(BUYER).await;
        let placed = self.app.try_to_place(Self::wish()).await;
        let Placed::Ordered(order) = placed else { panic!("not placed: {placed:?}") };
        (*order.clone(), self.link(&order.order_no).await)
    }

    async fn link(&self, order_no: &OrderNo) -> String {
        self.app.run_jobs().await;
        self.app.payment(order_no).await.pay_url.expect("an invoice")
    }

    /// The buyer pays; gives the number of the charge.
    async fn pay(&self, link: &str) -> String {
        self.telegram.pays(BUYER.0, link).await.unwrap()
    }

    /// What Telegram's window says when the shop refuses.
    async fn refused(&self, user: i64, link: &str) -> String {
        match self.telegram.pays(user, link).await {
            Err(NotPaid::Refused(words)) => words,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Waits until the bot has taken what Telegram told it.
    async fn until(&self, is_so: impl AsyncFn(&TestApp) -> bool) {
        let waiting = async {
            while !is_so(&self.app).await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(MINUTE, waiting).await.expect("it comes to this");
    }

    async fn until_paid(&self, order: &Order) {
        self.until(async |app| app.reload(&order.order_no).await.paid_at.is_some()).await;
    }

    /// An order that was paid and delivered, with its charge.
    async fn delivered(&self) -> (Order, String) {
        let (order, link) = self.order().await;
        let charge = self.pay(&link).await;
        self.until_paid(&order).await;
        self.app.run_jobs().await;
        let order = self.app.reload(&order.order_no).await;
        assert_eq!(order.status, OrderStatus::Completed);
        (order, charge)
    }

    /// The whole charge goes back under a number that is none of ours.
    async fn refunded_elsewhere(&self, order: &Order, charge: String) {
        let payment = self.app.payment(&order.order_no).await;
        let elsewhere = RefundRequest {
            refund_no: "R-elsewhere".into(),
            payer: BUYER,
            payment_no: payment.payment_no,
            provider_ref: Some(charge),
            amount: payment.amount,
            reason: String::new(),
            notify_url: String::new(),
        };
        self.gateway.refund(&elsewhere).await.unwrap();
    }

    async fn give_back(&self, order: &Order, wish: Wish<'_>) -> Refunded {
        let base = &self.app.base;
        refund_order::start(base, &order.order_no, &Actor::Operator(7), &wish).await.unwrap()
    }

    async fn assert_books_are_right(&self) {
        let diagnosis = doctor_money::run(&self.app.base).await.unwrap();
        let broken: Vec<_> = diagnosis.broken().map(|one| one.code).collect();
        assert_eq!(broken, Vec::<&str>::new());
    }

    /// Compares the first day of the story; gives the open differences.
    async fn compare(&self) -> Vec<String> {
        self.compare_day(21).await
    }

    /// Compares a day of that month.
    async fn compare_day(&self, day: u32) -> Vec<String> {
        let day = NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        let without_list = WithoutList::Fail;
        let manner = Manner { pause: Duration::ZERO, without_list, progress: &|_asked, _all| {} };
        let compared = reconcile::run(&self.app.tools.till, (STARS, day), &manner).await.unwrap();
        assert_eq!(compared.no_list, None);
        let all = differences::list(self.app.base.db.read(), None, 100).await.unwrap();
        all.into_iter().map(|one| format!("{} {}", one.kind, one.status)).collect()
    }

    async fn rows(&self, table: &str) -> i64 {
        self.app.rows(table).await
    }
}

fn bot_of(app: &TestApp, api_url: &str, url: String) -> Bot {
    let tools = &app.tools;
    Bot::new(BotParts {
        till: tools.till.clone(),
        catalog: Arc::clone(&tools.catalog),
        texts: Arc::clone(&tools.texts),
        sender: builders::sender(&app.messenger),
        api: Arc::new(BotApi::try_new(api_url, TOKEN.into()).unwrap()),
        settings: BotSettings {
            arrival: Arrival::Webhook { url, secret: SECRET.into() },
            admin_ids: Vec::new(),
            affiliate: None,
            contact: None,
            kept: Kept { unpaid_days: 30, reports_days: 0, drafts_days: 30, profiles_days: 730 },
            concurrency: 4,
        },
        pulse: Arc::new(AtomicI64::new(0)),
    })
}

fn stars(count: i64) -> Money {
    Money::new(count, Currency::XTR)
}

/// An invoice with this payload and amount, as if we had made it.
fn invoice(payload: &str, amount: i64) -> CreatePayment {
    CreatePayment {
        payment_no: payload.into(),
        amount: stars(amount),
        method: STARS.into(),
        subject: "一封信".into(),
        locale: Locale::ZhHans,
        notify_url: String::new(),
        return_url: String::new(),
        expires_at: mingshu::kernel::clock::Timestamp(0),
    }
}

#[tokio::test]
async fn a_purchase_in_stars_is_paid_delivered_and_booked_in_stars() {
    in_shops(async |shop: Shop| {
        let code = shop.app.a_promoter().await;
        let (order, charge) = shop.delivered().await;
        assert_eq!((order.price, order.total), (stars(150), stars(PRICE)));
        let payment = shop.app.payment(&order.order_no).await;
        assert_eq!((payment.status, payment.amount), (PaymentStatus::Succeeded, stars(PRICE)));
        assert_eq!((payment.provider.as_str(), payment.method.as_str()), (STARS, STARS));
        assert_eq!(payment.provider_ref, Some(charge));
        assert_eq!(shop.telegram.star_balance(), PRICE);
        assert_eq!(shop.app.earned(&code).await, (1, PRICE * 20 / 100));
        assert_eq!(shop.app.messenger.saying("支付成功").len(), 1);
        shop.assert_books_are_right().await;
    })
    .await;
}

#[tokio::test]
async fn the_price_in_stars_is_chosen_with_the_order_and_stays() {
    in_shops(async |shop: Shop| {
        shop.app.a_user(BUYER).await;
        let till = &shop.app.tools.till;
        let seen = PlaceOrder { seen_total: Some(stars(150)), ..Shop::wish() };
        let placed = shop.app.try_to_place(seen).await;
        let Placed::PriceChanged(quote) = placed else { panic!("{placed:?}") };
        assert_eq!(quote.total, stars(PRICE));
        let letter = PlaceOrder { sku: "letter".into(), ..Shop::wish() };
        assert!(matches!(shop.app.try_to_place(letter).await, Placed::NotOnSale));

        let (order, _link) = shop.order().await;
        let switch = async |order: &Order, method| {
            let whose = (BUYER, &order.order_no);
            new_payment::switch(till, whose, method, None).await.unwrap()
        };
        assert!(matches!(switch(&order, "wechat").await, Switched::NotThatWay));
        assert!(matches!(switch(&order, STARS).await, Switched::Same(_)));
        let money = shop.app.place("starry", FormAnswers::default()).await;
        assert_eq!(money.total, Money::new(2691, Currency::CNY));
        assert!(matches!(switch(&money, STARS).await, Switched::NotThatWay));
    })
    .await;
}

#[tokio::test]
async fn an_order_made_again_is_in_stars_again() {
    in_shops(async |shop: Shop| {
        let (order, _charge) = shop.delivered().await;
        let (till, catalog) = (&shop.app.tools.till, &shop.app.tools.catalog);
        let whose = (BUYER, &order.order_no, Locale::ZhHans);
        let again = order_again::run(till, catalog, whose).await.unwrap();
        let Again::Placed(Placed::Ordered(again)) = again else { panic!("{again:?}") };
        assert_eq!(again.total, stars(PRICE));
        let link = shop.link(&again.order_no).await;
        shop.pay(&link).await;
        shop.until_paid(&again).await;
    })
    .await;
}

#[tokio::test]
async fn an_invoice_that_was_paid_is_refused_for_ever() {
    in_shops(async |shop: Shop| {
        let (order, link) = shop.order().await;
        shop.pay(&link).await;
        shop.until_paid(&order).await;
        for _ in 0..2 {
            assert!(shop.refused(BUYER.0, &link).await.contains("已经收到付款"));
            shop.app.clock.advance(DAY);
        }
        shop.app.run_to_the_end().await;
        assert!(shop.refused(BUYER.0, &link).await.contains("已经收到付款"));
        assert_eq!(shop.telegram.star_balance(), PRICE, "once");
    })
    .await;
}

#[tokio::test]
async fn nobody_pays_for_what_is_not_theirs_or_not_ours() {
    in_shops(async |shop: Shop| {
        let (order, link) = shop.order().await;
        assert!(shop.refused(STRANGER, &link).await.contains("别人的订单"));
        let unknown = shop.gateway.create(&invoice("P20261121-00000000", PRICE)).await.unwrap();
        assert!(shop.refused(BUYER.0, &unknown.pay_url).await.contains("不是本店现在的订单"));
        let number = shop.app.payment(&order.order_no).await.payment_no;
        let cheaper = shop.gateway.create(&invoice(number.as_str(), 1)).await.unwrap();
        assert!(shop.refused(BUYER.0, &cheaper.pay_url).await.contains("对不上"));
        assert_eq!(shop.telegram.star_balance(), 0);
        shop.pay(&link).await;
        shop.until_paid(&order).await;
    })
    .await;
}

#[tokio::test]
async fn an_invoice_ends_with_its_order() {
    in_shops(async |shop: Shop| {
        let (cancelled, link) = shop.order().await;
        let whose = (BUYER, &cancelled.order_no);
        close_order::cancel(&shop.app.base, whose, "price").await.unwrap();
        assert!(shop.refused(BUYER.0, &link).await.contains("已经失效"));

        let (late, link) = shop.order().await;
        shop.app.clock.advance(late.expires_at.since(shop.app.clock.now()) + MINUTE);
        assert!(shop.refused(BUYER.0, &link).await.contains("已经失效"), "not closed yet");
        check_payment::sweep(&shop.app.tools.till).await.unwrap();
        shop.app.run_jobs().await;
        assert_eq!(shop.app.reload(&late.order_no).await.status, OrderStatus::Closed);
        assert!(shop.refused(BUYER.0, &link).await.contains("已经失效"));
        assert_eq!(shop.telegram.star_balance(), 0);
    })
    .await;
}

#[tokio::test]
async fn nobody_pays_for_a_piece_that_is_not_held() {
    in_shops(async |shop: Shop| {
        let (order, link) = shop.order().await;
        let tx = shop.app.base.db.begin_write().await.unwrap();
        let piece = (&order.sku, &order.order_no);
        stock::release(&tx, piece, shop.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(shop.refused(BUYER.0, &link).await.contains("卖完"));
    })
    .await;
}

#[tokio::test]
async fn of_two_taps_on_one_invoice_one_is_let_through() {
    in_shops(async |shop: Shop| {
        let (order, link) = shop.order().await;
        let question = Question {
            id: "the other telephone".into(),
            payer: BUYER,
            payment_no: shop.app.payment(&order.order_no).await.payment_no,
            asked: stars(PRICE),
        };
        for _ in 0..2 {
            let answer = check_out::run(&shop.app.base, &question).await.unwrap();
            assert_eq!(answer.refusal, None, "the same question again");
        }
        assert!(shop.refused(BUYER.0, &link).await.contains("正在付款"));
        shop.app.clock.advance(MINUTE);
        shop.pay(&link).await;
        shop.until_paid(&order).await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_is_told_twice_counts_once() {
    in_shops(async |shop: Shop| {
        shop.faults.set(Fault::DoubleCallback, 1);
        let (order, link) = shop.order().await;
        shop.pay(&link).await;
        shop.until(async |app| app.rows("telegram_updates").await == 2).await;
        shop.until_paid(&order).await;
        shop.app.run_jobs().await;
        assert_eq!(shop.app.count_completed(&order.order_no).await, 1);
        assert_eq!(shop.rows("callback_inbox").await, 1);
        shop.assert_books_are_right().await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_nobody_told_us_is_found_by_asking() {
    in_shops(async |shop: Shop| {
        shop.faults.set(Fault::NoCallback, 1);
        let (order, link) = shop.order().await;
        let charge = shop.pay(&link).await;
        assert!(
            check_payment::ask_now(&shop.app.tools.till, (BUYER, &order.order_no)).await.unwrap()
        );
        shop.app.run_jobs().await;
        assert_eq!(shop.app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(shop.app.payment(&order.order_no).await.provider_ref, Some(charge));
        shop.assert_books_are_right().await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_nobody_told_us_is_found_in_the_statement() {
    in_shops(async |shop: Shop| {
        shop.faults.set(Fault::NoCallback, 1);
        let (order, link) = shop.order().await;
        shop.pay(&link).await;
        shop.app.clock.advance(DAY);
        assert_eq!(shop.compare().await, ["status resolved"]);
        assert!(shop.app.reload(&order.order_no).await.paid_at.is_some());
        assert_eq!(shop.compare().await, ["status resolved"]);
    })
    .await;
}

#[tokio::test]
async fn stars_go_back_as_a_whole() {
    in_shops(async |shop: Shop| {
        let (order, _charge) = shop.delivered().await;
        let part = Wish { amount: Some(stars(100)), reason: "half", ..Wish::default() };
        assert_eq!(shop.give_back(&order, part).await, Refunded::OnlyWhole(stars(PRICE)));
        let by_hand = Wish { by_hand: Some("letter 7"), ..part };
        assert_eq!(shop.give_back(&order, by_hand).await, Refunded::OnlyWhole(stars(PRICE)));
        assert_eq!(shop.rows("refunds").await, 0, "nothing is reserved");

        let all = Wish { reason: "asked for", ..Wish::default() };
        let Refunded::Started(refund_no, amount) = shop.give_back(&order, all).await else {
            panic!("not started");
        };
        assert_eq!(amount, stars(PRICE));
        shop.app.run_jobs().await;
        let refund = refunds::get(shop.app.base.db.read(), &refund_no).await.unwrap();
        assert_eq!(refund.status, RefundStatus::Succeeded);
        assert_eq!(shop.app.reload(&order.order_no).await.status, OrderStatus::Refunded);
        assert_eq!(shop.telegram.star_balance(), 0);
        assert_eq!(shop.app.messenger.saying("Stars 已退回你的余额").len(), 1);
        assert_eq!(shop.give_back(&order, all).await, Refunded::NothingToRefund);
        // Telegram's own message about it comes, too.
        shop.until(async |app| app.rows("callback_inbox").await == 2).await;
        shop.assert_books_are_right().await;
    })
    .await;
}

#[tokio::test]
async fn what_went_back_before_is_a_refund_that_succeeded() {
    in_shops(async |shop: Shop| {
        let (order, charge) = shop.delivered().await;
        shop.refunded_elsewhere(&order, charge).await;
        // A refund that we did not make is kept, and somebody hears of it.
        shop.until(async |app| app.rows("callback_inbox").await == 2).await;
        shop.app.run_jobs().await;
        assert_eq!(shop.app.reload(&order.order_no).await.status, OrderStatus::Completed);

        shop.give_back(&order, Wish { reason: "so it is", ..Wish::default() }).await;
        shop.app.run_jobs().await;
        assert_eq!(shop.app.reload(&order.order_no).await.status, OrderStatus::Refunded);
        assert_eq!(shop.telegram.star_balance(), 0);
        shop.assert_books_are_right().await;
    })
    .await;
}

#[tokio::test]
async fn a_day_of_stars_agrees_with_telegrams_list() {
    in_shops(async |shop: Shop| {
        let (kept, _) = shop.delivered().await;
        let (returned, _) = shop.delivered().await;
        shop.give_back(&returned, Wish { reason: "asked for", ..Wish::default() }).await;
        shop.app.run_jobs().await;
        shop.app.clock.advance(DAY);
        assert_eq!(shop.compare().await, Vec::<String>::new());
        assert_eq!(shop.compare().await, Vec::<String>::new());
        assert_eq!(shop.app.reload(&kept.order_no).await.status, OrderStatus::Completed);
        shop.assert_books_are_right().await;
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_only_telegram_knows_is_a_difference() {
    in_shops(async |shop: Shop| {
        let (order, charge) = shop.delivered().await;
        shop.refunded_elsewhere(&order, charge).await;
        shop.app.clock.advance(DAY);
        assert_eq!(shop.compare().await, ["refund_missing_here open"]);
    })
    .await;
}

/// Nobody answers at the addresses of other providers.
struct Nowhere;

#[async_trait::async_trait]
impl Outlook for Nowhere {
    async fn post_unsigned(&self, _address: &str) -> Glance {
        panic!("Stars have no address to call");
    }

    async fn look(&self, _address: &str) -> Glance {
        Glance { status: None, clock_ms: None, fault: Some("nobody".into()) }
    }
}

#[tokio::test]
async fn the_doctor_asks_for_no_callback_address_of_stars() {
    in_shops(async |shop: Shop| {
        let (order, link) = shop.order().await;
        let doors = Doors { outlook: &Nowhere, provider_url: "", notify_url: "" };
        let look = async || {
            let chains = doctor_payments::run(&shop.app.base, Some(&order.order_no), &doors);
            chains.await.unwrap().remove(0)
        };
        let waiting = look().await;
        assert!(waiting.links.iter().all(|link| link.looks != Looks::Bad), "{waiting:?}");
        assert!(waiting.next.contains("nobody has paid yet"), "{}", waiting.next);
        shop.pay(&link).await;
        shop.until_paid(&order).await;
        let paid = look().await;
        assert_eq!(paid.next, "nothing to do: the money is in the books");
        assert!(paid.links.iter().any(|link| link.detail.contains("may be charged")), "{paid:?}");
    })
    .await;
}

#[tokio::test]
async fn a_stranger_who_was_let_in_by_nobody_is_asked_in_his_own_language() {
    in_shops(async |shop: Shop| {
        let (_order, link) = shop.order().await;
        shop.telegram.meet(Person::buyer(7010, "John", "en"));
        assert!(shop.refused(7010, &link).await.contains("somebody else's order"));
        assert_eq!(shop.app.messenger.saying("somebody").len(), 0, "Telegram shows it");
        assert_ne!(UserId(7010), BUYER);
    })
    .await;
}
