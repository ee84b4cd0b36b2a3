//! The deeds of the business, one per file. The only place where capabilities meet, and the only
//! place that opens write transactions.
//!
//! The shape of a deed: read, ask the rules, write, enqueue, commit. No outside call in between.
//! Whoever locks an order together with its payments or refunds locks the order first.

pub mod accept_privacy;
pub mod alert_buttons;
mod announce;
pub mod attribute_referral;
pub mod audit_order;
pub mod base;
pub mod become_affiliate;
pub mod catch_up;
pub mod change_language;
pub mod check_out;
pub mod check_payment;
pub mod close_order;
pub mod confirm_payment;
pub mod deliver_events;
mod deliver_report;
pub mod doctor_money;
pub mod doctor_payments;
pub mod enable_sink;
pub mod expire_data;
pub mod export_user;
pub mod figures;
pub mod forget_user;
pub mod fulfil_order;
pub mod greet_user;
pub mod hold_goods;
pub mod inspect_order;
pub mod jobs;
mod keep_books;
pub mod manage_affiliates;
pub mod manage_coupons;
pub mod mark_unreachable;
pub mod new_payment;
pub mod note_refusal;
pub mod open_payment;
pub mod order_again;
pub mod pay_affiliate;
pub mod place_order;
pub mod post;
pub mod price_words;
pub mod publish_events;
mod purchase_message;
pub mod quote_price;
pub mod raise_alert;
pub mod read_birth;
pub mod reconcile;
pub mod refund_order;
pub mod resend_events;
pub mod resend_report;
pub mod resolve_difference;
pub mod retry_order;
pub mod rotate_keys;
pub mod send_alert;
pub mod settle_doubt;
pub mod settle_payment;
pub mod show_payment;
pub mod take_notification;
pub mod tell_buyer;
pub mod tell_promoter;
pub mod till;
pub mod tools;
pub mod try_alerts;
pub mod try_sink;
