//! What a person may ask of us about their own data.

use mingshu::flows::export_user;
use mingshu::flows::forget_user::{self, Forgotten};
use mingshu::flows::order_again::{self, Again};
use mingshu::flows::resend_report::{self, Resent};
use mingshu::kernel::locale::Locale;
use mingshu::orders::{Actor, OrderError, OrderStatus};
use mingshu::platform::db::query_all;
use mingshu::reports::ports::ModelError;
use mingshu::reports::{deliveries, repo as reports};
use mingshu::{payments, users};

use crate::support::builders::{BUYER, PROMOTER};
use crate::support::{TestApp, everywhere};

#[tokio::test]
async fn the_export_holds_answers_chart_report_and_money() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        let data = export_user::run(&app.base, BUYER).await.unwrap();
        let kept = &data["orders"][0];
        assert_eq!(kept["order_no"], order.order_no.as_str());
        assert_eq!(kept["total"], "29.90");
        assert!(kept["answers"].to_string().contains("前程如何"), "{}", kept["answers"]);
        assert!(kept["report"].as_str().unwrap().contains("命盘总览"));
        assert!(kept["chart"].is_object() && kept["facts"].is_object());
        assert_eq!(kept["payments"][0]["status"], "succeeded");
        assert_eq!(data["user"]["telegram_id"], BUYER.0);
        let nobody = export_user::run(&app.base, PROMOTER).await.unwrap();
        assert_eq!(nobody["orders"].as_array().unwrap().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn who_is_forgotten_leaves_the_books_alone_and_nothing_personal() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_reading().await;
        let number = &order.order_no;
        let busy = forget_user::run(&app.base, BUYER).await.unwrap();
        assert_eq!(busy, Forgotten::NotWhile(number.clone()), "its report is not made yet");
        app.run_jobs().await;
        assert_eq!(forget_user::run(&app.base, BUYER).await.unwrap(), Forgotten::Done);

        let (db, keyring) = (app.base.db.read(), &app.base.keyring);
        let kept = app.reload(number).await;
        assert_eq!((kept.status, kept.total), (OrderStatus::Completed, order.total));
        assert!(matches!(kept.form::<serde_json::Value>(keyring), Err(OrderError::Erased(_))));
        assert_eq!(reports::find_text(db, keyring, number).await.unwrap(), None);
        let chart = reports::find_chart::<serde_json::Value>(db, keyring, number).await.unwrap();
        assert_eq!(chart, None);
        assert!(reports::find_provenance(db, number).await.unwrap().is_some(), "the cost stays");
        assert!(deliveries::list(db, keyring, (number, 0)).await.unwrap().is_empty());
        let paid = payments::repo::list_of_order(db, number).await.unwrap();
        assert_eq!(paid[0].amount, order.total);
        let told = "SELECT verdict, body_sealed FROM callback_inbox WHERE reference = $1";
        let told = query_all(db, told, vec![paid[0].payment_no.as_str().into()]).await.unwrap();
        assert!(!told.is_empty(), "what was told is still known");
        for row in told {
            assert_eq!(row.try_get_by_index::<Option<String>>(1).unwrap(), None, "who paid is not");
        }
        let user = users::repo::find(db, BUYER).await.unwrap().unwrap();
        assert_eq!((user.consented_at, user.referred_by), (None, None));

        let resent = resend_report::start(&app.base, number, &Actor::Buyer).await.unwrap();
        assert_eq!(resent, Resent::NothingToSend(OrderStatus::Completed));
        assert_eq!(resend_report::undelivered(&app.base, BUYER).await.unwrap(), None);
        let data = export_user::run(&app.base, BUYER).await.unwrap().to_string();
        assert!(!data.contains("前程如何") && !data.contains("命盘总览"), "{data}");
        assert_eq!(forget_user::run(&app.base, BUYER).await.unwrap(), Forgotten::Done, "twice");
    })
    .await;
}

#[tokio::test]
async fn answers_that_the_model_refused_are_not_offered_again() {
    everywhere(async |app: TestApp| {
        app.model.answer_next([Err(ModelError::Refused)]);
        let order = app.a_paid_order().await;
        app.run_to_the_end().await;
        let told = app.messenger.saying("很抱歉").remove(0);
        assert!(told.text.contains("@shop_support"), "{}", told.text);
        let labels: Vec<_> = told.keyboard.iter().flatten().map(|b| b.label.as_str()).collect();
        assert_eq!(labels, ["✍️ 重新填写"]);
        let wish = (BUYER, &order.order_no, Locale::ZhHans);
        let again = order_again::run(&app.tools.till, &app.tools.catalog, wish).await.unwrap();
        assert!(matches!(again, Again::FormAfresh(ref sku) if *sku == order.sku), "{again:?}");
    })
    .await;
}
